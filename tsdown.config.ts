import { existsSync } from 'node:fs'
import { defineConfig } from 'tsdown'

const shared = {
  format: 'esm',
  platform: 'node',
  target: 'node22',
  dts: false,
  clean: true,
  outExtensions: () => ({ js: '.js' }),
} as const

/** All that stands between a command and its answer. */
const commandModules =
  /core\/operation\/(errors|label|named-fields|text-input|unseen|verb-words)|cli\/(commands\/(arguments|own-commands|run|words)|print\/(fit|output|text)|session\/(by-socket|client|platform-url|profiles|request|settle|target))\.ts|yargs-parser|fastest-levenshtein/

export default defineConfig(
  [
    {
      ...shared,
      name: 'ircserv',
      entry: {
        main: 'ircserv/main.ts',
        'highlight-worker': 'ircserv/http/content/highlight-worker.ts',
        encoding: 'core/content/pictures/encoding-process.ts',
      } as { main: string },
      outDir: 'ircserv/dist',
      // core is ours and is shipped as source; everything else stays a dependency.
      deps: { neverBundle: [/^(?!@irc-now\/core)[a-z@]/] },
      cwd: import.meta.dirname,
    },
    {
      ...shared,
      name: 'cli',
      entry: {
        main: 'cli/main.ts',
        keyring: 'cli/session/keyring-process.ts',
        'highlight-worker': 'cli/tui/highlight-worker.ts',
        'drawing-worker': 'cli/tui/picture/drawing-worker.ts',
      } as { main: string },
      outDir: 'cli/dist',
      // What each command loads is in one file: Node takes longer to find a file than to read it.
      outputOptions: {
        codeSplitting: { groups: [{ name: 'command', test: commandModules }] },
      },
      // Ink and React without what they have for their own developers: several times slower, and a module that isn't there.
      define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
      // A native module; what starts a script or reads a file that lies beside it; and what isn't there.
      deps: { neverBundle: ['@napi-rs/keyring', 'chafa-wasm', 'open', 'react-devtools-core'] },
      cwd: import.meta.dirname,
    },
  ].filter(({ entry }) => existsSync(entry.main)),
)

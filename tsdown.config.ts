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

export default defineConfig(
  [
    {
      ...shared,
      name: 'ircserv',
      entry: { main: 'ircserv/main.ts' },
      outDir: 'ircserv/dist',
      // core is ours and is shipped as source; everything else stays a dependency.
      deps: { neverBundle: [/^(?!@irc-now\/core)[a-z@]/] },
      cwd: import.meta.dirname,
    },
    {
      ...shared,
      name: 'cli',
      entry: { main: 'cli/main.ts', keyring: 'cli/session/keyring-process.ts' } as { main: string },
      outDir: 'cli/dist',
      // Ink and React without what they have for their own developers: several times slower, and a module that isn't there.
      define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
      // A native module; what starts a script that lies beside it; and what isn't there.
      deps: { neverBundle: ['@napi-rs/keyring', 'open', 'react-devtools-core'] },
      cwd: import.meta.dirname,
    },
  ].filter(({ entry }) => existsSync(entry.main)),
)

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,cli,ircserv,test}/**/*.test.{ts,tsx}'],
    exclude: [
      '**/node_modules/**',
      '**/dist/**',
      'test/browser/**',
      'test/clients/**',
      'test/s3/**',
      'test/stripe/**',
      '**/*.s3.test.ts',
    ],
    globalSetup: ['test/run-folder.ts'],
    // For what hangs. What is only slow, on a machine that is, may be so: the longest takes a quarter of this.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // Real servers, several processes each: what runs beside them only makes them late.
    maxWorkers: 1,
    passWithNoTests: false,
  },
})

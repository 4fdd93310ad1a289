import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,cli,ircserv,test}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/browser/**'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Real servers on two cores: more at once only makes each of them late.
    maxWorkers: 2,
    passWithNoTests: false,
  },
})

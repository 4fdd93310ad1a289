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
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Real servers, several processes each: what runs beside them only makes them late.
    maxWorkers: 1,
    passWithNoTests: false,
  },
})

import { defineConfig } from 'vitest/config'
import standard from './vitest.config.ts'

/** The suites that want more than npm brings: each runs by its own script. */
export default defineConfig({
  test: {
    ...standard.test,
    include: ['test/{browser,clients,s3,stripe}/**/*.test.ts', 'core/**/*.s3.test.ts'],
    exclude: ['**/node_modules/**'],
  },
})

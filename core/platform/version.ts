import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'

export const platformVersion = defineOperation({
  name: 'platform.version',
  summary: 'Show the platform’s version and addresses.',
  access: 'anyone',
  effect: 'read',
  input: z.object({}),
  output: z.object({ version: z.string(), http: z.string(), irc: z.string(), bouncer: z.string() }),
  errors: [],
  async handle(_input, { platform }) {
    return {
      version: platform.version,
      http: platform.httpUrl,
      irc: `ircs://${platform.ircs.host}:${platform.ircs.port}`,
      bouncer: `ircs://${platform.bouncers.host}:${platform.bouncers.port}`,
    }
  },
})

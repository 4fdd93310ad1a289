import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { BouncerName } from './bouncer.ts'
import { addressOf, clientSettings } from './client-settings.ts'
import { findBouncer } from './find.ts'

export const connectBouncer = defineOperation({
  name: 'bouncer.connect',
  summary: 'Show exactly what to type into an IRC client.',
  description: 'PASSWORD stands for an app password: make one for each client with “password create”.',
  access: 'member',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: z.object({
    server: z.string(),
    port: z.int(),
    tls: z.boolean(),
    username: z.string(),
    certificateFingerprint: z.string().nullable().describe('SHA-256, where the certificate is self-signed.'),
    url: z.string().meta({ qr: true }).describe('For clients that open links or scan codes.'),
    weechat: z.string().describe('WeeChat 4 or later; before that, “tls” was called “ssl”.'),
    irssi: z.string(),
    senpai: z.string().describe('For senpai.scfg.'),
    halloy: z.string().describe('For config.toml.'),
    goguma: z.string(),
    other: z.string(),
  }),
  errors: ['not_found'],
  examples: [''],
  async handle({ name }, context) {
    const { username, nick } = await findBouncer(context, name)
    const { bouncers, certificateFingerprint } = context.platform
    const access = { ...bouncers, username, nick, pin: certificateFingerprint }
    return {
      server: access.host,
      port: access.port,
      tls: true,
      username,
      certificateFingerprint: access.pin,
      url: `ircs://${encodeURIComponent(username)}@${addressOf(access)}`,
      ...clientSettings(access),
    }
  },
})

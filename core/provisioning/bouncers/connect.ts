import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { BouncerName } from './bouncer.ts'
import { addressOf, clientSettings, ircClients } from './client-settings.ts'
import { findBouncer } from './find.ts'

export const connectBouncer = defineOperation({
  name: 'bouncer.connect',
  summary: 'Show exactly what to type into an IRC client.',
  description:
    'PASSWORD stands for an app password: make one for each client with “password create”. Without a client it tells about all of them.',
  access: 'member',
  effect: 'read',
  positional: ['name', 'client'],
  input: z.object({
    name: BouncerName.default('main'),
    client: z.enum(ircClients).optional().describe('The IRC client that is to connect.'),
  }),
  output: z.object({
    server: z.string(),
    port: z.int(),
    tls: z.boolean(),
    username: z.string(),
    certificateFingerprint: z.string().nullable().describe('SHA-256, where the certificate is self-signed.'),
    url: z.string().meta({ qr: true, address: true }).describe('For clients that open links or scan codes.'),
    next: z.string().describe('Where the password comes from.'),
    weechat: z.string().optional().describe('WeeChat 4 or later; before that, “tls” was called “ssl”.'),
    irssi: z.string().optional(),
    senpai: z.string().optional().describe('For senpai.scfg.'),
    halloy: z.string().optional().describe('For config.toml.'),
    goguma: z.string().optional(),
    other: z.string().optional(),
  }),
  errors: ['not_found'],
  examples: ['', 'main weechat'],
  async handle({ name, client }, context) {
    const row = await findBouncer(context, name)
    const { username, nick } = row
    const { bouncers, certificateFingerprint } = context.platform
    const own = row.placed === 'dedicated' && row.hostname_verified_at ? row.hostname : null
    const access = {
      ...bouncers,
      ...(own === null ? {} : { host: own }),
      username,
      nick,
      pin: own === null ? certificateFingerprint : row.hostname_fingerprint,
    }
    const settings = clientSettings(access)
    return {
      server: access.host,
      port: access.port,
      tls: true,
      username,
      certificateFingerprint: access.pin,
      url: `ircs://${encodeURIComponent(username)}@${addressOf(access)}`,
      next: `Make an app password with “password create ${client ?? 'NAME'}” and put it where PASSWORD stands.`,
      ...(client === undefined ? settings : { [client]: settings[client] }),
    }
  },
})

import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { BouncerName } from './bouncer.ts'
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
    weechat: z.string(),
    irssi: z.string(),
    senpai: z.string(),
    halloy: z.string(),
    goguma: z.string(),
    other: z.string(),
  }),
  errors: ['not_found'],
  examples: [''],
  async handle({ name }, context) {
    const { username } = await findBouncer(context, name)
    const { bouncers, certificateFingerprint } = context.platform
    const { host, port } = bouncers
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
    const pin = certificateFingerprint
    return {
      server: host,
      port,
      tls: true,
      username,
      certificateFingerprint: pin,
      url: `ircs://${encodeURIComponent(username)}@${address}`,
      weechat:
        `/server add irc-now ${host}/${port} -tls -username=${username} -password=PASSWORD` +
        `${pin ? ` -tls_fingerprint=${pin}` : ''} -autoconnect` +
        '; /connect irc-now',
      irssi:
        `/network add -sasl_username ${username} -sasl_password PASSWORD -sasl_mechanism PLAIN irc-now; ` +
        `/server add -auto -tls ${pin ? '-notls_verify ' : ''}-network irc-now ${host} ${port}; /connect irc-now`,
      senpai: `address "${address}"  nickname "${username}"  password "PASSWORD"`,
      halloy:
        `[servers.irc-now]  nickname = "${username}"  server = "${host}"  port = ${port}` +
        `${pin ? '  dangerously_accept_invalid_certs = true' : ''}  [servers.irc-now.sasl.plain]  username = "${username}"  password = "PASSWORD"`,
      goguma: `Server ${address}, user ${username}, password PASSWORD`,
      other: `Server ${host}, port ${port}, TLS on, SASL PLAIN with user ${username} and PASSWORD`,
    }
  },
})

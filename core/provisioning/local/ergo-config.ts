import { join } from 'node:path'
import { hostPort, type ListenAddress } from './ports.ts'

export interface ErgoConfigInput {
  readonly folder: string
  readonly networkName: string
  readonly plain: ListenAddress
  readonly tls: ListenAddress
  readonly certPath: string
  readonly keyPath: string
  /** A unix socket (TLS too, client certificates need it) in a private folder: the platform's own way in. */
  readonly adminSocket: string
  /** SHA-256 fingerprints of the client certificates of NowServ and of the platform's own link. */
  readonly nowServFingerprint: string
  readonly adminFingerprint: string
  readonly authCommand: string
  readonly authArgs: readonly string[]
  /** Nobody but the platform gets in yet: set-up reserves its names first. */
  readonly settingUp: boolean
}

export const nowServAccount = 'NowServ'
export const adminAccount = 'NowAdmin'

export const ergoMotd = `Welcome to net.irc.now.

Your account here is your irc.now account: /msg NowServ REGISTER leads you to one,
/msg NowServ HELP shows everything else.
`

/** ergo's configuration (JSON is YAML). What is not here is off, or ergo's default. */
export function ergoConfig(input: ErgoConfigInput): string {
  const tls = { tls: { cert: input.certPath, key: input.keyPath }, 'min-tls-version': '1.2' }
  const publicListeners = input.settingUp
    ? {}
    : { [hostPort(input.plain.host, input.plain.port)]: {}, [hostPort(input.tls.host, input.tls.port)]: tls }
  return JSON.stringify(
    {
      network: { name: input.networkName },
      server: {
        name: input.networkName,
        listeners: { [input.adminSocket]: tls, ...publicListeners },
        'unix-bind-mode': 0o700,
        casemapping: 'ascii',
        'enforce-utf8': true,
        'lookup-hostnames': false,
        'check-ident': false,
        'coerce-ident': '~u',
        motd: join(input.folder, 'motd.txt'),
        'motd-formatting': false,
        relaymsg: { enabled: false },
        'proxy-allowed-from': [],
        'max-sendq': '256k',
        compatibility: { 'force-trailing': true, 'send-unprefixed-sasl': true, 'allow-truncation': false },
        'ip-limits': {
          count: true,
          'max-concurrent-connections': 64,
          throttle: true,
          window: '10m',
          'max-connections-per-window': 128,
          'cidr-len-ipv4': 32,
          'cidr-len-ipv6': 64,
          // The bouncer's connections all come from here.
          exempted: ['localhost'],
        },
        'ip-cloaking': {
          enabled: true,
          'enabled-for-always-on': true,
          netname: 'irc.now',
          'cidr-len-ipv4': 32,
          'cidr-len-ipv6': 64,
          'num-bits': 64,
        },
        'suppress-lusers': false,
      },
      accounts: accounts(input),
      channels: {
        'default-modes': '+ntC',
        'max-channels-per-client': 100,
        registration: { enabled: true, 'operator-only': false, 'max-channels-per-account': 15 },
        'invite-expiration': '24h',
      },
      'oper-classes': {
        services: { title: 'Network Service', capabilities: ['nofakelag'] },
        platform: { title: 'Platform', capabilities: ['nofakelag', 'accreg', 'ban', 'kill', 'rehash'] },
      },
      opers: {
        nowserv: {
          class: 'services',
          'whois-line': 'is the irc.now service',
          certfp: input.nowServFingerprint,
          auto: true,
        },
        platform: { class: 'platform', hidden: true, certfp: input.adminFingerprint, auto: true },
      },
      logging: [{ method: 'stderr', type: '* -userinput -useroutput', level: 'info' }],
      debug: { 'recover-from-errors': true },
      'lock-file': join(input.folder, 'ircd.lock'),
      datastore: { path: join(input.folder, 'ircd.db'), autoupgrade: true },
      languages: { enabled: false },
      limits: {
        nicklen: 32,
        identlen: 20,
        realnamelen: 150,
        channellen: 64,
        awaylen: 390,
        kicklen: 390,
        topiclen: 390,
        'monitor-entries': 100,
        'whowas-entries': 100,
        'chan-list-modes': 100,
        'registration-messages': 1024,
        multiline: { 'max-bytes': 4096, 'max-lines': 100 },
      },
      fakelag: {
        enabled: true,
        window: '1s',
        'burst-limit': 5,
        'messages-per-window': 2,
        cooldown: '2s',
        'command-budgets': { CHATHISTORY: 16, MARKREAD: 16, MONITOR: 1, WHO: 4 },
      },
      roleplay: { enabled: false },
      history: {
        enabled: true,
        'channel-length': 2048,
        'client-length': 256,
        'autoresize-window': '3d',
        'autoreplay-on-join': 0,
        'chathistory-maxmessages': 1000,
        'znc-maxmessages': 2048,
        restrictions: { 'expire-time': '1w', 'query-cutoff': 'registration-time', 'grace-period': '1h' },
        retention: { 'allow-individual-delete': false, 'enable-account-indexing': false },
        'tagmsg-storage': { default: false, whitelist: ['+draft/react', '+react'] },
      },
      'allow-environment-overrides': false,
    },
    null,
    2,
  )
}

/** Accounts are the platform's alone: made by it, proved by it, and each holds its one nick. */
function accounts(input: ErgoConfigInput) {
  return {
    'authentication-enabled': true,
    registration: { enabled: false, 'allow-before-connect': false, 'bcrypt-cost': 4 },
    'login-throttling': { enabled: true, duration: '1m', 'max-attempts': 3 },
    'login-via-pass-command': true,
    // SCRAM would need a password that ergo knows.
    'advertise-scram': false,
    'require-sasl': { enabled: false },
    'nick-reservation': {
      enabled: true,
      'additional-nick-limit': 0,
      method: 'strict',
      'allow-custom-enforcement': false,
      // ergo refuses accounts that look like a guest: no account name has this character.
      'guest-nickname-format': 'guest|*',
      'force-guest-format': false,
      // A bouncer and a client of the same account share the one nick; nobody else can ever have it.
      'force-nick-equals-account': true,
      'forbid-anonymous-nick-changes': false,
    },
    // The bouncer is what stays on.
    multiclient: { enabled: true, 'allowed-by-default': true, 'always-on': 'disabled', 'auto-away': 'disabled' },
    vhosts: { enabled: false },
    'default-user-modes': '+i',
    'auth-script': {
      enabled: true,
      command: input.authCommand,
      args: input.authArgs,
      autocreate: true,
      timeout: '9s',
      'kill-timeout': '1s',
      // Each is a process of some 40 MB; more wait in line.
      'max-concurrency': 8,
    },
  }
}

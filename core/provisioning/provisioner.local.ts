import { applyBouncer, observe } from './local/apply-bouncer.ts'
import { checkDesired, checkUsername } from './local/desired-checks.ts'
import { type Ledgers, openLedgers, ownersIn } from './local/ledger.ts'
import { applyNetworkAccount, noteOf, removeNetworkAccount } from './local/network-account.ts'
import { hostPort } from './local/ports.ts'
import { reconnect, reconnectUntilAll } from './local/reconnect.ts'
import type { LocalServices } from './local/services.ts'
import { SojuBouncer } from './local/soju-bouncer.ts'
import { type Provisioner, ProvisionerUnavailable, type ServiceHealth } from './provisioner.port.ts'

/** Provisions the soju and ergo that run on this machine. */
export function createLocalProvisioner(services: LocalServices): Provisioner {
  const { addresses, ergo, soju, programs } = services
  const opened = openLedgers(services.stateDir)
  opened.catch(() => {})
  const bouncerOf = (username: string) => new SojuBouncer(soju.admin, () => soju.service.restart(), username)
  const ownAddresses = [
    `irc+insecure://${hostPort(addresses.irc.host, addresses.irc.port)}`,
    `ircs://${hostPort(addresses.ircs.host, addresses.ircs.port)}`,
  ]
  const reconnectOwn = async (login: string | null) =>
    reconnect((await opened).bouncers, bouncerOf, { addresses: ownAddresses, login })

  /** One thing at a time for a name, whoever asks. */
  const turns = new Map<string, Promise<unknown>>()
  function inTurn<T>(name: string, work: (ledgers: Ledgers) => Promise<T>): Promise<T> {
    const turn = (turns.get(name) ?? Promise.resolve()).then(async () => work(await opened))
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (turns.get(name) === settled) turns.delete(name)
      })
    turns.set(name, settled)
    return turn
  }
  const bouncerTurn = (username: string) => `bouncer/${username}`
  const accountTurn = (name: string) => `account/${noteOf(name)}`

  let outage = new AbortController()
  services.onErgoRestart(() => {
    outage.abort()
    outage = new AbortController()
    // Without it they come back too, only later.
    reconnectUntilAll(() => reconnectOwn(null), outage.signal).catch(() => {})
  })

  return {
    async applyBouncer(desired, progress) {
      checkDesired(desired)
      return inTurn(bouncerTurn(desired.username), ({ bouncers }) =>
        applyBouncer(bouncerOf(desired.username), bouncers, desired, progress),
      )
    },

    async observeBouncer(username) {
      checkUsername(username)
      const bouncer = bouncerOf(username)
      const enabled = await bouncer.enabled()
      return enabled === null ? null : observe(bouncer, enabled)
    },

    async removeBouncer({ id, name }) {
      checkUsername(name)
      await inTurn(bouncerTurn(name), async ({ bouncers }) => {
        const known = await bouncers.read(name)
        if (known?.id !== undefined && known.id !== id) return
        await bouncerOf(name).delete()
        await bouncers.remove(name)
      })
    },

    async applyNetworkAccount(desired) {
      const ended = await inTurn(accountTurn(desired.name), ({ accounts }) =>
        applyNetworkAccount(ergo.admin, accounts, desired),
      )
      if (ended && !desired.suspended) await reconnectOwn(desired.name)
    },

    removeNetworkAccount: (account) =>
      inTurn(accountTurn(account.name), ({ accounts }) => removeNetworkAccount(ergo.admin, accounts, account)),

    async applied() {
      const { bouncers, accounts } = await opened
      return { bouncers: await ownersIn(bouncers), networkAccounts: await ownersIn(accounts) }
    },

    health: () =>
      Promise.all([
        healthOf('soju', programs.soju.version, soju.service.state, () => soju.admin.run('server', 'status')),
        healthOf('ergo', programs.ergo.version, ergo.service.state, () => ergo.admin.run('PING', 'health')),
      ]),
  }
}

async function healthOf(
  name: string,
  version: string,
  state: string,
  ask: () => Promise<unknown>,
): Promise<ServiceHealth> {
  if (state !== 'ready') return { name, healthy: false, version, detail: `${name} is ${state}.` }
  try {
    await ask()
    return { name, healthy: true, version, detail: null }
  } catch (error) {
    const detail = error instanceof ProvisionerUnavailable ? error.message : `${name} answers strangely.`
    return { name, healthy: false, version, detail }
  }
}

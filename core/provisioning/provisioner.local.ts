import { applyBouncer, observe } from './local/apply-bouncer.ts'
import { checkDesired, checkUsername } from './local/desired-checks.ts'
import { openLedger } from './local/ledger.ts'
import { applyNetworkAccount, removeNetworkAccount } from './local/network-account.ts'
import { hostPort } from './local/ports.ts'
import { reconnect, reconnectUntilAll } from './local/reconnect.ts'
import type { LocalServices } from './local/services.ts'
import { SojuBouncer } from './local/soju-bouncer.ts'
import { type Provisioner, ProvisionerUnavailable, type ServiceHealth } from './provisioner.port.ts'

/** Provisions the soju and ergo that run on this machine. */
export function createLocalProvisioner(services: LocalServices): Provisioner {
  const { addresses, ergo, soju, programs } = services
  const opened = openLedger(services.stateDir)
  opened.catch(() => {})
  const bouncerOf = (username: string) => new SojuBouncer(soju.admin, () => soju.service.restart(), username)
  const ownAddresses = [
    `irc+insecure://${hostPort(addresses.irc.host, addresses.irc.port)}`,
    `ircs://${hostPort(addresses.ircs.host, addresses.ircs.port)}`,
  ]
  const reconnectOwn = async (login: string | null) =>
    reconnect(await opened, bouncerOf, { addresses: ownAddresses, login })

  /** One thing at a time for a bouncer, whoever asks. */
  const turns = new Map<string, Promise<unknown>>()
  function inTurn<T>(username: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(username) ?? Promise.resolve()).then(work)
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (turns.get(username) === settled) turns.delete(username)
      })
    turns.set(username, settled)
    return turn
  }

  let outage = new AbortController()
  services.onErgoRestart(() => {
    outage.abort()
    outage = new AbortController()
    // Without it they come back too, only later.
    reconnectUntilAll(() => reconnectOwn(null), outage.signal).catch(() => {})
  })

  return {
    async applyBouncer(desired, applied, progress) {
      checkDesired(desired)
      return inTurn(desired.username, async () =>
        applyBouncer(bouncerOf(desired.username), await opened, desired, applied, progress, ownAddresses),
      )
    },

    async observeBouncer(username) {
      checkUsername(username)
      const bouncer = bouncerOf(username)
      const enabled = await bouncer.enabled()
      return enabled === null ? null : observe(bouncer, enabled)
    },

    async removeBouncer(username) {
      checkUsername(username)
      await inTurn(username, async () => {
        await bouncerOf(username).delete()
        await (await opened).remove(username)
      })
    },

    async applyNetworkAccount(desired, appliedSignOuts) {
      const ended = await applyNetworkAccount(ergo.admin, desired, appliedSignOuts)
      if (ended && !desired.suspended) await reconnectOwn(desired.name)
    },

    removeNetworkAccount: (name) => removeNetworkAccount(ergo.admin, name),

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

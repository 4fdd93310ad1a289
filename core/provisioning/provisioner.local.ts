import { setTimeout as delay } from 'node:timers/promises'
import { applyBouncer, observe } from './local/apply-bouncer.ts'
import { addressOf } from './local/apply-upstream.ts'
import { checkDesired, checkUsername } from './local/desired-checks.ts'
import { createHostnames } from './local/hostnames.ts'
import { openLedger } from './local/ledger.ts'
import { createMoves } from './local/move-bouncer.ts'
import { applyNetworkAccount, removeNetworkAccount } from './local/network-account.ts'
import { openPlacements } from './local/placements.ts'
import { hostPort } from './local/ports.ts'
import { reconnect, reconnectUntilAll } from './local/reconnect.ts'
import type { LocalServices } from './local/services.ts'
import {
  type DesiredBouncer,
  type Provisioner,
  ProvisionerUnavailable,
  type ServiceHealth,
} from './provisioner.port.ts'

/** Provisions the sojus and the ergo that run on this machine, and lets clients in to their bouncers. */
export async function createLocalProvisioner(services: LocalServices): Promise<Provisioner> {
  const { addresses, ergo, soju, dedicated, programs, stateDir } = services
  const ledger = await openLedger(stateDir)
  const placements = await openPlacements(stateDir)
  const hostnames = await createHostnames(stateDir)
  const moves = createMoves({ shared: soju, dedicated, placements, tell: tellClients, now: Date.now })
  const { bouncerOf } = moves
  const ownAddresses = [
    `irc+insecure://${hostPort(addresses.irc.host, addresses.irc.port)}`,
    `ircs://${hostPort(addresses.ircs.host, addresses.ircs.port)}`,
  ]
  const reconnectOwn = async (login: string | null) => reconnect(ledger, bouncerOf, { addresses: ownAddresses, login })

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

  /** By net.irc.now, so that it reaches the clients of this bouncer alone, whichever soju they are on. */
  async function tellClients({ upstreams }: DesiredBouncer, text: string): Promise<void> {
    const own = upstreams.find((upstream) => upstream.enabled && ownAddresses.includes(addressOf(upstream)))
    // A move does not wait for a network that is down.
    if (!own) return
    await ergo.admin.run('NOTICE', own.nick, text).catch(() => {})
    // On its way through the bouncer, which is about to be ended.
    await delay(250)
  }

  await services.openFront({
    contextOf: (hostname) => hostnames.contextOf(hostname),
    async routeOf(username, hostname) {
      const name = username ?? (hostname === null ? null : hostnames.usernameOf(hostname))
      if (name === null) return soju.plain
      // Whoever comes while it is being moved is let in where it then is.
      await moves.somewhere(name)
      return placements.of(name).side === 'dedicated' ? (await dedicated.open(name)).plain : soju.plain
    },
  })
  // Their members are away until they run, whatever else there is to do.
  for (const name of placements.usernames()) {
    if (placements.of(name).side === 'dedicated') dedicated.open(name).catch(() => {})
  }

  return {
    async applyBouncer(desired, applied, progress) {
      checkDesired(desired)
      const { username } = desired
      return inTurn(username, async () => {
        const moveFailure = await moves.place(desired, progress)
        const { side } = placements.of(username)
        const hostname = side === 'dedicated' ? desired.hostname : null
        const hostnameFingerprint = await hostnames.serve(username, hostname)
        const bouncer = await bouncerOf(username)
        const seen = await applyBouncer(bouncer, ledger, desired, applied, progress, ownAddresses)
        return { ...seen, placement: side, moveFailure, hostnameFingerprint }
      })
    },

    async observeBouncer(username) {
      checkUsername(username)
      const bouncer = await bouncerOf(username)
      const enabled = await bouncer.enabled()
      return enabled === null ? null : observe(bouncer, enabled)
    },

    async removeBouncer(username) {
      checkUsername(username)
      await inTurn(username, async () => {
        await hostnames.serve(username, null)
        await moves.remove(username)
        await ledger.remove(username)
      })
    },

    async applyNetworkAccount(desired, appliedSignOuts) {
      const ended = await applyNetworkAccount(ergo.admin, desired, appliedSignOuts)
      if (ended && !desired.suspended) await reconnectOwn(desired.name)
    },

    removeNetworkAccount: (name) => removeNetworkAccount(ergo.admin, name),

    health: async () => [
      ...(await Promise.all([
        healthOf('soju', programs.soju.version, soju.service.state, () => soju.admin.run('server', 'status')),
        healthOf('ergo', programs.ergo.version, ergo.service.state, () => ergo.admin.run('PING', 'health')),
      ])),
      ...(await Promise.all(
        dedicated
          .running()
          .map(({ name, service, admin }) =>
            healthOf(name, programs.soju.version, service.state, () => admin.run('server', 'status')),
          ),
      )),
    ],
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

import { applyBouncer, observe } from './local/apply-bouncer.ts'
import { addressOf } from './local/apply-upstream.ts'
import type { Soju } from './local/dedicated-sojus.ts'
import { checkDesired, checkUsername } from './local/desired-checks.ts'
import { adminAccount } from './local/ergo-config.ts'
import { createHostnames } from './local/hostnames.ts'
import { type LedgerBouncer, openLedgers, ownersIn } from './local/ledger.ts'
import { createMoves } from './local/move-bouncer.ts'
import { applyNetworkAccount, noteOf, removeNetworkAccount } from './local/network-account.ts'
import { openPlacements } from './local/placements.ts'
import { hostPort } from './local/ports.ts'
import { reconnect, reconnectUntilAll } from './local/reconnect.ts'
import type { LocalServices } from './local/services.ts'
import { tellClients } from './local/tell-clients.ts'
import {
  type DesiredBouncer,
  type Provisioner,
  ProvisionerUnavailable,
  type ServiceHealth,
} from './provisioner.port.ts'

/** Provisions the sojus and the ergo that run on this machine, and lets clients in to their bouncers. */
export async function createLocalProvisioner(services: LocalServices): Promise<Provisioner> {
  const { addresses, ergo, soju, dedicated, programs, stateDir } = services
  const ledgers = await openLedgers(stateDir)
  const placements = await openPlacements(stateDir)
  const hostnames = await createHostnames(stateDir)
  const moves = createMoves({
    ...{ shared: soju, dedicated, placements, tell, now: Date.now },
    log: (line) => services.log('soju', line, 'warn'),
  })
  const { bouncerOf } = moves
  const ownAddresses = [
    `irc+insecure://${hostPort(addresses.irc.host, addresses.irc.port)}`,
    `ircs://${hostPort(addresses.ircs.host, addresses.ircs.port)}`,
  ]
  const reconnectOwn = async (login: string | null) =>
    reconnect(ledgers.bouncers, bouncerOf, { addresses: ownAddresses, login })

  /** One thing at a time for a name, whoever asks. */
  const turns = new Map<string, Promise<unknown>>()
  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(name) ?? Promise.resolve()).then(work)
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

  /** By net.irc.now, so that it reaches the clients of this bouncer alone, whichever soju they are on. */
  async function tell({ username, upstreams }: DesiredBouncer, text: string): Promise<void> {
    const own = upstreams.find((upstream) => upstream.enabled && ownAddresses.includes(addressOf(upstream)))
    if (!own) return
    const { data } = await sojuOf(username)
    await tellClients({
      ...{ bouncer: await bouncerOf(username), data, network: own.name, nick: adminAccount },
      say: () => ergo.admin.run('NOTICE', own.nick, text),
    })
  }

  /** The soju that has a bouncer; whoever comes while it is being moved is let in where it then is. */
  async function sojuOf(username: string | null): Promise<Soju> {
    if (username === null) return soju
    await moves.somewhere(username)
    return placements.of(username).side === 'dedicated' ? dedicated.open(username) : soju
  }
  await services.openFront({
    contextOf: (hostname) => hostnames.contextOf(hostname),
    async routeOf(username, hostname) {
      const name = username ?? (hostname === null ? null : hostnames.usernameOf(hostname))
      return (await sojuOf(name)).plain
    },
    uploadSocketOf: async (username) => (await sojuOf(username)).uploadSocket,
  })
  // Their members are away until they run, whatever else there is to do.
  for (const name of placements.usernames()) {
    if (placements.of(name).side === 'dedicated') dedicated.open(name).catch(() => {})
  }

  /**
   * Ends what a former one of this name has, wherever it is, and notes whose the name is: a soju of its own is made before
   * it has a user, and must be found by `applied` from then on.
   */
  async function takeName({ id, username, placement, restarts }: DesiredBouncer): Promise<void> {
    const known = await ledgers.bouncers.read(username)
    const isFormer = known?.id !== undefined && known.id !== id
    if (isFormer) await removeFromSojus(username)
    const unsettled: LedgerBouncer = { id, profile: null, restarts, signOuts: 0, upstreams: {} }
    if (isFormer) await ledgers.bouncers.write(username, unsettled)
    else if (known?.id === undefined && placement === 'dedicated')
      await ledgers.bouncers.write(username, { ...unsettled, ...known, id })
  }

  async function removeFromSojus(username: string): Promise<void> {
    await hostnames.serve(username, null)
    await moves.remove(username)
  }

  return {
    async applyBouncer(desired, progress) {
      checkDesired(desired)
      const { username } = desired
      return inTurn(bouncerTurn(username), async () => {
        await takeName(desired)
        const moveFailure = await moves.place(desired, progress)
        const { side } = placements.of(username)
        const hostname = side === 'dedicated' ? desired.hostname : null
        const hostnameFingerprint = await hostnames.serve(username, hostname)
        const upstreams = await applyBouncer(await bouncerOf(username), ledgers.bouncers, desired, progress)
        return { upstreams, placement: side, moveFailure, hostnameFingerprint }
      })
    },

    async observeBouncer(username) {
      checkUsername(username)
      const bouncer = await bouncerOf(username)
      const enabled = await bouncer.enabled()
      return enabled === null ? null : observe(bouncer, enabled)
    },

    async removeBouncer({ id, name }) {
      checkUsername(name)
      await inTurn(bouncerTurn(name), async () => {
        const known = await ledgers.bouncers.read(name)
        if (known?.id !== undefined && known.id !== id) return
        await removeFromSojus(name)
        await ledgers.bouncers.remove(name)
      })
    },

    async applyNetworkAccount(desired) {
      const ended = await inTurn(accountTurn(desired.name), () =>
        applyNetworkAccount(ergo.admin, ledgers.accounts, desired),
      )
      if (ended && !desired.suspended) await reconnectOwn(desired.name)
    },

    removeNetworkAccount: (account) =>
      inTurn(accountTurn(account.name), () => removeNetworkAccount(ergo.admin, ledgers.accounts, account)),

    async applied() {
      return { bouncers: await ownersIn(ledgers.bouncers), networkAccounts: await ownersIn(ledgers.accounts) }
    },

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

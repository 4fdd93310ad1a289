import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { IrcProbe } from '@irc-now/core/provisioning/local/irc-probe'
import { inTransaction, withSojuData } from '@irc-now/core/provisioning/local/soju-data'
import { startTestServices } from '@irc-now/core/provisioning/local/test-services'
import { createLocalProvisioner } from '@irc-now/core/provisioning/provisioner.local'
import type { DesiredBouncer } from '@irc-now/core/provisioning/provisioner.port'
import { median, ms, print, timed } from './harness.ts'

const messages = 100_000
const moves = 2

/** How long a bouncer is away while it moves, by how much it has, and how long one of its own takes to be there. */
export async function benchMove(): Promise<void> {
  const { platform, services, remove } = await startTestServices()
  const { addresses, soju } = services
  const provisioner = await createLocalProvisioner(services)

  function desired(name: string, upstreams: number, placement: DesiredBouncer['placement']): DesiredBouncer {
    const upstream = (number: number) => {
      const fields = {
        ...{ name: `net${number}`, ...addresses.irc, tls: false, serverFingerprint: null, nick: `${name}-${number}` },
        ...{ username: null, realname: null, pass: null, sasl: { mechanism: 'none' as const }, enabled: true },
        channels: [`#${name}`],
        managed: false,
      }
      return { ...fields, digest: createHash('sha256').update(JSON.stringify(fields)).digest('hex') }
    }
    return {
      ...{ id: name, username: name, nick: name, realname: '', enabled: true, restarts: 0, signOuts: 0 },
      upstreams: Array.from({ length: upstreams }, (_, number) => upstream(number)),
      ...{ placement, hostname: null },
    }
  }
  const apply = (wanted: DesiredBouncer) => provisioner.applyBouncer(wanted, () => {})
  async function connected(wanted: DesiredBouncer): Promise<void> {
    while ((await apply(wanted)).upstreams.some(({ state }) => state !== 'connected')) await delay(20)
  }
  async function signedIn(name: string): Promise<IrcProbe> {
    for (;;) {
      const probe = await IrcProbe.login(addresses.bouncer, {
        nick: name,
        account: `${name}/net0`,
        password: 'x',
      }).catch(() => null)
      if (probe) return probe
    }
  }

  async function fill(name: string): Promise<void> {
    await withSojuData(soju.data, (db) => {
      const { id } = db
        .prepare('select n.id from Network n join User u on u.id = n.user where u.username = ? order by n.id')
        .get(name) as { id: number }
      const target = db
        .prepare('insert into MessageTarget (network, target) values (?, ?)')
        .run(id, '#old').lastInsertRowid
      const insert = db.prepare('insert into Message (target, raw, time, sender, text) values (?, ?, ?, ?, ?)')
      for (let from = 0; from < messages; from += 5000)
        inTransaction(db, () => {
          for (let n = from; n < from + 5000; n += 1) {
            const text = `message ${n}, as long as what people say to each other on a usual day`
            const time = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()
            insert.run(target, `:friend!friend@host.example PRIVMSG #old :${text}`, time, 'friend', text)
          }
        })
    })
  }

  try {
    const rows: string[][] = []
    for (const upstreams of [1, 10, 50]) {
      const name = `m${upstreams}`
      platform.passwords.set(`soju/${name}`, 'x')
      await connected(desired(name, upstreams, 'shared'))
      await fill(name)
      const gaps: Record<string, number[]> = { dedicated: [], shared: [] }
      const alls: Record<string, number[]> = { dedicated: [], shared: [] }
      for (let round = 0; round < moves; round += 1) {
        for (const to of ['dedicated', 'shared'] as const) {
          const wanted = desired(name, upstreams, to)
          const client = await signedIn(name)
          const away = client.ended().then(() => performance.now())
          const moving = apply(wanted)
          const begun = await away
          const again = await signedIn(name)
          gaps[to]!.push(performance.now() - begun)
          await moving
          await connected(wanted)
          alls[to]!.push(performance.now() - begun)
          again.close()
        }
      }
      for (const to of ['dedicated', 'shared'])
        rows.push([
          `${upstreams}`,
          to === 'dedicated' ? 'to one of its own' : 'back',
          ms(median(gaps[to]!)),
          ms(Math.max(...gaps[to]!)),
          ms(median(alls[to]!)),
        ])
      await provisioner.removeBouncer({ id: name, name })
    }
    print(
      `A bouncer moves with ${messages.toLocaleString('en')} messages, ${moves} times each way`,
      ['upstreams', 'where', 'no client gets in, median', 'longest', 'until all upstreams are connected again, median'],
      rows,
    )
    const times: Record<string, number[]> = { 'of its own': [], shared: [] }
    for (let round = 0; round < 10; round += 1) {
      for (const [how, placement] of [
        ['of its own', 'dedicated'],
        ['shared', 'shared'],
      ] as const) {
        const name = `new${round}${placement}`
        platform.passwords.set(`soju/${name}`, 'x')
        times[how]!.push(
          await timed(async () => {
            await apply(desired(name, 1, placement))
            const probe = await signedIn(name)
            probe.close()
          }),
        )
        await provisioner.removeBouncer({ id: name, name })
      }
    }
    print(
      'A new bouncer, until a client is signed in to it, 10 each',
      ['where', 'median', 'longest'],
      Object.entries(times).map(([how, all]) => [how, ms(median(all)), ms(Math.max(...all))]),
    )
  } finally {
    await remove()
  }
}

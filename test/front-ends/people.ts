import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import type { createDaemon } from '../daemon.ts'
import type { Person } from './front-end.ts'
import { httpFrontEnd } from './http.ts'

export const operations = catalogue.map(describeOperation)
export const operationOf = (name: string) => operations.find((one) => one.name === name)!

/** What an operator does for others on a fresh platform, before and beside what is tested. */
export async function createPeople(daemon: Awaited<ReturnType<typeof createDaemon>>) {
  const url = `http://127.0.0.1:${daemon.ports.http}`
  const http = httpFrontEnd(url)
  const { token } = JSON.parse((await daemon.cli('token', 'create', 'people', '--json')).stdout) as { token: string }
  const owner: Person = { name: 'owner', token, password: '' }

  /** Runs an operation for somebody; throws where it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: outputs of every shape
  async function run(person: Person, name: string, input: object = {}, confirm?: string): Promise<any> {
    const answer = await http.run(person, operationOf(name), { ...input }, confirm === undefined ? {} : { confirm })
    if (answer.code !== undefined) throw new Error(`${name} ${JSON.stringify(input)}: ${answer.code}`)
    return answer.output
  }
  return {
    url,
    run,
    /** A new account with a token and an app password made for it. */
    async create(name: string, role: 'member' | 'ops' = 'member'): Promise<Person> {
      const make = async (operation: string, input: object, as?: string) => {
        const answer = await http.run(owner, operationOf(operation), { ...input }, as === undefined ? {} : { as })
        if (answer.code !== undefined) throw new Error(`${operation} for ${name}: ${answer.code}`)
        return answer.output as Record<string, string>
      }
      await make('account.create', { name, role })
      const [made, app] = [
        await make('token.create', { name: 'script' }, name),
        await make('password.create', { name: 'client' }, name),
      ]
      return { name, token: made.token!, password: app.password! }
    },
    /** Waits until the world has followed all that was asked for. */
    async settle(person: Person): Promise<void> {
      const end = Date.now() + 120_000
      for (;;) {
        const { bouncers, upstreams } = await run(person, 'account.export')
        const moving = [...bouncers, ...upstreams].filter(
          ({ status }) => !['ready', 'stopped', 'connected', 'disabled'].includes(status.phase),
        )
        if (moving.length === 0) return
        if (Date.now() > end) throw new Error(`still moving: ${JSON.stringify(moving)}`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    },
  }
}

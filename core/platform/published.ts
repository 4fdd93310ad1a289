import { hostname } from 'node:os'
import type { Runtime } from '../operation/runtime.ts'
import type { Stores } from '../store/stores.ts'
import type { HostPort } from './info.ts'
import type { Keyring } from './runtime.ts'

/** What the process that runs soju and ergo tells the others; sealed, because NowServ's key is in it. */
export interface PublishedServices {
  readonly machine: string
  /** For users. */
  readonly ircs: HostPort
  readonly bouncers: HostPort
  readonly certificateFingerprint: string
  /** Where soju takes uploads of IRC clients, for processes on the same machine. */
  readonly uploadSocket: string | null
  readonly nowServ: {
    /** Where net.irc.now is for processes on the same machine. */
    readonly near: HostPort
    /** SHA-256 of net.irc.now's certificate. */
    readonly serverFingerprint: string
    /** PEM. */
    readonly certificate: string
    readonly privateKey: string
  }
}

export interface PublishedApi {
  readonly httpUrl: string
  readonly txtUrl: string
  readonly picsUrl: string
}

/** How to get NowServ onto net.irc.now. */
export type NowServLink = HostPort & Omit<PublishedServices['nowServ'], 'near'>

interface Facts {
  services?: PublishedServices
  api?: PublishedApi
}

/** What the platform's processes must know of each other, kept in the database; the last who said it is right. */
export function createPublished(runtime: Pick<Runtime, 'transaction'>, keyring: Keyring) {
  const known: Facts = {}
  const texts = new Map<string, string>()
  const listeners = new Set<() => void>()

  function learn<K extends keyof Facts>(name: K, text: string): void {
    if (texts.get(name) === text) return
    texts.set(name, text)
    known[name] = JSON.parse(text) as Facts[K]
    for (const hear of listeners) hear()
  }

  return {
    get services() {
      return known.services
    },
    get api() {
      return known.api
    },
    get nowServLink(): NowServLink | undefined {
      if (!known.services) return undefined
      const { machine, ircs, nowServ } = known.services
      const { near, ...rest } = nowServ
      return { ...(machine === hostname() ? near : ircs), ...rest }
    },
    /** Where uploads of IRC clients go from here; null where no soju runs on this machine. */
    get uploadSocket(): string | null {
      const { machine, uploadSocket = null } = known.services ?? {}
      return machine === hostname() ? uploadSocket : null
    },
    async publish<K extends keyof Facts>(name: K, facts: NonNullable<Facts[K]>): Promise<void> {
      const text = JSON.stringify(facts)
      await runtime.transaction((store) => store.settings.put(`published/${name}`, keyring.seal(text)))
      learn(name, text)
    },
    /** Learns what others have published. */
    async read(store: Stores): Promise<void> {
      for (const name of ['services', 'api'] as const) {
        const sealed = await store.settings.get(`published/${name}`)
        if (sealed !== undefined) learn(name, keyring.open(sealed))
      }
    },
    /** Calls `hear` at each change until the answer is called. */
    onChange(hear: () => void): () => void {
      listeners.add(hear)
      return () => void listeners.delete(hear)
    },
  }
}

export type Published = ReturnType<typeof createPublished>

import { type Kysely, sql } from 'kysely'
import { createAccountStore } from '../accounts/account-store.ts'
import { createOidcStore } from '../accounts/oidc-store.ts'
import { createPasswordStore } from '../accounts/passwords/password.ts'
import { createThrottleStore } from '../accounts/throttle-store.ts'
import { createTokenStore } from '../accounts/tokens/token.ts'
import { createAuditStore } from '../audit/audit-store.ts'
import { createBillingStore } from '../billing/billing-store.ts'
import { createOutboxStore } from '../billing/outbox-store.ts'
import { createRetryStore } from '../billing/retry-store.ts'
import { createSandboxStore } from '../billing/sandbox/sandbox-store.ts'
import { createWebhookStore } from '../billing/webhook-store.ts'
import { createPasteStore } from '../content/pastes/paste-store.ts'
import { createPictureStore } from '../content/pictures/picture-store.ts'
import { createStrayStore } from '../content/stray-store.ts'
import { createBouncerStore } from '../provisioning/bouncers/bouncer-store.ts'
import { createUpstreamStore } from '../provisioning/upstreams/upstream-store.ts'
import { channel } from './channel.ts'
import { createEventStore } from './event-store.ts'
import { createHealthStore } from './health-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createIdempotencyStore, createLinkStore, createSettingStore } from './platform-stores.ts'
import type { Schema } from './schema.ts'
import { createSweepStore } from './sweep-store.ts'

/** All stores over one connection or one transaction. */
export function createStores(db: Kysely<Schema>) {
  const events = createEventStore(db)
  const woken: string[] = []
  return {
    accounts: createAccountStore(db),
    passwords: createPasswordStore(db),
    tokens: createTokenStore(db),
    oidc: createOidcStore(db),
    throttles: createThrottleStore(db),
    bouncers: createBouncerStore(db),
    upstreams: createUpstreamStore(db),
    pastes: createPasteStore(db),
    pictures: createPictureStore(db),
    strays: createStrayStore(db),
    billing: createBillingStore(db),
    sandbox: createSandboxStore(db),
    outbox: createOutboxStore(db),
    retries: createRetryStore(db),
    webhooks: createWebhookStore(db),
    audit: createAuditStore(db),
    events,
    idempotency: createIdempotencyStore(db),
    leases: createLeaseStore(db),
    links: createLinkStore(db),
    settings: createSettingStore(db),
    health: createHealthStore(db),
    sweeps: createSweepStore(db),
    /** Wakes every process of the platform, once the transaction holds. */
    wake(payload: string): void {
      woken.push(payload)
    },
    /**
     * Writes what is told and wakes others: a transaction's last, since it locks an account's events, which two that
     * change the same rows in another order would wait for for ever.
     */
    async finish(): Promise<void> {
      const payloads = [...(await events.write()), ...woken.splice(0)]
      if (payloads.length === 0) return
      await sql`select pg_notify(${channel}, payload) from unnest(${payloads}::text[]) payload`.execute(db)
    },
  }
}

export type Stores = ReturnType<typeof createStores>

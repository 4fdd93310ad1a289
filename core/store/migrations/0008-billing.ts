import { type Kysely, sql } from 'kysely'

/** What members pay for, as last read from the provider; what operators have granted; what is still to be told elsewhere; the sandbox. */
const statements = [
  `create table billing_accounts (account_id text primary key references accounts on delete cascade,
    customer_id text unique, generation int not null default 0, disputed boolean not null default false,
    synced_at timestamptz, review_at timestamptz, told text not null default '', purchases int not null default 0,
    checkout_id text, checkout_url text, checkout_wanted text, content_ends_at timestamptz, content_told int)`,
  'create index billing_reviews on billing_accounts (review_at)',
  `create table subscriptions (id text primary key, account_id text not null references accounts on delete cascade,
    status text not null, billing_interval text not null, unpaid_since timestamptz, ends_at timestamptz,
    period_end timestamptz not null, created_at timestamptz not null)`,
  'create index subscriptions_of_account on subscriptions (account_id)',
  `create table subscription_items (id text primary key, subscription_id text not null references subscriptions on delete cascade,
    offer text not null, lookup_key text not null, quantity int not null)`,
  'create index items_of_subscription on subscription_items (subscription_id)',
  `create table webhook_events (id text primary key, type text not null, customer_id text, received_at timestamptz not null,
    synced_at timestamptz)`,
  'create index webhook_events_by_age on webhook_events (received_at)',
  'create index webhook_events_open on webhook_events (received_at) where synced_at is null',
  `create table overrides (id bigint generated always as identity primary key, account_id text not null references accounts on delete cascade,
    name text not null, value int, reason text not null, ends_at timestamptz, created_by text not null,
    created_at timestamptz not null, unique (account_id, name))`,
  `create table billing_outbox (kind text not null, key text not null, payload text not null, version int not null default 1,
    attempts int not null default 0, next_at timestamptz not null, last_error text, primary key (kind, key))`,
  'create index billing_outbox_due on billing_outbox (next_at)',
  `create table identity_claims (account_id text primary key references accounts on delete cascade, plan text not null,
    stripe_customer_id text, content_expires boolean not null)`,
  `create table plan_choices (account_id text not null references accounts on delete cascade, limit_name text not null,
    names text not null, primary key (account_id, limit_name))`,
  'alter table bouncers add column over_limit boolean not null default false',
  'alter table upstreams add column over_limit boolean not null default false',
  'create table sandbox_customers (id text primary key, state text not null)',
  `create table sandbox_events (id text primary key, seq bigint generated always as identity, customer_id text not null,
    type text not null, body text not null, delivered_at timestamptz, attempts int not null default 0,
    next_at timestamptz not null)`,
  'create index sandbox_events_due on sandbox_events (next_at) where delivered_at is null',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

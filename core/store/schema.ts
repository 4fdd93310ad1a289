import type { Generated } from 'kysely'
import type { BillingSchema } from '../billing/billing-schema.ts'
import type { PictureKind } from '../content/pictures/sniff.ts'

/** Times are `timestamptz`, read as Date; JSON columns are `text` holding JSON, so that both databases agree. */
export interface Schema extends BillingSchema {
  accounts: {
    id: string
    name: string
    name_key: string
    role: 'member' | 'ops'
    plan: string
    keeps_content: Generated<boolean>
    display_name: string | null
    email: string | null
    suspended_at: Date | null
    suspended_reason: string | null
    sign_outs: Generated<number>
    /** By which NowServ answers. */
    replies: Generated<'NOTICE' | 'PRIVMSG'>
    created_at: Date
    deleted_at: Date | null
  }
  credentials: { account_id: string; password_hash: string; updated_at: Date }
  identities: { iss: string; sub: string; account_id: string }
  app_passwords: {
    id: string
    account_id: string
    name: string
    hash: string
    prefix: string
    scope: 'irc' | 'bouncer' | 'network'
    created_at: Date
    last_used_at: Date | null
    last_used_by: string | null
  }
  tokens: {
    id: string
    account_id: string
    name: string
    hash: string
    prefix: string
    scopes: string
    created_at: Date
    expires_at: Date
    last_used_at: Date | null
  }
  bouncers: {
    id: string
    account_id: string
    name: string
    username: string
    nick: string
    realname: string
    enabled: boolean
    restarts: Generated<number>
    sign_outs: Generated<number>
    generation: Generated<number>
    observed_generation: Generated<number>
    failure: string | null
    created_at: Date
    deleted_at: Date | null
    /** Where its owner wants it. */
    placement: Generated<'shared' | 'dedicated'>
    /** More bouncers of their own than the plan allows: on the shared one until there is room. */
    over_dedicated: Generated<boolean>
    /** Where it really is. */
    placed: Generated<'shared' | 'dedicated'>
    move_failure: string | null
    hostname: string | null
    /** Null until its owner has proved by DNS that it is theirs. */
    hostname_verified_at: Date | null
    /** What its DNS lacks. */
    hostname_note: string | null
    hostname_fingerprint: string | null
    /** More than the plan allows: stopped until there is room. */
    over_limit: Generated<boolean>
  }
  upstreams: {
    id: string
    bouncer_id: string
    name: string
    /** Added and signed in by the platform: net.irc.now. */
    managed: boolean
    host: string
    port: number
    tls: boolean
    server_fingerprint: string | null
    nick: string
    username: string | null
    realname: string | null
    sealed_pass: string | null
    sasl: 'none' | 'plain' | 'external'
    sasl_username: string | null
    sealed_sasl_password: string | null
    channels: string
    enabled: boolean
    state: Generated<string>
    state_since: Date | null
    state_nick: string | null
    last_error: string | null
    certificate_fingerprint: string | null
    created_at: Date
    over_limit: Generated<boolean>
  }
  pastes: {
    id: string
    account_id: string
    title: string | null
    language: string | null
    visibility: 'public' | 'unlisted'
    text: string
    /** Of the text, in UTF-8. */
    bytes: number
    /** SHA-256 of the text, base64url. */
    digest: string
    delete_hash: string
    created_at: Date
    updated_at: Date
    /** Null is never. */
    expires_at: Date | null
    taken_down_at: Date | null
    taken_down_reason: string | null
  }
  /** What is stored, once for all pictures that are the same. */
  picture_files: {
    /** SHA-256 of the picture's file, hexadecimal. */
    hash: string
    /** What its two files are called: the hash, and something random, so that a new one is never a former one's. */
    file: string
    bytes: number
    thumbnail_bytes: number
    /** When an upload last came upon it. */
    touched_at: Date
  }
  pictures: {
    id: string
    account_id: string
    /** Null once it was taken down: then it has no file. */
    hash: string | null
    name: string | null
    kind: PictureKind
    width: number
    height: number
    frames: number
    bytes: number
    created_at: Date
    /** Null is never. */
    expires_at: Date | null
    taken_down_at: Date | null
    taken_down_reason: string | null
  }
  /** See stray-store.ts. */
  stray_files: { key: string; due_at: Date; claimed: boolean }
  events: {
    id: Generated<string>
    at: Date
    account_id: string
    subject: string
    type: string
    message: string
    /** Its member is still to be told on IRC. */
    unsaid: Generated<boolean>
  }
  audit: {
    id: Generated<string>
    at: Date
    actor_id: string | null
    actor_name: string
    member_id: string | null
    member_name: string | null
    via: string
    operation: string
    input: string
  }
  idempotency: {
    account_id: string
    key: string
    request: string
    /** What the request comes to, written down before any of it is done elsewhere; as JSON. */
    decided: string | null
    /** What was answered, as JSON; null while nothing was. */
    output: string | null
    created_at: Date
  }
  leases: { name: string; holder: string; expires_at: Date }
  one_time_links: {
    hash: string
    account_id: string | null
    operation: string
    sealed_input: string
    expires_at: Date
    used_at: Date | null
  }
  oidc_payloads: {
    model: string
    id: string
    payload: string
    grant_id: string | null
    user_code: string | null
    uid: string | null
    account_id: string | null
    expires_at: Date | null
  }
  throttles: { key: string; failures: number; blocked_until: Date }
  settings: { key: string; value: string }
  health: {
    /** Home and role; stays the same when the process is started again. */
    process: string
    name: string
    host: string
    pid: number
    healthy: boolean
    version: string | null
    detail: string | null
    seen: Date
  }
}

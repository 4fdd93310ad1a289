import type { Selectable } from 'kysely'
import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import type { Schema } from '../store/schema.ts'

export const AuditLine = z.object({
  at: z.string(),
  actor: z.string(),
  for: z.string().nullable().describe('The member on whose behalf it was done.'),
  via: z.string(),
  operation: z.string(),
  input: z.string().describe('JSON, without secrets.'),
})

export const auditLineOf = (row: Selectable<Schema['audit']>): z.output<typeof AuditLine> => ({
  at: row.at.toISOString(),
  actor: row.actor_name,
  for: row.member_name,
  via: row.via,
  operation: row.operation,
  input: row.input,
})

export const listAudit = defineOperation({
  name: 'audit.list',
  summary: 'List who did what, newest first.',
  description: 'Members see what they did and what was done for them; operators see everything.',
  access: 'member',
  effect: 'read',
  input: z.object({ limit: z.int().min(1).max(1000).default(50).describe('How many lines.') }),
  output: z.object({ items: z.array(AuditLine) }),
  errors: [],
  columns: ['at', 'actor', 'for', 'via', 'operation', 'input'],
  async handle({ limit }, { actor, store }) {
    return { items: (await store.audit.list(actor.role === 'ops' ? null : actor.id, limit)).map(auditLineOf) }
  },
})

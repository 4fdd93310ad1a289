import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { languages } from './languages.ts'

export const listLanguages = defineOperation({
  name: 'paste.languages',
  summary: 'List the languages that pastes are highlighted in.',
  access: 'anyone',
  effect: 'read',
  positional: ['like'],
  input: z.object({
    like: z.string().min(1).max(32).optional().describe('Only those with this in one of their names.'),
  }),
  output: z.object({ items: z.array(z.object({ name: z.string(), aliases: z.array(z.string()) })) }),
  errors: [],
  columns: ['name', 'aliases'],
  examples: ['', 'script'],
  async handle({ like = '' }) {
    const wanted = like.toLowerCase()
    const items = languages.filter(({ name, aliases }) => [name, ...aliases].some((one) => one.includes(wanted)))
    return { items: items.map(({ name, aliases }) => ({ name, aliases: [...aliases] })) }
  },
})

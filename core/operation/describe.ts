import { z } from 'zod'
import type { Access, AnyOperation, Effect, Settle } from './define.ts'
import type { ErrorCode } from './errors.ts'

/** One input field as a front end sees it; derived from the schema, plain data. */
export interface Field {
  /** As in the schema: `saslUsername`. */
  readonly name: string
  /** As in `--sasl-username`. */
  readonly flag: string
  readonly kind: 'text' | 'integer' | 'number' | 'boolean' | 'choice' | 'list'
  readonly choices: readonly string[]
  readonly required: boolean
  /** May be emptied: an empty text means null. */
  readonly nullable: boolean
  readonly default: unknown
  readonly description: string
  /** Never travels over IRC or in argv, never shown again. */
  readonly secret: boolean
  /**
   * A whole document rather than a word: `text` (a string) or `file` (bytes, which travel beside the input, never in it).
   * At most one field of an operation is one.
   */
  readonly body: 'text' | 'file' | null
  /** Takes the name of the file that the body comes from, where nothing else is said. */
  readonly fileName: boolean
  /** Characters at most (of a file, bytes), or null where the schema names no limit. */
  readonly longest: number | null
  /** Other flags for the same. */
  readonly aliases: readonly string[]
  /** Each choice is a flag as well: `--public`. */
  readonly choiceFlags: boolean
  /** Place among the positionals, or null. */
  readonly position: number | null
}

/** An operation as plain data: what the command line, the TUI, NowServ, completion and OpenAPI are made from. */
export interface OperationDescription {
  readonly name: string
  readonly noun: string
  /** One word or two. */
  readonly verb: string
  readonly summary: string
  readonly description: string
  readonly access: Access
  readonly effect: Effect
  readonly fields: readonly Field[]
  readonly errors: readonly ErrorCode[]
  readonly examples: readonly string[]
  readonly settle: Settle | null
  readonly confirm: string | null
  readonly columns: readonly string[]
  /** The output’s fields, of a list those of each item. */
  readonly outputs: readonly string[]
  /** Output fields that are secret: shown once, never over IRC. */
  readonly secrets: readonly string[]
  /** Output fields that are made by chance: a dry run has none of them. */
  readonly made: readonly string[]
  /** Output fields that a phone may want to scan: terminals draw them as QR codes. */
  readonly qr: readonly string[]
  /** Output fields that say the same as others do, for programs: people are not shown them. */
  readonly forPrograms: readonly string[]
  /** The output field that stands for all of it, such as a new thing's address; or null. */
  readonly main: string | null
  /** The field in which a thing's own web address stands, in a list that of each item; or null. */
  readonly address: string | null
  /** The output field with the address of a small picture of the thing; or null. */
  readonly thumbnail: string | null
  /** The whole text in the output, and the fields that say its language and its file’s name; or null. */
  readonly source: Source | null
  /** The output field with a page on which the person goes on: a terminal shows it before it waits, and opens it. */
  readonly visit: string | null
}

export interface Source {
  readonly text: string
  readonly language: string | null
  readonly fileName: string | null
}

export interface JsonSchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly description?: string
  readonly maxLength?: number
  readonly secret?: boolean
  readonly qr?: boolean
  readonly visit?: boolean
  readonly main?: boolean
  readonly address?: boolean
  readonly thumbnail?: boolean
  readonly made?: boolean
  readonly forPrograms?: boolean
  readonly body?: 'text' | 'file'
  readonly fileName?: boolean
  readonly language?: boolean
  readonly alias?: string
  readonly choiceFlags?: boolean
  readonly [key: string]: unknown
}

export const jsonSchemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonSchema =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema

export const flagOf = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** What stands behind `nullable()`, which JSON Schema writes as `anyOf [x, null]`. */
function withoutNull(schema: JsonSchema): { schema: JsonSchema; nullable: boolean } {
  const others = schema.anyOf?.filter((one) => one.type !== 'null')
  if (!others || !schema.anyOf || others.length === schema.anyOf.length || others.length !== 1) {
    return { schema, nullable: false }
  }
  return { schema: { ...others[0], ...schema, anyOf: undefined }, nullable: true }
}

function kindOf(schema: JsonSchema): Field['kind'] {
  if (schema.enum) return 'choice'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  return 'text'
}

export function fieldsOf(operation: Pick<AnyOperation, 'input' | 'positional'>): Field[] {
  const json = jsonSchemaOf(operation.input, 'input')
  const positional: readonly string[] = operation.positional ?? []
  return Object.entries(json.properties ?? {}).map(([name, property]) => {
    const { schema, nullable } = withoutNull(property)
    const position = positional.indexOf(name)
    return {
      name,
      flag: flagOf(name),
      kind: kindOf(schema),
      choices: (schema.enum ?? schema.items?.enum ?? []).map(String),
      required: json.required?.includes(name) ?? false,
      nullable,
      default: schema.default,
      description: schema.description ?? '',
      secret: schema.secret === true,
      body: schema.body ?? null,
      fileName: schema.fileName === true,
      longest: schema.maxLength ?? null,
      aliases: schema.alias === undefined ? [] : [schema.alias],
      choiceFlags: schema.choiceFlags === true,
      position: position < 0 ? null : position,
    }
  })
}

/** The output fields that the schema marks so. */
const markedOf = (
  operation: AnyOperation,
  mark: 'secret' | 'qr' | 'main' | 'made' | 'visit' | 'thumbnail' | 'forPrograms',
) => markedIn(jsonSchemaOf(operation.output, 'output'), mark)

function markedIn({ properties = {} }: JsonSchema, mark: keyof JsonSchema & string): string[] {
  return Object.keys(properties).filter((name) => withoutNull(properties[name] as JsonSchema).schema[mark] === true)
}

function sourceOf(operation: AnyOperation): Source | null {
  const output = jsonSchemaOf(operation.output, 'output')
  const text = Object.entries(output.properties ?? {}).find(([, { body }]) => body === 'text')?.[0]
  if (text === undefined) return null
  const first = (mark: 'language' | 'fileName') => markedIn(output, mark)[0] ?? null
  return { text, language: first('language'), fileName: first('fileName') }
}

/** What a thing is: the output, or where that is a list each item of it. */
function thingSchema(operation: AnyOperation): JsonSchema {
  const output = jsonSchemaOf(operation.output, 'output')
  return output.properties?.items?.items ?? output
}

const addressOf = (operation: AnyOperation): string | null => markedIn(thingSchema(operation), 'address')[0] ?? null

const described = new WeakMap<AnyOperation, OperationDescription>()

/** Made once for an operation: each write asks for it, and making it from the schemas takes half a millisecond. */
export function describeOperation(operation: AnyOperation): OperationDescription {
  const known = described.get(operation) ?? describeAnew(operation)
  described.set(operation, known)
  return known
}

function describeAnew(operation: AnyOperation): OperationDescription {
  return {
    name: operation.name,
    noun: operation.noun,
    verb: operation.verb,
    summary: operation.summary,
    description: operation.description ?? '',
    access: operation.access,
    effect: operation.effect,
    fields: fieldsOf(operation),
    errors: operation.errors,
    examples: operation.examples ?? [],
    settle: operation.settle ?? null,
    confirm: operation.confirm ?? null,
    columns: operation.columns ?? [],
    outputs: Object.keys(thingSchema(operation).properties ?? {}),
    secrets: markedOf(operation, 'secret'),
    made: markedOf(operation, 'made'),
    forPrograms: markedOf(operation, 'forPrograms'),
    qr: markedOf(operation, 'qr'),
    main: markedOf(operation, 'main')[0] ?? null,
    address: addressOf(operation),
    thumbnail: markedOf(operation, 'thumbnail')[0] ?? null,
    source: sourceOf(operation),
    visit: markedOf(operation, 'visit')[0] ?? null,
  }
}

import type { AnyOperation } from '@irc-now/core/operation/define'
import { describeOperation, jsonSchemaOf } from '@irc-now/core/operation/describe'
import { errorCodes } from '@irc-now/core/operation/errors'

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(errorCodes) },
    detail: { type: 'string', description: 'One sentence that names the next step.' },
    field: { type: 'string', description: 'The input field at fault.' },
    details: { type: 'object' },
  },
}

const header = (name: string, description: string) => ({ name, in: 'header', description, schema: { type: 'string' } })

const asMember = header('Irc-Now-As', 'Act for this member (operators only; audited).')

const failure = {
  description: 'An error.',
  headers: {
    'Retry-After': { description: 'Seconds to wait, where the code is rate_limited.', schema: { type: 'integer' } },
  },
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}

/** No operation: it has no end. */
const events = {
  operationId: 'events',
  summary: 'Follow what changes, as server-sent events.',
  description:
    'Each is of the type “change”, its data JSON as in Change; a comment first says that nothing is missed from then on. It ends when the connection does; with the last id it goes on from there.',
  tags: ['events'],
  parameters: [
    {
      name: 'since',
      in: 'query',
      description: 'Only what came after the event of this id; without it, from now on.',
      schema: { type: 'string', pattern: '^[0-9]{1,18}$' },
    },
    header('Last-Event-ID', 'The same, as browsers send it by themselves.'),
    asMember,
  ],
  responses: {
    200: {
      description: 'The changes, as long as one listens.',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    },
    default: failure,
  },
}

const change = {
  type: 'object',
  required: ['id', 'at', 'accountId', 'subject', 'type', 'message'],
  properties: {
    id: { type: 'string' },
    at: { type: 'string', description: 'ISO 8601' },
    accountId: { type: 'string' },
    subject: { type: 'string', description: 'What it is about, such as upstream/main/libera.' },
    type: { type: 'string', description: 'What happened, such as bouncer.updated.' },
    message: { type: 'string', description: 'The same in one sentence.' },
  },
}

/** The OpenAPI 3.1 document of a catalogue. */
export function openApiOf(operations: readonly AnyOperation[], version: string) {
  const paths = Object.fromEntries(operations.map((operation) => [`/v1/${operation.name}`, pathOf(operation)]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'irc.now',
      version,
      description: 'Every operation of irc.now, as the command line and NowServ have it.',
    },
    security: [{ bearer: [] }],
    paths: { ...paths, '/v1/events': { get: events } },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: problem, Change: change },
    },
  }
}

function pathOf(operation: AnyOperation) {
  const { summary, description, effect, access, fields, errors } = describeOperation(operation)
  const input = jsonSchemaOf(operation.input, 'input')
  const file = fields.find((field) => field.body === 'file')
  const content = file
    ? { 'application/octet-stream': { schema: { type: 'string', format: 'binary', description: file.description } } }
    : { 'application/json': { schema: input } }
  const body = { required: true, content }
  const query = fields
    .filter((field) => field !== file)
    .map((field) => ({
      name: field.name,
      in: 'query',
      required: field.required,
      description: field.description,
      schema: input.properties?.[field.name],
    }))
  const headers = [
    asMember,
    ...(effect === 'read'
      ? []
      : [header('Idempotency-Key', 'Makes a retry safe.'), header('Irc-Now-Dry-Run', 'true: change nothing.')]),
    ...(effect === 'destroy' ? [header('Irc-Now-Confirm', 'The name of what is destroyed.')] : []),
    ...(effect === 'write' && errors.includes('confirmation_required')
      ? [header('Irc-Now-Confirm', 'What confirmation_required tells to repeat, as details.expected.')]
      : []),
  ]
  return {
    [effect === 'read' ? 'get' : 'post']: {
      operationId: operation.name,
      summary,
      ...(description ? { description } : {}),
      tags: [operation.noun],
      ...(access === 'anyone' ? { security: [] } : {}),
      'x-access': access,
      'x-effect': effect,
      'x-errors': errors,
      parameters: effect === 'read' || file ? [...query, ...headers] : headers,
      ...(effect === 'read' ? {} : { requestBody: body }),
      responses: {
        200: {
          description: 'Done.',
          content: { 'application/json': { schema: jsonSchemaOf(operation.output, 'output') } },
        },
        default: failure,
      },
    },
  }
}

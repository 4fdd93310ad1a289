import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../../test/databases.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { sweep } from '../../platform/sweeps.ts'
import type { Database } from '../../store/database.ts'
import { contentId, idOfAddress } from '../content-id.ts'

test('an id is 22 letters and digits, whatever the bytes; an address stands for the id in it', () => {
  for (const byte of [0, 1, 255]) expect(contentId((bytes) => Buffer.alloc(bytes, byte))).toMatch(/^[0-9A-Za-z]{22}$/)
  expect(contentId((bytes) => Buffer.alloc(bytes, 1))).not.toBe(contentId((bytes) => Buffer.alloc(bytes, 2)))
  for (const address of [
    'abc',
    ' https://txt.irc.now/abc ',
    'http://txt.localhost:8067/abc/raw',
    'https://x/abc.json?y#L1',
  ])
    expect(idOfAddress(address)).toBe('abc')
})

onBothDatabases('pastes', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let alice: string
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    alice = await platform.member('alice')
    await platform.member('bob')
  })
  afterEach(() => database.close())

  const create = (input: object = {}, who = 'alice', options = {}) =>
    platform.call(who, 'paste.create', { text: 'a\n', ...input }, options)
  const seen = (id: string, now = platform.runtime.now()) =>
    platform.runtime.read(async (store) => (await store.pastes.seen(id, now)) !== undefined)
  const plan = (name: string) =>
    platform.runtime.transaction((store) =>
      store.billing.setOverride({
        account_id: alice,
        name,
        value: 1,
        reason: 'a test',
        ends_at: null,
        created_by: 'ops',
        created_at: platform.runtime.now(),
      }),
    )
  const inHours = (hours: number) => new Date(platform.runtime.now().getTime() + hours * 3_600_000)
  const hoursOf = ({ createdAt, expiresAt }: Record<string, string>) =>
    (Date.parse(expiresAt!) - Date.parse(createdAt!)) / 3_600_000

  test('a dry run makes no address up', async () => {
    expect(await create({}, 'alice', { dryRun: true })).toMatchObject({
      id: '(not made yet)',
      url: '(not made yet)',
      deleteToken: '(shown once)',
      bytes: 2,
    })
  })

  test('what is pasted is there for whoever knows the id, until it expires; others’ things are nobody else’s to change', async () => {
    const text = 'Zoë 🙂\r\n\ttab \u001b[31m\u202e\u0007'
    const made = await create({ text, title: 'notes.md', expires: '1h', visibility: 'public' })
    expect(made).toMatchObject({
      title: 'notes.md',
      language: null,
      bytes: Buffer.byteLength(text),
      visibility: 'public',
    })
    expect(made.url).toBe(`http://txt.localhost:8080/${made.id}`)
    expect(await platform.call('alice', 'paste.show', { id: made.url })).toMatchObject({ id: made.id, text })
    expect([await seen(made.id), await seen(made.id, inHours(0.99)), await seen(made.id, inHours(1))]).toEqual([
      true,
      true,
      false,
    ])
    expect(await seen('x'.repeat(22))).toBe(false)
    for (const [name, more] of [
      ['show', {}],
      ['update', { title: 'x' }],
      ['delete', {}],
    ] as const)
      await expect(
        platform.call('bob', `paste.${name}`, { id: made.id, ...more }, { confirm: made.id }),
      ).rejects.toMatchObject({ code: 'not_found' })
    expect((await platform.call('bob', 'paste.list')).items).toEqual([])
    const changed = await platform.call('alice', 'paste.update', {
      id: made.id,
      title: null,
      language: 'rust',
      visibility: 'unlisted',
    })
    expect(changed).toMatchObject({ title: null, language: 'rust', visibility: 'unlisted', expiresAt: made.expiresAt })
    expect(await platform.call('alice', 'paste.delete', { id: made.id }, { confirm: made.id })).toMatchObject({
      id: made.id,
      status: { phase: 'deleted', message: null },
    })
    expect(await seen(made.id)).toBe(false)
  })

  test('text alone: nothing empty, no NUL, no half characters, not too much of it', async () => {
    for (const [text, code] of [
      ['', 'invalid_input'],
      ['a\0b', 'invalid_input'],
      ['\ud800', 'invalid_input'],
      ['x'.repeat(1024 * 1024 + 1), 'too_large'],
      ['ü'.repeat(512 * 1024 + 1), 'too_large'],
    ])
      await expect(create({ text })).rejects.toMatchObject({ code, field: 'text' })
    await expect(create({ text: 'x'.repeat(1024 * 1024 + 1) })).rejects.toThrow('text: A paste has at most 1 MB; ')
    await expect(create({ text: 'ü'.repeat(512 * 1024 + 1) })).rejects.toThrow(
      'The text has 1048578 bytes; at most 1 MB, 1048576 bytes, are allowed (the Free plan); ',
    )
    await create({ text: 'ü'.repeat(512 * 1024) })
    for (const input of [
      { title: 'a\nb' },
      { language: '<b>' },
      { language: '"' },
      { expires: '2h' },
      { visibility: 'secret' },
    ])
      await expect(create(input)).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test('the file’s name is the title, and beside another title it still says the language', async () => {
    const made = async (input: object) => {
      const { title, language } = await create({ text: 'x', ...input })
      return [title, language]
    }
    expect(await made({ fileName: 'a.rs' })).toEqual(['a.rs', null])
    expect(await made({ fileName: 'a.RS', title: 'My notes' })).toEqual(['My notes', 'rs'])
    expect(await made({ fileName: 'a.rs', title: 'b.py' })).toEqual(['b.py', null])
    expect(await made({ fileName: 'a.rs', title: 'My notes', language: 'go' })).toEqual(['My notes', 'go'])
    expect(await made({ fileName: 'a.nosuch', title: 'My notes' })).toEqual(['My notes', null])
  })

  test('an unknown language is refused, with what may have been meant and where they are listed', async () => {
    const refusal = (language: string) =>
      create({ language }).then(
        () => null,
        ({ code, field, message }) => ({ code, field, message }),
      )
    expect(await refusal('pyhton')).toEqual({
      code: 'invalid_input',
      field: 'language',
      message: 'language: There is no language “pyhton”; did you mean python? “paste languages” lists all.',
    })
    expect((await refusal('klingonish'))!.message).toBe(
      'language: There is no language “klingonish”; “paste languages” lists all.',
    )
    for (const language of ['Rust', 'rs', 'c++', 'text']) expect(await refusal(language)).toBeNull()
    const { items } = await platform.call(null, 'paste.languages', { like: 'rust' })
    expect(items).toEqual([{ name: 'rust', aliases: ['rs'] }])
    expect((await platform.call(null, 'paste.languages')).items.length).toBeGreaterThan(100)
  })

  test('the text itself is in no audit line, and the token in no row', async () => {
    const made = await create({ text: 'hunter2', title: 't' }, 'alice', { idempotencyKey: 'k' })
    expect(await create({ text: 'hunter2', title: 't' }, 'alice', { idempotencyKey: 'k' })).toEqual({
      ...made,
      deleteToken: '(shown once)',
    })
    await expect(create({ text: 'hunter3', title: 't' }, 'alice', { idempotencyKey: 'k' })).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    })
    const [line] = (await platform.call('alice', 'audit.list')).items
    expect(JSON.parse(line.input)).toEqual({ text: '(text, 7 bytes)', title: 't', visibility: 'unlisted' })
    const rows = JSON.stringify(await database.kysely.selectFrom('pastes').selectAll().execute())
    expect(rows).not.toContain(made.deleteToken)
  })

  test('five live pastes of a day each are free, however many are asked for at once; what has expired makes room', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => create({ expires: '1h' })))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    await expect(create()).rejects.toMatchObject({
      code: 'quota_reached',
      message: expect.stringContaining('5 of 5 pastes (the Free plan)'),
    })
    await database.kysely.updateTable('pastes').set({ expires_at: new Date() }).execute()
    await delay(5)
    expect(hoursOf(await create())).toBe(24)
    expect(hoursOf(await create({ expires: '1d' }))).toBe(24)
    for (const expires of ['7d', '90d', 'never'])
      await expect(create({ expires })).rejects.toMatchObject({ code: 'quota_reached', field: 'expires' })
    await plan('pro')
    expect(hoursOf(await create())).toBe(90 * 24)
    const kept = await create({ expires: 'never' })
    expect(kept.expiresAt).toBeNull()
    expect(await seen(kept.id, inHours(1e6))).toBe(true)
  })

  test('operators take a paste down with a reason; its member is told, and can’t bring it back', async () => {
    const { id } = await create()
    const take = (who: string, confirm = id) =>
      platform.call(who, 'paste.takedown', { id, reason: 'Not yours.' }, { confirm })
    await expect(take('alice')).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(take('ops', 'x')).rejects.toMatchObject({ code: 'confirmation_invalid' })
    expect(await seen(id)).toBe(true)
    expect(await take('ops')).toMatchObject({ account: 'alice', status: { phase: 'removed', message: 'Not yours.' } })
    expect(await seen(id)).toBe(false)
    expect((await platform.call('alice', 'paste.list')).items[0].status).toEqual({
      phase: 'removed',
      message: 'Not yours.',
    })
    await expect(platform.call('alice', 'paste.update', { id, expires: '1h' })).rejects.toMatchObject({
      code: 'not_allowed',
    })
    const events = await platform.runtime.read((store) => store.events.after(alice, '0'))
    expect(events.at(-1)).toMatchObject({
      subject: `paste/${id}`,
      type: 'paste.removed',
      message: expect.stringContaining('Not yours.'),
    })
    const [line] = (await platform.call('ops', 'audit.list')).items
    expect(line).toMatchObject({
      actor: 'ops',
      operation: 'paste.takedown',
      input: JSON.stringify({ id, reason: 'Not yours.' }),
    })
    for (let n = 0; n < 5; n += 1) await create()
  })

  test('what a suspended account has published is not seen, and comes back with it; a deleted account’s is gone', async () => {
    const { id } = await create({ text: 'kept about you' })
    await platform.call('ops', 'account.suspend', { name: 'alice', reason: 'spam' })
    expect(await seen(id)).toBe(false)
    await platform.call('ops', 'account.resume', { name: 'alice' })
    expect(await seen(id)).toBe(true)
    expect((await platform.call('alice', 'account.export')).pastes).toMatchObject([{ id, text: 'kept about you' }])
    await platform.call('alice', 'account.delete', {}, { confirm: 'alice' })
    expect(await database.kysely.selectFrom('pastes').select('id').execute()).toEqual([])
  })

  test('a sweep takes what has expired, what was taken down in its time, and nothing else', async () => {
    await plan('pro')
    const [gone, forEver, taken] = [
      await create(),
      await create({ expires: 'never' }),
      await create({ expires: 'never' }),
    ]
    await platform.call('ops', 'paste.takedown', { id: taken.id, reason: 'no' }, { confirm: taken.id })
    const left = async () =>
      (await database.kysely.selectFrom('pastes').select('id').execute()).map(({ id }) => id).sort()
    await database.kysely
      .updateTable('pastes')
      .set({ expires_at: new Date(0) })
      .where('id', '=', gone.id)
      .execute()
    await sweep(platform.runtime)
    expect(await left()).toEqual([forEver.id, taken.id].sort())
    await sweep({ ...platform.runtime, now: () => inHours(31 * 24) })
    expect(await left()).toEqual([forEver.id])
  })
})

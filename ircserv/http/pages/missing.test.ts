import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { missingPage } from './missing.ts'

const app = new Hono().notFound(missingPage({ txtUrl: 'http://txt.example.org' }))
const get = async (path: string) => {
  const response = await app.request(path)
  return { status: response.status, text: await response.text(), type: response.headers.get('content-type') }
}

test('a paste’s path leads to the host that has pastes; any other to what is here', async () => {
  const paste = await get(`/${'a'.repeat(22)}/raw`)
  expect(paste.status).toBe(404)
  expect(paste.text).toContain(`<a href="http://txt.example.org/${'a'.repeat(22)}/raw">`)
  const other = await get('/nosuch<b>')
  expect(other.status).toBe(404)
  expect(other.text).toContain('<a href="/">what is here</a>')
  expect(other.text).not.toContain('nosuch')
})

test('programs are answered as by the API', async () => {
  expect(await get('/v1/a/b')).toMatchObject({ status: 404, type: 'application/problem+json' })
})

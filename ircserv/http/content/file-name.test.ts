import { expect, test } from 'vitest'
import { fileNameOf } from './file-name.ts'

test.each([
  [undefined, null],
  ['attachment', null],
  ['attachment; filename=cat.png', 'cat.png'],
  ['attachment; filename="a \\"b\\".png"', 'a "b".png'],
  ["attachment; filename*=utf-8''Z%C3%BCrich%20%E2%98%80.png", 'Zürich ☀.png'],
  ["attachment; filename=x.png; filename*=UTF-8''y.png", 'y.png'],
  ["attachment; filename*=utf-8''%FF; filename=x.png", 'x.png'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  ['attachment; filename="C:\\\\pictures\\\\cat.png"', 'cat.png'],
  ["attachment; filename*=utf-8''..%2F..", null],
  ["attachment; filename*=utf-8''a%0D%0Ab%00.png", 'ab.png'],
  ['attachment; filename=""', null],
])('%s', (header, name) => {
  expect(fileNameOf(header)).toBe(name)
})

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { createBrowser } from '../form-browser.ts'
import { connectIrc } from '../irc-client.ts'

// Somebody with nothing but an IRC client, from REGISTER to a bouncer that chats.
let daemon: Awaited<ReturnType<typeof createDaemon>>
beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
})
afterAll(() => daemon?.remove())

test('REGISTER leads a stranger to an account, a bouncer, and a chat through it', async () => {
  const stranger = await connectIrc(daemon.ports.irc, 'uma')
  await stranger.until(/ 001 /)
  // The daemon waits for it, but not for ever.
  await stranger.untilThere('NowServ')
  stranger.send('PRIVMSG NowServ :REGISTER')
  const [link] = /http\S+nick=uma/.exec(await stranger.until(/NOTICE uma :Open/))!
  const browser = createBrowser()
  const welcome = await browser.submit(await browser.open(link), { name: 'uma', password: 'a long enough one' })
  const [, line, password] = /\/msg (NickServ IDENTIFY uma (ircn_app_\w{32}))/.exec(welcome.text)!
  // What the page says to type, typed.
  stranger.send(`PRIVMSG ${line!.replace(' ', ' :')}`)
  await stranger.until(/NickServ!\S+ NOTICE \S+ :You're now logged in as uma/)
  stranger.send('PRIVMSG NowServ :BOUNCER CREATE')
  await stranger.until(/NowServ!\S+ NOTICE \S+ :BOUNCER main: ready/)

  const client = await connectIrc(daemon.ports.bouncer, 'uma', { username: 'uma/net.irc.now', password: password! })
  const other = await connectIrc(daemon.ports.irc, 'other')
  await Promise.all([client.until(/ 001 /), other.until(/ 001 /)])
  // The bouncer is there at once; its network follows within moments.
  await client.until(/NETWORK=net\.irc\.now/)
  client.send('JOIN #uma')
  await client.until(/ 366 /)
  other.send('JOIN #uma')
  await other.until(/ 366 /)
  client.send('PRIVMSG #uma :hello from my bouncer')
  await other.until(/PRIVMSG #uma :hello from my bouncer/)
  for (const one of [stranger, client, other]) one.close()
  expect(daemon.said).not.toContain(password)
})

test('LOGIN gives a new device its own app password; a suspended member gets none', async () => {
  const guest = await connectIrc(daemon.ports.irc, 'phone')
  await guest.until(/ 001 /)
  guest.send('PRIVMSG NowServ :LOGIN')
  const [link] = /http\S+nick=phone/.exec(await guest.until(/NOTICE phone :Open/))!
  const signIn = async () => {
    const browser = createBrowser()
    return browser.submit(await browser.open(link), { name: 'uma', password: 'a long enough one' })
  }
  const [, password] = /IDENTIFY uma (ircn_app_\w{32})/.exec((await signIn()).text)!
  const names = JSON.parse((await daemon.cli('password', 'list', '--as', 'uma', '--json=name')).stdout)
  expect(names.items).toEqual([{ name: 'irc' }, { name: 'irc 2' }])
  expect((await daemon.cli('account', 'suspend', 'uma', 'testing')).code).toBe(0)
  expect((await signIn()).status).toBe(403)
  const refused = await connectIrc(daemon.ports.irc, 'uma2', { username: 'uma', password: password! })
  await refused.until(/ 904 /)
  expect((await daemon.cli('account', 'resume', 'uma')).code).toBe(0)
  const again = await connectIrc(daemon.ports.irc, 'uma3', { username: 'uma', password: password! })
  await again.until(/ 903 /)
  for (const one of [guest, refused, again]) one.close()
})

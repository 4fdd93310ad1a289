import { Client } from 'irc-framework'

// The yardstick: a bot on the same library that says back what it hears, and does nothing else.
const client = new Client()
client.requestCap(['message-tags', 'account-tag'])
client.on('privmsg', ({ nick, message, tags, target }) => {
  if (target !== client.user.nick) return
  const answer = new client.Message('NOTICE', nick, message)
  answer.tags = { '+draft/reply': tags.msgid ?? '' }
  client.raw(answer)
})
client.on('registered', () => process.send!('ready'))
client.connect({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  nick: 'Echo',
  username: 'echo',
  gecos: 'echo',
  account: { account: 'Echo', password: 'right' },
  auto_reconnect: false,
})

process.on('disconnect', () => process.exit())

import { type DesiredNetworkAccount, ProvisionerRejected, ProvisionerUnavailable } from '../provisioner.port.ts'
import type { ErgoAdmin } from './ergo-admin.ts'

const accountName = /^[A-Za-z0-9_[\]{}\\^|`][A-Za-z0-9_[\]{}\\^|`-]{0,31}$/

/** Makes an account on net.irc.now match. Answers whether its sessions were ended. */
export async function applyNetworkAccount(
  ergo: ErgoAdmin,
  { name, suspended, signOuts }: DesiredNetworkAccount,
  appliedSignOuts: number,
): Promise<boolean> {
  checkName(name)
  await ensureRegistered(ergo, name)
  if (suspended) {
    expect(await ergo.nickServ('SUSPEND', 'ADD', name), /Successfully suspended/)
    return true
  }
  expect(await ergo.nickServ('SUSPEND', 'DEL', name), /Successfully un-suspended|was not suspended/)
  if (signOuts <= appliedSignOuts) return false
  // ergo cannot tell who signed in by which password: all sessions end, and the bouncer's own comes back by itself.
  expect(await ergo.nickServ('CLIENTS', 'LOGOUT', name, 'all'), /Successfully logged out|No such nick/)
  return true
}

/** Removes an account, so that its name can be registered anew. */
export async function removeNetworkAccount(ergo: ErgoAdmin, name: string): Promise<void> {
  checkName(name)
  const warning = await ergo.nickServ('ERASE', name)
  const code = warning.map((line) => / ERASE \S+ (\S+)$/.exec(line)?.[1]).find(Boolean)
  if (!code) throw new ProvisionerUnavailable(`net.irc.now did not remove the account: ${warning.join(' ')}`)
  expect(await ergo.nickServ('ERASE', name, code), /Successfully unregistered/)
}

/**
 * The account exists before its owner first signs in, so that its nick is theirs from the start (whoever sits on it
 * becomes a guest); and it exists again
 * should they have unregistered it with NickServ, which otherwise locks them out for ever.
 */
async function ensureRegistered(ergo: ErgoAdmin, name: string): Promise<void> {
  if ((await ergo.nickServ('INFO', name)).some((line) => line.startsWith('Account: '))) return
  const registered = /Successfully registered/
  const answer = await ergo.nickServ('SAREGISTER', name)
  if (answer.some((line) => registered.test(line))) return
  await removeNetworkAccount(ergo, name)
  expect(await ergo.nickServ('SAREGISTER', name), registered)
}

function checkName(name: string): void {
  if (!accountName.test(name)) throw new ProvisionerRejected('The account name has a character that no network takes.')
}

function expect(answer: readonly string[], wanted: RegExp): void {
  if (answer.some((line) => wanted.test(line))) return
  throw new ProvisionerUnavailable(`net.irc.now answered: ${answer.join(' ') || 'nothing'}`)
}

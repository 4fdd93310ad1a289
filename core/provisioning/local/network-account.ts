import {
  type DesiredNetworkAccount,
  type Owned,
  ProvisionerRejected,
  ProvisionerUnavailable,
} from '../provisioner.port.ts'
import type { ErgoAdmin } from './ergo-admin.ts'
import type { Ledger, LedgerAccount } from './ledger.ts'

const accountName = /^[A-Za-z0-9_[\]{}\\^|`][A-Za-z0-9_[\]{}\\^|`-]{0,31}$/

/** As the ledger, like ergo, tells names apart: without regard to case. */
export const noteOf = (name: string) => name.toLowerCase()

/** Makes an account on net.irc.now match. Answers whether its sessions were ended; each step may be the last one. */
export async function applyNetworkAccount(
  ergo: ErgoAdmin,
  ledger: Ledger<LedgerAccount>,
  { id, name, suspended, signOuts }: DesiredNetworkAccount,
): Promise<boolean> {
  checkName(name)
  const noted = await ledger.read(noteOf(name))
  // It was deleted while another home ran the services, and its name given to this one.
  const isFormer = noted !== null && noted.id !== id
  if (isFormer) await erase(ergo, name)
  const known = noted === null || isFormer ? { id, signOuts: 0 } : noted
  if (known !== noted) await ledger.write(noteOf(name), known)
  await ensureRegistered(ergo, name)
  const signOut = signOuts > known.signOuts
  if (suspended) {
    expect(await ergo.nickServ('SUSPEND', 'ADD', name), /Successfully suspended/)
  } else {
    expect(await ergo.nickServ('SUSPEND', 'DEL', name), /Successfully un-suspended|was not suspended/)
    // ergo cannot tell who signed in by which password: all sessions end, and the bouncer's own comes back by itself.
    if (signOut) expect(await ergo.nickServ('CLIENTS', 'LOGOUT', name, 'all'), /Successfully logged out|No such nick/)
  }
  if (signOut) await ledger.write(noteOf(name), { id, signOuts })
  return isFormer || suspended || signOut
}

/** Removes an account, so that its name can be registered anew; unless it is another's already. */
export async function removeNetworkAccount(
  ergo: ErgoAdmin,
  ledger: Ledger<LedgerAccount>,
  { id, name }: Owned,
): Promise<void> {
  checkName(name)
  const known = await ledger.read(noteOf(name))
  if (known && known.id !== id) return
  await erase(ergo, name)
  await ledger.remove(noteOf(name))
}

async function erase(ergo: ErgoAdmin, name: string): Promise<void> {
  const warning = await ergo.nickServ('ERASE', name)
  const code = warning.map((line) => / ERASE \S+ (\S+)$/.exec(line)?.[1]).find(Boolean)
  if (!code) throw new ProvisionerUnavailable(`net.irc.now did not remove the account: ${warning.join(' ')}`)
  expect(await ergo.nickServ('ERASE', name, code), /Successfully unregistered/)
}

/**
 * The account exists before its owner first signs in, so that its nick is theirs from the start (whoever sits on it
 * becomes a guest); and it exists again should they have unregistered it with NickServ, which otherwise locks them out
 * for ever.
 */
async function ensureRegistered(ergo: ErgoAdmin, name: string): Promise<void> {
  const isThere = async () => (await ergo.nickServ('INFO', name)).some((line) => line.startsWith('Account: '))
  if (await isThere()) return
  const registered = /Successfully registered/
  const answer = await ergo.nickServ('SAREGISTER', name)
  if (answer.some((line) => registered.test(line))) return
  // Its bouncer may have signed in meanwhile, which makes it: erasing it now would end that.
  if (await isThere()) return
  await erase(ergo, name)
  expect(await ergo.nickServ('SAREGISTER', name), registered)
}

function checkName(name: string): void {
  if (!accountName.test(name)) throw new ProvisionerRejected('The account name has a character that no network takes.')
}

function expect(answer: readonly string[], wanted: RegExp): void {
  if (answer.some((line) => wanted.test(line))) return
  throw new ProvisionerUnavailable(`net.irc.now answered: ${answer.join(' ') || 'nothing'}`)
}

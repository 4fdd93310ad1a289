import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keptCertificate, serverNames } from './certificates.ts'
import { ErgoAdmin } from './ergo-admin.ts'
import { type ErgoAuthSettings, ergoAuthScript } from './ergo-auth-script.ts'
import { adminAccount, ergoConfig, ergoMotd, nowServAccount } from './ergo-config.ts'
import type { ListenAddress } from './ports.ts'
import { readTextFile, writePrivateFile } from './private-files.ts'
import { untilTrue } from './readiness.ts'
import { createServicePlace, type ServiceInput, superviseAt } from './service-place.ts'

export interface ErgoServiceInput extends ServiceInput {
  readonly networkName: string
  readonly tls: ListenAddress
  readonly auth: { readonly host: string; readonly port: number; readonly path: string }
}

/** net.irc.now: ergo by our configuration, and the link by which the platform runs it. */
export async function createErgoService(input: ErgoServiceInput) {
  const place = await createServicePlace('ergo', 'ergo.json', input)
  const { folder, adminSocket, configPath } = place
  const certificates = join(input.stateDir, 'certificates')
  const server = await keptCertificate(certificates, 'ergo', 'server', serverNames(input.networkName))
  const nowServ = await keptCertificate(certificates, 'nowserv', 'client', [])
  const client = await keptCertificate(certificates, 'platform', 'client', [])
  const admin = new ErgoAdmin({ socketPath: adminSocket, client, server, account: adminAccount })
  const scriptPath = join(folder, 'auth.mjs')
  const settingsPath = join(folder, 'auth.json')
  const setUpPath = join(folder, 'set-up')

  const config = (settingUp: boolean) =>
    ergoConfig({
      folder,
      networkName: input.networkName,
      plain: input.plain,
      tls: input.tls,
      certPath: server.certPath,
      keyPath: server.keyPath,
      adminSocket,
      nowServFingerprint: nowServ.fingerprint,
      adminFingerprint: client.fingerprint,
      authCommand: process.execPath,
      authArgs: [scriptPath, settingsPath],
      settingUp,
    })

  async function isSetUp(): Promise<boolean> {
    return (await readTextFile(setUpPath)) !== null && (await readTextFile(join(folder, 'ircd.db'))) !== null
  }

  async function prepare(): Promise<void> {
    const settings: ErgoAuthSettings = {
      ...input.auth,
      certificates: { [nowServ.fingerprint]: nowServAccount, [client.fingerprint]: adminAccount },
      certificateOnly: [adminAccount],
    }
    await writePrivateFile(settingsPath, JSON.stringify(settings))
    await writePrivateFile(scriptPath, ergoAuthScript)
    await writePrivateFile(join(folder, 'motd.txt'), ergoMotd)
    const settingUp = !(await isSetUp())
    // The mark of a lost database must not vouch for the new one.
    if (settingUp) await rm(setUpPath, { force: true })
    await writePrivateFile(configPath, config(settingUp))
  }

  /** Reserves the platform's own names while nobody else can connect; then opens the doors. */
  async function setUp(): Promise<void> {
    const answer = (await admin.nickServ('SAREGISTER', nowServAccount)).join(' ')
    if (!/Successfully registered|already exists|reserved/i.test(answer)) {
      throw new Error(`The name ${nowServAccount} could not be reserved: ${answer}`)
    }
    await writePrivateFile(setUpPath, '')
    await writePrivateFile(configPath, config(false))
    const answers = await admin.run('REHASH')
    const said = answers.map(({ params }) => params.at(-1)).join(' ')
    if (!/rehash complete/i.test(said)) {
      throw new Error(`ergo did not take its configuration: ${said}`)
    }
  }

  const supervised = superviseAt(place, input, admin, {
    args: ['run', '--conf', configPath],
    prepare,
    async serves(died) {
      await untilTrue(() => admin.run('PING', 'ready'), died)
      if (!(await isSetUp())) await setUp()
    },
  })
  return { ...supervised, admin, server, nowServ }
}

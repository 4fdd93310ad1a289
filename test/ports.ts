import { freePort } from '@irc-now/core/provisioning/local/ports'

const given = new Set<number>()

/**
 * A port of loopback for whatever a test starts later, perhaps several times: given to nobody else, and none that a daemon
 * takes for itself.
 */
export async function testPort(): Promise<number> {
  for (;;) {
    const port = await freePort(10_000, 20_000)
    if (given.has(port)) continue
    given.add(port)
    return port
  }
}

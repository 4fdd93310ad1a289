import { freePort } from '@irc-now/core/provisioning/local/ports'

/**
 * A port of loopback for whatever a test starts later, perhaps several times: given to nobody else, and none that a daemon
 * takes for itself.
 */
export const testPort = (): Promise<number> => freePort(10_000, 20_000)

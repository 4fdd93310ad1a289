import { join } from 'node:path'
import { allRoles, type Configuration } from '@irc-now/core/platform/configuration'
import type { Endpoints } from './daemon.ts'

/** What the daemon says once it is up. */
export function greeting(
  { endpoints, ownerName }: { readonly endpoints: Endpoints; readonly ownerName: string | null },
  about: { readonly configuration: Configuration; readonly version: string; readonly seconds: number },
): string {
  const { home, ports, roles } = about.configuration
  const up = `irc.now ${about.version} is up after ${about.seconds.toFixed(1)} s`
  if (roles.length < allRoles.length) {
    return `\n${up} with ${roles.join(' and ')}; its own health is at port ${ports.http} (/readyz, /metrics).\n`
  }
  return `
${up}; you are its operator, ${ownerName}.

  pages and API   ${endpoints.http}
  net.irc.now     ${endpoints.ircs}   (plain on this machine: 127.0.0.1:${ports.irc})
  bouncers        ${endpoints.bouncer}
  state           ${join(home, '/')}

Three things to try, in another terminal:
  npx irc-now bouncer create        a bouncer, from the shell
  npx irc-now tui                   all of it, live on the full screen
  /msg NowServ BOUNCER CREATE       the same from an IRC client on net.irc.now
`
}

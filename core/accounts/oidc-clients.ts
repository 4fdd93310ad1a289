import type { ClientMetadata } from 'oidc-provider'
import { signedInPath } from './identity.port.ts'
import { algorithm } from './signing-keys.ts'

/** The public client that `irc-now login` is. */
const cliClient = 'irc-now-cli'

/** The public client that our own pages are, in a browser. */
export const pagesClient = 'irc-now-pages'

/** Who may ask the provider: our own, by their public ids. */
export const clientsOf = (resource: string): ClientMetadata[] => [
  {
    client_id: cliClient,
    client_name: 'irc-now in a terminal',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    response_types: [],
    redirect_uris: [],
    id_token_signed_response_alg: algorithm,
  },
  {
    client_id: pagesClient,
    client_name: 'irc.now in a browser',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code'],
    response_types: ['code'],
    redirect_uris: [resource + signedInPath],
    id_token_signed_response_alg: algorithm,
  },
]

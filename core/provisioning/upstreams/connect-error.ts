/** What soju reports of a connection that did not come about, by its text; in Go’s words, which say nothing to most people. */
const known: readonly (readonly [RegExp, string])[] = [
  [/connection refused/, 'Nothing answers at that address and port; check both, and whether the server is up'],
  [
    /i\/o timeout|context deadline exceeded|connection timed out/,
    'The server does not answer in time; check the address, or wait if it is down',
  ],
  [/no such host|server misbehaving/, 'There is no server of that name; check how the address is spelled'],
  [/no route to host|network is unreachable/, 'There is no way to that address from here; check it'],
  [
    /does not look like a TLS handshake/,
    'That port speaks no TLS; take the server’s TLS port (mostly 6697), or irc+insecure:// before the address',
  ],
  [
    /certificate has expired|is not yet valid|expired or is not yet/,
    'The server’s certificate has expired; tell who runs it, or pin it with --server-fingerprint',
  ],
  [
    /certificate is (not )?valid for|doesn't contain any IP SANs|not valid for any names|cannot validate certificate for/,
    'The server’s certificate is for another name; connect by the name that it is for, or pin it with --server-fingerprint',
  ],
  [
    /unknown authority|self-signed|certificate is not trusted/,
    'Nobody who is known vouches for the server’s certificate; if it is self-signed, pin it with --server-fingerprint',
  ],
  [
    /fingerprint.*(mismatch|match)|(mismatch|match).*fingerprint/,
    'The server has another certificate than the pinned one; if that is right, change --server-fingerprint',
  ],
  [
    /SASL authentication failed|authentication failed|invalid (username|password|credentials)|\b90[46]\b/i,
    'The network refuses the sign-in; check --sasl-username and the SASL password',
  ],
  [
    /failed to register: failed to read message: EOF/,
    'The server closed the connection at once; it may want TLS (ircs://), or refuse this address',
  ],
]

/** The error as a sentence that names the next step, with soju’s own words behind it; unknown ones are as they are. */
export function explained(error: string | null): string | null {
  const sentence = error && known.find(([pattern]) => pattern.test(error))?.[1]
  return sentence ? `${sentence} (${error.replace(/^connection error: /, '')}).` : error
}

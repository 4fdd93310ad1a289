/** What operations are about, for those of them that can't look into the catalogue of which they are a part. */
export const nouns = [
  'account',
  'audit',
  'billing',
  'bouncer',
  'content',
  'ops',
  'password',
  'paste',
  'pic',
  'plan',
  'platform',
  'token',
  'upstream',
] as const

/** What a plan limits; `null` is no limit. */
export interface PlanLimits {
  readonly bouncers: number | null
  readonly upstreams: number | null
  /** Pastes that can be seen at the same time. */
  readonly 'paste.live': number | null
  readonly 'paste.lifeHours': number | null
  /** Bytes of one paste’s text. */
  readonly 'paste.maxBytes': number | null
  /** Bytes of all pictures that can be seen at the same time. */
  readonly 'picture.bytes': number | null
  readonly 'picture.lifeDays': number | null
}

export interface Plan {
  readonly name: string
  readonly title: string
  readonly limits: PlanLimits
  /** What is published may stay until it is deleted, where one says so; else only as long as the limits allow. */
  readonly keepsForEver: boolean
}

const mebibyte = 1024 * 1024
const unlimited = { bouncers: null, upstreams: null, 'paste.live': null }

export const plans: Readonly<Record<string, Plan>> = {
  free: {
    name: 'free',
    title: 'Free',
    limits: {
      bouncers: 1,
      upstreams: 5,
      'paste.live': 5,
      'paste.lifeHours': 24,
      'paste.maxBytes': mebibyte,
      'picture.bytes': 50 * mebibyte,
      'picture.lifeDays': 90,
    },
    keepsForEver: false,
  },
  pro: {
    name: 'pro',
    title: 'Pro',
    limits: {
      ...unlimited,
      bouncers: 1,
      'paste.lifeHours': 90 * 24,
      'paste.maxBytes': mebibyte,
      'picture.bytes': 1024 * mebibyte,
      'picture.lifeDays': 90,
    },
    keepsForEver: true,
  },
  /** The platform's own operators. */
  ops: {
    name: 'ops',
    title: 'Operators',
    limits: {
      ...unlimited,
      'paste.lifeHours': 90 * 24,
      'paste.maxBytes': mebibyte,
      'picture.bytes': null,
      'picture.lifeDays': 90,
    },
    keepsForEver: true,
  },
}

/** What a plan limits; `null` is no limit. */
export interface PlanLimits {
  readonly bouncers: number | null
  /** Of them, those on a soju of their own. */
  readonly 'bouncer.dedicated': number | null
  readonly upstreams: number | null
  /** Pastes that can be seen at the same time. */
  readonly 'paste.live': number | null
  readonly 'paste.lifeHours': number | null
  /** Bytes of one paste’s text. */
  readonly 'paste.maxBytes': number | null
}

export interface Plan {
  readonly name: string
  readonly title: string
  readonly limits: PlanLimits
  /** What is published may stay until it is deleted, where one says so; else only as long as the limits allow. */
  readonly keepsForEver: boolean
}

const mebibyte = 1024 * 1024
const unlimited = { bouncers: null, 'bouncer.dedicated': null, upstreams: null, 'paste.live': null }

export const plans: Readonly<Record<string, Plan>> = {
  free: {
    name: 'free',
    title: 'Free',
    limits: {
      bouncers: 1,
      'bouncer.dedicated': 0,
      upstreams: 5,
      'paste.live': 5,
      'paste.lifeHours': 24,
      'paste.maxBytes': mebibyte,
    },
    keepsForEver: false,
  },
  pro: {
    name: 'pro',
    title: 'Pro',
    limits: {
      ...unlimited,
      bouncers: 1,
      'bouncer.dedicated': 1,
      'paste.lifeHours': 90 * 24,
      'paste.maxBytes': mebibyte,
    },
    keepsForEver: true,
  },
  /** The platform's own operators. */
  ops: {
    name: 'ops',
    title: 'Operators',
    limits: { ...unlimited, 'paste.lifeHours': 90 * 24, 'paste.maxBytes': mebibyte },
    keepsForEver: true,
  },
}

/** What a plan grants, as data; a limit of `null` is none. */
export interface Plan {
  readonly name: string
  readonly title: string
  readonly limits: { readonly bouncers: number | null; readonly upstreams: number | null }
}

export const plans: Readonly<Record<string, Plan>> = {
  free: { name: 'free', title: 'Free', limits: { bouncers: 1, upstreams: 5 } },
  /** The platform's own operators. */
  ops: { name: 'ops', title: 'Operators', limits: { bouncers: null, upstreams: null } },
}

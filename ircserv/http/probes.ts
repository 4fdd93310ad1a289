import { Hono } from 'hono'
import type { ApiBindings } from './api.ts'
import type { createMetrics } from './metrics.ts'

/** What whoever runs the process asks of it; every role serves them. */
export function createProbes(ready: () => boolean, metrics: ReturnType<typeof createMetrics>) {
  const probes = new Hono<{ Bindings: ApiBindings }>()
  probes.get('/healthz', (c) => c.text('ok\n'))
  probes.get('/readyz', (c) => (ready() ? c.text('ready\n') : c.text('not ready\n', 503)))
  probes.get('/metrics', async (c) => c.text(await metrics.text(), 200, { 'content-type': metrics.contentType }))
  return probes
}

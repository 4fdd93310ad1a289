import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What `/metrics` shows. Names and labels hold no account. */
export function createMetrics(queueDepth: () => number) {
  const register = new Registry()
  collectDefaultMetrics({ register, prefix: 'irc_now_' })
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  const requests = new Histogram({
    name: 'irc_now_http_request_seconds',
    help: 'Time to answer an operation over HTTP.',
    labelNames: ['operation', 'status'],
    buckets,
    registers: [register],
  })
  const reconciles = new Histogram({
    name: 'irc_now_reconcile_seconds',
    help: 'Time of one reconcile.',
    labelNames: ['kind', 'result'],
    buckets,
    registers: [register],
  })
  new Gauge({
    name: 'irc_now_reconcile_queue_depth',
    help: 'Keys waiting or being reconciled.',
    registers: [register],
    collect() {
      this.set(queueDepth())
    },
  })
  return {
    request: (operation: string, status: number, seconds: number) =>
      requests.observe({ operation, status: String(status) }, seconds),
    reconcile: {
      observe: (kind: string, seconds: number, failed: boolean) =>
        reconciles.observe({ kind, result: failed ? 'error' : 'ok' }, seconds),
    },
    text: () => register.metrics(),
    contentType: register.contentType,
  }
}

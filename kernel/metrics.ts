import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What Prometheus scrapes, under the names of OpenTelemetry's semantic conventions. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'http_request_method' | 'http_route' | 'http_response_status_code'>;
  readonly #decisions: Histogram<'policy' | 'outcome'>;
  readonly #logLag: Gauge<'tenant'>;
  readonly #logHalted: Gauge<'tenant'>;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    this.#requests = new Histogram({
      name: 'http_server_request_duration_seconds',
      help: 'Duration of HTTP server requests',
      labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      registers: [this.registry],
    });
    this.#decisions = new Histogram({
      name: 'summit_policy_decision_duration_seconds',
      help: 'Duration of policy evaluations',
      labelNames: ['policy', 'outcome'],
      buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1],
      registers: [this.registry],
    });
    this.#logLag = new Gauge({
      name: 'summit_log_integration_lag_seconds',
      help: 'How long the oldest receipt has waited for its place in the log',
      labelNames: ['tenant'],
      registers: [this.registry],
    });
    this.#logHalted = new Gauge({
      name: 'summit_log_halted',
      help: '1 where a log stands still, since its signer refuses what the database holds',
      labelNames: ['tenant'],
      registers: [this.registry],
    });
  }

  request({ method, route, status }: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe({ http_request_method: method, http_route: route, http_response_status_code: String(status) }, seconds);
  }

  decision(policy: string, outcome: string, seconds: number): void {
    this.#decisions.observe({ policy, outcome }, seconds);
  }

  logLag(tenant: string, seconds: number): void {
    this.#logLag.set({ tenant }, seconds);
  }

  logHalted(tenant: string, halted: boolean): void {
    this.#logHalted.set({ tenant }, halted ? 1 : 0);
  }
}

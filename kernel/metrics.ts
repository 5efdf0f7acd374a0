import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Indicator } from '../sdk/index.ts';
import { isMissed, type Reading } from './slo/readings.ts';

const JOB_OUTCOMES = ['succeeded', 'failed', 'skipped'] as const;
type JobOutcome = (typeof JOB_OUTCOMES)[number];

/** What Prometheus scrapes: requests under the names of OpenTelemetry's semantic conventions, and of each indicator a gauge of its name. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'http_request_method' | 'http_route' | 'http_response_status_code'>;
  readonly #decisions: Histogram<'policy' | 'outcome'>;
  readonly #jobs: Counter<'job_name' | 'outcome'>;
  readonly #limited: Counter<'limit'>;
  readonly #lockouts: Counter;
  readonly #missed: Gauge<'tenant' | 'indicator' | 'severity'>;
  readonly #failed: Gauge<'tenant' | 'indicator' | 'severity'>;
  readonly #watchedAt: Gauge<'tenant'>;
  readonly #alerting = new Map<string, readonly AlertLabels[]>();
  readonly #indicators = new Map<string, Gauge<'tenant'>>();

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
    // Not `job`: that is Prometheus' own label of what it scrapes, and would be renamed.
    this.#jobs = new Counter({
      name: 'summit_job_runs_total',
      help: 'Runs of jobs in this process, by outcome: succeeded, failed, or skipped since the one before was still at work',
      labelNames: ['job_name', 'outcome'],
      registers: [this.registry],
    });
    this.#limited = new Counter({
      name: 'summit_rate_limited_total',
      help: 'Requests refused because too many came before them, by limit: token, person, tenant or address',
      labelNames: ['limit'],
      registers: [this.registry],
    });
    this.#lockouts = new Counter({
      name: 'summit_lockouts_total',
      help: 'How often an address was locked out for a flood of bad tokens or sign-ins',
      registers: [this.registry],
    });
    this.#missed = new Gauge({
      name: 'summit_indicator_missed',
      help: '1 where an indicator has missed its target, of those that alert',
      labelNames: ['tenant', 'indicator', 'severity'],
      registers: [this.registry],
    });
    this.#failed = new Gauge({
      name: 'summit_indicator_failed',
      help: '1 where an indicator could not be worked out, of those that alert',
      labelNames: ['tenant', 'indicator', 'severity'],
      registers: [this.registry],
    });
    this.#watchedAt = new Gauge({
      name: 'summit_watched_timestamp_seconds',
      help: 'When this process last looked whether the indicators of the tenant are as they should be; 0 before it has',
      labelNames: ['tenant'],
      registers: [this.registry],
    });
  }

  request({ method, route, status }: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe({ http_request_method: method, http_route: route, http_response_status_code: String(status) }, seconds);
  }

  rateLimited(limit: 'token' | 'person' | 'tenant' | 'address'): void {
    this.#limited.inc({ limit });
  }

  lockedOut(): void {
    this.#lockouts.inc();
  }

  decision(policy: string, outcome: string, seconds: number): void {
    this.#decisions.observe({ policy, outcome }, seconds);
  }

  jobRun(job: string, outcome: JobOutcome): void {
    this.#jobs.inc({ job_name: job, outcome });
  }

  /** Before its first run, so that the first that fails is an increase. */
  jobScheduled(job: string): void {
    for (const outcome of JOB_OUTCOMES) this.#jobs.inc({ job_name: job, outcome }, 0);
  }

  /** Of a tenant whose indicators nobody has looked at yet: one that nobody ever looks at is to be told of, too. */
  unwatched(tenant: string): void {
    this.#watchedAt.set({ tenant }, 0);
  }

  /** That the indicators of a tenant were looked at, for alerts. */
  watched(tenant: string): void {
    this.#watchedAt.set({ tenant }, Date.now() / 1_000);
  }

  /** What was read of one tenant, all of it: what it has no longer is forgotten. */
  indicators(tenant: string, readings: readonly Reading[]): void {
    this.#forget(tenant);
    const alerting: AlertLabels[] = [];
    for (const reading of readings) {
      const { indicator, result } = reading;
      const value = 'value' in result ? result.value.value : null;
      if (value !== null) this.#gaugeOf(indicator)?.set({ tenant }, value * UNITS[indicator.unit].factor);
      if (!indicator.alert) continue;
      const labels = { tenant, indicator: indicator.id, severity: indicator.alert };
      this.#missed.set(labels, isMissed(reading) ? 1 : 0);
      this.#failed.set(labels, 'error' in result ? 1 : 0);
      alerting.push(labels);
    }
    this.#alerting.set(tenant, alerting);
  }

  #forget(tenant: string): void {
    for (const gauge of this.#indicators.values()) gauge.remove({ tenant });
    for (const labels of this.#alerting.get(tenant) ?? []) for (const gauge of [this.#missed, this.#failed]) gauge.remove(labels);
  }

  /** null for what not everybody may see, and for one whose name comes out like that of another. */
  #gaugeOf({ id, title, definition, unit, roles }: Indicator): Gauge<'tenant'> | null {
    const known = this.#indicators.get(id);
    if (known) return known;
    const name = `summit_${id.replace(/^summit\./, '').replaceAll(/[.-]/g, '_')}${UNITS[unit].suffix}`;
    if (roles || this.registry.getSingleMetric(name)) return null;
    const gauge = new Gauge({ name, help: `${title}. ${definition}`, labelNames: ['tenant'], registers: [this.registry] });
    this.#indicators.set(id, gauge);
    return gauge;
  }
}

type AlertLabels = { readonly tenant: string; readonly indicator: string; readonly severity: string };

/** Prometheus counts in base units, and names them. */
const UNITS: Readonly<Record<Indicator['unit'], { readonly suffix: string; readonly factor: number }>> = {
  milliseconds: { suffix: '_seconds', factor: 0.001 },
  seconds: { suffix: '_seconds', factor: 1 },
  percent: { suffix: '_ratio', factor: 0.01 },
  count: { suffix: '', factor: 1 },
};

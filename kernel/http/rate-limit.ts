import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Caller } from '../admission.ts';
import type { RateLimits } from '../config/rate-limits.ts';
import type { Metrics } from '../metrics.ts';
import { tooMany } from './too-many.ts';

const WINDOW_SECONDS = 60;

interface Limit {
  readonly name: 'token' | 'person' | 'tenant';
  readonly points: number;
  readonly counter: RateLimiterMemory;
}

/** What is told of limits beside the answer. */
export type RateLimitHeaders = Readonly<Record<'RateLimit' | 'RateLimit-Policy', string>>;

/**
 * So many requests a minute for each token, person and tenant, counted in this replica: a script that ran wild leaves its person a
 * browser, and a tenant that did leaves the others the server.
 */
export class RateLimit {
  readonly #token: Limit;
  readonly #person: Limit;
  readonly #tenant: Limit;
  readonly #policy: string;
  readonly #metrics: Metrics;

  constructor({ config, metrics }: { config: RateLimits; metrics: Metrics }) {
    this.#token = limit('token', config.tokenRequestsPerMinute);
    this.#person = limit('person', config.requestsPerMinute);
    this.#tenant = limit('tenant', config.tenantRequestsPerMinute);
    this.#policy = [this.#token, this.#person, this.#tenant].map(({ name, points }) => `"${name}";q=${points};w=${WINDOW_SECONDS}`).join(', ');
    this.#metrics = metrics;
  }

  /**
   * Counts a request. The narrower limit is asked first, so that what it refuses uses up nothing of the wider.
   * @param credential by which the token or session is known; null for what none was shown for yet
   * @returns the headers of draft-ietf-httpapi-ratelimit-headers-09. What others of the tenant have left is not told
   * @throws Problem `rate-limited`
   */
  async count({ tenant, userId }: Caller, credential: string | null = null): Promise<RateLimitHeaders> {
    const token = credential === null ? null : await this.#consume(this.#token, credential);
    const person = await this.#consume(this.#person, `${tenant}/${userId}`);
    await this.#consume(this.#tenant, tenant);
    const left = [...(token ? [itemOf(this.#token, token)] : []), itemOf(this.#person, person)];
    return { RateLimit: left.join(', '), 'RateLimit-Policy': this.#policy };
  }

  async #consume({ name, points, counter }: Limit, key: string): Promise<RateLimiterRes> {
    try {
      return await counter.consume(key);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      this.#metrics.rateLimited(name);
      throw tooMany(`Too many requests: this ${name} may make ${points} a minute`, refusal.msBeforeNext);
    }
  }
}

function limit(name: Limit['name'], points: number): Limit {
  return { name, points, counter: new RateLimiterMemory({ points, duration: WINDOW_SECONDS }) };
}

function itemOf({ name }: Limit, { remainingPoints, msBeforeNext }: RateLimiterRes): string {
  return `"${name}";r=${remainingPoints};t=${Math.ceil(msBeforeNext / 1_000)}`;
}

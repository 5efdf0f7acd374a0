import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';

/** So many requests a minute for each person, counted in this replica: a loop that ran wild must not starve the others. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;

  constructor({ config }: { config: Pick<Config, 'requestsPerMinute'> }) {
    this.#limiter = new RateLimiterMemory({ points: config.requestsPerMinute, duration: 60 });
  }

  /** @throws Problem `rate-limited` */
  async count({ tenant, userId }: Caller): Promise<void> {
    try {
      await this.#limiter.consume(`${tenant}/${userId}`);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.ceil(refusal.msBeforeNext / 1_000);
      throw new Problem('rate-limited', `Too many requests: try again in ${seconds} s.`, { retry_after: seconds });
    }
  }
}

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';

/** What an attempt is refused with that shows nobody. */
const SHOWS_NOBODY: ReadonlySet<string> = new Set(['unauthenticated', 'invalid-input']);
/** That fail, of one address. */
const SIGN_INS_PER_MINUTE = 60;

/** So many requests a minute for each person, counted in this replica: a loop that ran wild must not starve the others. */
export class RateLimit {
  readonly #requests: RateLimiterMemory;
  readonly #signIns = new RateLimiterMemory({ points: SIGN_INS_PER_MINUTE, duration: 60 });

  constructor({ config }: { config: Pick<Config, 'requestsPerMinute'> }) {
    this.#requests = new RateLimiterMemory({ points: config.requestsPerMinute, duration: 60 });
  }

  /** @throws Problem `rate-limited` */
  async count({ tenant, userId }: Caller): Promise<void> {
    await consume(this.#requests, `${tenant}/${userId}`);
  }

  /**
   * Makes an attempt to sign in, and counts it where it shows nobody. It is made first: behind a proxy everybody has the same
   * address, and who shows a valid token is not kept out by others' failures.
   * @throws Problem `rate-limited`, and what the attempt throws
   */
  async signIn<T>(address: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Problem && SHOWS_NOBODY.has(error.code)) await consume(this.#signIns, address);
      throw error;
    }
  }

  /** Before an attempt that proves nothing. @throws Problem `rate-limited` where too many have failed */
  async assertMayGuess(address: string): Promise<void> {
    const failed = await this.#signIns.get(address);
    if (failed && failed.remainingPoints <= 0) throw tooMany(failed);
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooMany(refusal);
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): Problem {
  const seconds = Math.ceil(msBeforeNext / 1_000);
  return new Problem('rate-limited', `Too many requests: try again in ${seconds} s.`, { retry_after: seconds });
}

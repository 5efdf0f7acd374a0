import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import type { Metrics } from '../metrics.ts';
import { tooMany } from './too-many.ts';

/** That fail, of one address, before it is locked out. */
const FAILURES_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** The first time; twice as long each time that follows within the hour. */
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 15 * MINUTE_MS;
const FORGOTTEN_MS = 60 * MINUTE_MS;
/** That an address which is locked out may still make: somebody with a good token may be behind the same proxy, and not have shown it yet. */
const TRIALS_PER_MINUTE = 10;
const MAX_ADDRESSES = 10_000;
const MAX_KNOWN = 20_000;
const KNOWN_MS = 12 * 60 * MINUTE_MS;

interface Address {
  failures: number;
  failuresUntil: number;
  locks: number;
  lockedUntil: number;
  trials: number;
  trialsUntil: number;
}

/**
 * Keeps floods of bad tokens, cookies and sign-ins from costing more than a look-up in memory: an address that fails too often is
 * locked out for a time that grows, and let in again by itself. Behind a proxy everybody may have the same address, so a credential that
 * was good before is let through, and of others a few a minute are tried.
 */
export class Lockout {
  readonly #addresses = new LRUCache<string, Address>({ max: MAX_ADDRESSES, ttl: FORGOTTEN_MS });
  /** What was good. It lets nobody in: it only says that looking is worth it. */
  readonly #known = new LRUCache<string, true>({ max: MAX_KNOWN, ttl: KNOWN_MS });
  readonly #metrics: Metrics;
  readonly #log: Logger;
  readonly #now: () => number;

  constructor({ metrics, log, now = () => performance.now() }: { metrics: Metrics; log: Logger; now?: () => number }) {
    this.#metrics = metrics;
    this.#log = log.child({ service: 'http' });
    this.#now = now;
  }

  /**
   * Makes an attempt to be let in, unless the address is locked out, and counts it where that is refused as `unauthenticated`.
   * @param credential the hash of what is shown, by `hashOf`; null for what proves nothing if it is shown again
   * @throws Problem `rate-limited`, and what the attempt throws
   */
  async attempt<T>(ip: string, credential: string | null, attempt: () => Promise<T>): Promise<T> {
    const isKnown = credential !== null && this.#known.get(credential) === true;
    const locked = this.#lockOf(ip);
    if (locked && !isKnown) this.#assertTrial(locked);
    try {
      const result = await attempt();
      if (credential !== null) this.#known.set(credential, true);
      return result;
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'unauthenticated')) throw error;
      if (credential !== null) this.#known.delete(credential);
      // A session or a token that has just run out is no guess.
      if (!isKnown) this.#failed(ip);
      if (locked) throw this.#refusal(locked);
      throw error;
    }
  }

  /** Before an attempt that proves nothing. @throws Problem `rate-limited` where the address is locked out */
  assertMayGuess(ip: string): void {
    const locked = this.#lockOf(ip);
    if (locked) throw this.#refusal(locked);
  }

  #lockOf(ip: string): Address | undefined {
    const address = this.#addresses.get(keyOf(ip));
    return address && address.lockedUntil > this.#now() ? address : undefined;
  }

  #assertTrial(address: Address): void {
    const now = this.#now();
    if (address.trialsUntil <= now) Object.assign(address, { trials: 0, trialsUntil: now + MINUTE_MS });
    if (++address.trials > TRIALS_PER_MINUTE) throw this.#refusal(address);
  }

  #failed(ip: string): void {
    const now = this.#now();
    const key = keyOf(ip);
    const address = this.#addresses.get(key) ?? { failures: 0, failuresUntil: 0, locks: 0, lockedUntil: 0, trials: 0, trialsUntil: 0 };
    this.#addresses.set(key, address);
    if (address.failuresUntil <= now) Object.assign(address, { failures: 0, failuresUntil: now + MINUTE_MS });
    if (++address.failures < FAILURES_PER_MINUTE || address.lockedUntil > now) return;
    const lockMs = Math.min(FIRST_LOCK_MS * 2 ** address.locks, LONGEST_LOCK_MS);
    Object.assign(address, { failures: 0, failuresUntil: 0, locks: address.locks + 1, lockedUntil: now + lockMs });
    this.#metrics.lockedOut();
    this.#log.warn({ address: key, seconds: lockMs / 1_000, times: address.locks }, 'address locked out: too many bad tokens or sign-ins');
  }

  #refusal({ lockedUntil }: Address): Problem {
    this.#metrics.rateLimited('address');
    return tooMany('Too many bad tokens or sign-ins from this address', lockedUntil - this.#now());
  }
}

/** By which a token or a cookie is known in this process. */
export function hashOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64');
}

/** Who has one IPv6 address has the 2^64 beside it. */
function keyOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address instanceof ipaddr.IPv4 ? address.toString() : `${address.toNormalizedString().split(':').slice(0, 4).join(':')}::/64`;
}

import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import type { Issuer } from '../config/issuers.ts';

/** A request waits for the keys this long, and then is refused. */
const TIMEOUT_MS = 3_000;
/** A key that we do not have makes us ask for the keys again, at most this often: anybody can name one. */
const COOLDOWN_MS = 30_000;
/** The same where we have none at all, and so everybody is refused: as long as `Retry-After` says. */
const RETRY_MS = 5_000;
/** So long a key works after its issuer has withdrawn it. */
const MAX_AGE_MS = 600_000;

/**
 * The public keys of an issuer, asked for when first needed. What is had is used while it is fresh; what is not fresh is not used.
 * An issuer that does not answer is not asked by each token anew, and what is wrong is logged once for each time that it is asked.
 */
export function keysOf({ issuer, jwks_url }: Issuer, log: Logger): JWTVerifyGetKey {
  // When to ask is decided here: jose counts from the last answer, and not from the last question.
  const timing = { timeoutDuration: TIMEOUT_MS, cooldownDuration: Number.POSITIVE_INFINITY, cacheMaxAge: MAX_AGE_MS };
  const keys = createRemoteJWKSet(new URL(jwks_url), timing);
  let askedAt = Number.NEGATIVE_INFINITY;
  let hadAt = Number.NEGATIVE_INFINITY;
  let answered: Promise<void> = Promise.resolve();

  /** By jose's clock, which can be set back, and by ours, which stands still while the machine sleeps. */
  const areFresh = () => keys.fresh && performance.now() < hadAt + MAX_AGE_MS;

  const reload = async (): Promise<void> => {
    await keys.reload();
    hadAt = performance.now();
  };

  /** Asks, or awaits what was asked less than `pauseMs` ago. */
  const ask = (pauseMs: number): Promise<void> => {
    if (performance.now() < askedAt + pauseMs) return answered;
    askedAt = performance.now();
    answered = reload().catch((error: unknown) => log.warn({ err: error, issuer, jwks_url }, 'the keys of an issuer cannot be had'));
    return answered;
  };

  const atHand: JWTVerifyGetKey = (header, token) => {
    if (areFresh()) return keys(header, token);
    throw new Problem('unavailable', `The keys of ${issuer} cannot be had now, and so nobody can tell whether this token is genuine.`);
  };

  return async (header, token) => {
    if (!areFresh()) await ask(RETRY_MS);
    try {
      return await atHand(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await ask(COOLDOWN_MS);
      return atHand(header, token);
    }
  };
}

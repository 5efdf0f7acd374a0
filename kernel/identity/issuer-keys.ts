import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { Problem } from '../../sdk/index.ts';
import type { Issuer } from '../config/issuers.ts';

/** A request waits for the keys this long, and then is refused. */
const TIMEOUT_MS = 3_000;
/** A key that we do not have makes us ask for the keys again, at most this often: anybody can name one. */
const COOLDOWN_MS = 30_000;
/** So long a key works after its issuer has withdrawn it. */
const MAX_AGE_MS = 600_000;

/** What was asked for and is not there, as against keys that cannot be had. */
const ABOUT_THE_TOKEN = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys];

/** The public keys of an issuer, asked for when first needed. What is had is used while it is fresh; what is not fresh is not used. */
export function keysOf({ issuer, jwks_url }: Issuer): JWTVerifyGetKey {
  const keys = createRemoteJWKSet(new URL(jwks_url), { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS });
  return async (header, token) => {
    try {
      return await keys(header, token);
    } catch (cause) {
      if (ABOUT_THE_TOKEN.some((kind) => cause instanceof kind)) throw cause;
      throw new Problem(
        'unavailable',
        `The keys of ${issuer} cannot be had now, and so nobody can tell whether this token is genuine.`,
        {},
        { cause },
      );
    }
  };
}

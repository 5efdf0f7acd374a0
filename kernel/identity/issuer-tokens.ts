import { createHash } from 'node:crypto';
import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { Issuer } from '../config/issuers.ts';
import type { SignInIssuer } from '../config/sign-ins.ts';
import type { Database } from '../database/database.ts';
import { type Access, beliefs, believed, disbelieve } from './access.ts';
import { type Claimed, claimedIn } from './issuer-claims.ts';
import { keysOf } from './issuer-keys.ts';
import { personKnownAs } from './people.ts';
import type { TokenVerifier } from './tokens.ts';

/** Clocks of machines differ by as much. */
const TOLERANCE_SECONDS = 30;
/** So long a signature that was checked need not be checked again. */
const VERIFIED_MS = 60_000;
const MAX_VERIFIED = 10_000;

interface Trusted extends Issuer {
  readonly keys: JWTVerifyGetKey;
}

/** JWTs of identity providers that `identity.issuers` names. They say who comes; who they are here, and with which roles, the tenant says. */
export class IssuerTokens implements TokenVerifier {
  readonly #trusted: readonly Trusted[];
  readonly #database: Database;
  readonly #verified = new LRUCache<string, Claimed>({ max: MAX_VERIFIED, ttl: VERIFIED_MS });
  readonly #people = beliefs<string | null>();

  constructor(services: { config: Pick<Config, 'issuers'>; database: Database; access: Pick<Access, 'onForgotten'>; log: Logger }) {
    const { config, database, access } = services;
    const log = services.log.child({ service: 'issuer-tokens' });
    this.#trusted = config.issuers.map((issuer) => ({ ...issuer, keys: keysOf(issuer, log) }));
    this.#database = database;
    access.onForgotten((tenant) => disbelieve(this.#people, tenant));
  }

  /** Whether a token says that it is of one of the issuers. Nothing is believed of it yet. */
  claims(token: string): boolean {
    if (this.#trusted.length === 0) return false;
    const said = saidIn(token);
    return said !== null && this.#trusted.some(({ issuer }) => issuer === said.iss);
  }

  /** @throws Problem `unauthenticated`; `unavailable` while the issuer's keys cannot be had */
  async verify(token: string): Promise<Caller> {
    return this.personIn(await this.#claimed(token));
  }

  /** What the ID token says that the issuer gave for a sign-in. @throws as `verify` */
  async claimedByIdToken(token: string, { of: { issuer, audience }, client_id }: SignInIssuer): Promise<Claimed> {
    const trusted = this.#trusted.find((candidate) => candidate.issuer === issuer && candidate.audience === audience);
    if (!trusted) throw new TypeError(`${issuer} is not among the issuers`);
    return claimedIn(await payloadOf(token, trusted, client_id), trusted);
  }

  /** Who that is here. @throws Problem `unauthenticated` for nobody who is active */
  async personIn({ tenant, name, knownBy, scope }: Claimed): Promise<Caller> {
    const userId = await believed(this.#people, `${tenant}/${knownBy}/${name}`, () => personKnownAs(this.#database, tenant, knownBy, name));
    if (userId === null) throw new Problem('unauthenticated', `Nobody who is active in the tenant ${tenant} has the ${NAMES[knownBy]} ${name}.`);
    return { tenant, userId, scope };
  }

  async #claimed(token: string): Promise<Claimed> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known) return known;
    const { claimed, until } = await this.#check(token);
    const ttl = Math.min(VERIFIED_MS, until - Date.now());
    if (ttl > 0) this.#verified.set(hash, claimed, { ttl });
    return claimed;
  }

  async #check(token: string): Promise<{ readonly claimed: Claimed; readonly until: number }> {
    const said = saidIn(token);
    const audiences = [said?.aud ?? []].flat();
    const issuer = this.#trusted.find((candidate) => candidate.issuer === said?.iss && audiences.includes(candidate.audience));
    if (!issuer) throw new Problem('unauthenticated', 'The token is for another audience.');
    const payload = await payloadOf(token, issuer, issuer.audience);
    return { claimed: claimedIn(payload, issuer), until: (payload.exp ?? 0) * 1_000 };
  }
}

/** @throws Problem `unauthenticated`, `unavailable` */
async function payloadOf(token: string, { issuer, keys, algorithms }: Trusted, audience: string): Promise<JWTPayload> {
  try {
    const options = { issuer, audience, algorithms: [...algorithms], clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp'] };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    throw refusalOf(error);
  }
}

const NAMES = { handle: 'handle', external_id: 'external id' } as const;

/** What a JWT says, believed or not; null for what is none. */
function saidIn(token: string) {
  try {
    return decodeJwt(token);
  } catch {
    // What cannot be read claims nothing.
    return null;
  }
}

function refusalOf(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new Problem('unauthenticated', 'The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return new Problem('unauthenticated', `The token's claim ${error.claim} does not hold.`);
  if (error instanceof errors.JWKSNoMatchingKey) return new Problem('unauthenticated', 'No key of its issuer fits the token.');
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return new Problem('unauthenticated', 'Several keys of its issuer fit the token: its header must name the one that signed it, by kid.');
  return error instanceof errors.JOSEError ? new Problem('unauthenticated', 'The bearer token is not valid.') : error;
}

import { createHash, createPrivateKey, hkdfSync } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';

type Key = Awaited<ReturnType<typeof importJWK>>;

const ALGORITHM = 'EdDSA';
const AUDIENCE = 'summit';
const LIFETIME = '12h';
/** Tokens whose signature has been checked, by hash, so that a busy client costs one check a minute. */
const VERIFIED_MS = 60_000;
const MAX_VERIFIED = 10_000;

/** A way to turn a bearer token into a caller. Tokens of an identity provider (OIDC) are another one. */
export interface TokenVerifier {
  /** @throws Problem `unauthenticated` */
  verify(token: string): Promise<Caller>;
}

/** Tokens that this deployment signs itself, with a key that is given, or made at first start and kept in the data directory. */
export class LocalTokens implements TokenVerifier {
  readonly #issuer: string;
  readonly #kid: string;
  readonly #privateKey: Key;
  readonly #publicKey: Key;
  readonly #seed: Buffer;
  readonly #verified = new Map<string, { readonly caller: Caller; readonly until: number }>();

  private constructor(issuer: string, kid: string, privateKey: Key, publicKey: Key, seed: Buffer) {
    this.#issuer = issuer;
    this.#kid = kid;
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#seed = seed;
  }

  /** @param pem the key, where one is given: replicas share it */
  static async open(dataDir: string, issuer: string, pem?: string): Promise<LocalTokens> {
    const jwk =
      pem === undefined ? await readOrCreateKey(join(dataDir, 'keys'), 'token.jwk') : (createPrivateKey(pem).export({ format: 'jwk' }) as JWK);
    const { d: seed = '', ...publicJwk } = jwk;
    const [privateKey, publicKey] = await Promise.all([importJWK(jwk, ALGORITHM), importJWK(publicJwk, ALGORITHM)]);
    return new LocalTokens(issuer, await calculateJwkThumbprint(publicJwk), privateKey, publicKey, Buffer.from(seed, 'base64url'));
  }

  /** To seal what a browser keeps for us: 32 bytes, the same at each replica, by HKDF-SHA-256 (RFC 5869) of the key that signs. */
  sealingKey(purpose: 'sign-in'): Uint8Array {
    return Buffer.from(hkdfSync('sha256', this.#seed, '', `summit/${purpose}`, 32));
  }

  async issue({ tenant, userId }: Caller): Promise<string> {
    return new SignJWT({ tenant })
      .setProtectedHeader({ alg: ALGORITHM, kid: this.#kid })
      .setIssuer(this.#issuer)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt()
      .setExpirationTime(LIFETIME)
      .sign(this.#privateKey);
  }

  async verify(token: string): Promise<Caller> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.#verified.get(hash);
    if (known && known.until > Date.now()) return known.caller;
    const { caller, expires } = await this.#check(token);
    if (this.#verified.size >= MAX_VERIFIED) this.#verified.clear();
    this.#verified.set(hash, { caller, until: Math.min(expires, Date.now() + VERIFIED_MS) });
    return caller;
  }

  async #check(token: string): Promise<{ caller: Caller; expires: number }> {
    try {
      const { payload } = await jwtVerify(token, this.#publicKey, {
        algorithms: [ALGORITHM],
        issuer: this.#issuer,
        audience: AUDIENCE,
        requiredClaims: ['sub', 'exp', 'tenant'],
      });
      const { sub, exp, tenant } = payload;
      if (typeof sub === 'string' && typeof tenant === 'string' && typeof exp === 'number') {
        return { caller: { tenant, userId: sub }, expires: exp * 1_000 };
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED')
        throw new Problem('unauthenticated', 'The token has expired.');
    }
    throw new Problem('unauthenticated', 'The bearer token is not valid.');
  }
}

async function readOrCreateKey(folder: string, name: string): Promise<JWK> {
  const path = join(folder, name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as JWK;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true });
  const jwk = await exportJWK(privateKey);
  // Linked whole: of two processes that start at once the second takes the key of the first, and a crash leaves none.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(jwk), { mode: 0o600 });
  try {
    linkSync(draft, path);
    return jwk;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return JSON.parse(readFileSync(path, 'utf8')) as JWK;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../database/database.ts';
import { newId } from '../ids.ts';
import type { SealingKeys } from '../log/signer.ts';
import { type Access, beliefs, believed, disbelieve } from './access.ts';
import type { Claim } from './refresh-claims.ts';
import { seal } from './sealed.ts';

const SECRET_BYTES = 32;

/** Somebody who has signed in at a browser. */
export interface Session extends Caller {
  /** RFC 3339, by the database's clock. */
  readonly expiresAt: string;
  /** By which it is known in this process; nobody can come in by it. */
  readonly key: string;
  /** What our own pages send with each write, and a page elsewhere cannot know. */
  readonly csrfToken: string;
  /** The id of the `sign_in` by which they came; null where no issuer vouches for them. */
  readonly signIn: string | null;
}

interface Known extends Session {
  /** The same end by the clock of this process, in milliseconds. */
  readonly until: number;
}

/** How an issuer vouches for somebody, and may be asked whether it does still. */
export interface SignedInVia {
  /** The id of the `sign_in`. */
  readonly signIn: string;
  readonly refreshToken: string | null;
}

interface SessionRow {
  readonly user_id: string;
  readonly expires_at: string;
  readonly left_ms: number;
  readonly sign_in: string | null;
  readonly issuer: string | null;
  readonly roles: readonly string[] | null;
  readonly acr: string | null;
  readonly auth_time: number | null;
}

interface Credential {
  readonly tenant: string;
  readonly secret: string;
  /** SHA-256 of the secret: all that the database is told of it. */
  readonly hash: Buffer;
}

/**
 * Sessions of browsers. Each is known by a credential, `<tenant>.<secret>`, which the browser alone keeps. What was read
 * of a session is believed for a second, so one that is ended at another replica may last that much longer here.
 */
export class Sessions {
  readonly #database: Database;
  readonly #minutes: number;
  readonly #sealingKeys: SealingKeys;
  readonly #known = beliefs<Known>();

  readonly #listeners: ((key: string) => void)[] = [];

  constructor(services: {
    database: Database;
    config: Pick<Config, 'sessionMinutes'>;
    access: Pick<Access, 'onForgotten'>;
    sealingKeys: SealingKeys;
  }) {
    const { database, config, access, sealingKeys } = services;
    this.#database = database;
    this.#sealingKeys = sealingKeys;
    this.#minutes = config.sessionMinutes;
    access.onForgotten((tenant) => disbelieve(this.#known, tenant));
  }

  /**
   * @param via by which an issuer vouches for them, as their scope says; null for what has no scope
   * @returns the credential of a new session @throws Problem `unauthenticated` for somebody who is not active in the tenant
   */
  async open({ tenant, userId, scope }: Caller, via: SignedInVia | null = null): Promise<string> {
    const id = newId();
    const refreshToken = via?.refreshToken == null ? null : seal(this.#sealingKeys.refreshTokenKey(tenant), via.refreshToken, id);
    const { issuer = null, acr = null, auth_time = null } = scope?.authentication.by === 'issuer' ? scope.authentication : {};
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const opened = await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        `INSERT INTO sessions (tenant_id, id, user_id, secret_hash, created_at, expires_at, sign_in, issuer, roles, acr, auth_time, refresh_token, refreshed_at)
           SELECT u.tenant_id, $3::uuid, u.id, $4::bytea, clock.now, clock.now + make_interval(mins => $5::integer), $6, $7, $8::text[], $9, $10::bigint, $11::bytea, clock.now
             FROM users u, (SELECT summit_now() AS now) clock
             WHERE u.tenant_id = $1 AND u.id = $2 AND u.status = 'active' RETURNING 1`,
        [tenant, userId, id, hashOf(secret), this.#minutes, via?.signIn ?? null, issuer, scope?.roles ?? null, acr, auth_time, refreshToken],
      ),
    );
    if (opened.length === 0) throw new Problem('unauthenticated', 'You are nobody who is active in this tenant.');
    return `${tenant}.${secret}`;
  }

  /** @throws Problem `unauthenticated` for a session that is over, has been ended, or never was */
  async verify(credential: string): Promise<Session> {
    const found = parse(credential);
    if (!found) throw isOver();
    const session = await believed(this.#known, keyOf(found), () => this.#read(found));
    if (session.until <= performance.now()) throw isOver();
    return session;
  }

  /** Ends a session, in this replica at once. Where there is none, there is nothing to end. */
  async end(credential: string | undefined): Promise<void> {
    const found = parse(credential ?? '');
    if (!found) return;
    const { tenant, hash } = found;
    await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith(
        'UPDATE sessions SET ended_at = summit_now(), refresh_token = NULL WHERE tenant_id = $1 AND secret_hash = $2 AND ended_at IS NULL',
        [tenant, hash],
      ),
    );
    this.#forget(keyOf(found));
  }

  /**
   * Ends a session whose issuer was asked, in this replica at once; not one that was ended or claimed again since.
   * @param refused whether the issuer has said that it vouches for its person no more, and is the one to say otherwise
   * @returns whether it did, and as refused: not where a token of it was used late meanwhile
   */
  async endFor(
    tenant: string,
    { id, refreshing_since }: Pick<Claim, 'id' | 'refreshing_since'>,
    refused: boolean,
  ): Promise<'refused' | 'ended' | 'late'> {
    const [ended] = await this.#database.transaction(tenant, 'write', (tx) =>
      tx.commitWith<{ secret_hash: Uint8Array; is_refused: boolean }>(
        `UPDATE sessions SET ended_at = summit_now(), refresh_token = NULL, refused_at = CASE WHEN $4::boolean AND NOT is_doubted THEN summit_now() END
           WHERE tenant_id = $1 AND id = $2 AND refreshing_since = $3 AND ended_at IS NULL RETURNING secret_hash, refused_at IS NOT NULL AS is_refused`,
        [tenant, id, refreshing_since, refused],
      ),
    );
    if (!ended) return 'late';
    this.#forget(keyOf({ tenant, hash: Buffer.from(ended.secret_hash) }));
    return ended.is_refused ? 'refused' : 'ended';
  }

  #forget(key: string): void {
    this.#known.delete(key);
    for (const listener of this.#listeners) listener(key);
  }

  /** Calls `listener` with the key of each session that is ended in this replica. */
  onEnded(listener: (key: string) => void): void {
    this.#listeners.push(listener);
  }

  #read(credential: Credential): Promise<Known> {
    const { tenant, secret, hash } = credential;
    return this.#database.transaction(tenant, 'read', async (tx) => {
      const [row] = await tx.query<SessionRow>(
        // Whoever has left and comes back signs in anew.
        `SELECT s.user_id, s.expires_at, s.sign_in, s.issuer, s.roles, s.acr, s.auth_time::float8 AS auth_time,
             (extract(epoch FROM s.expires_at - summit_now()) * 1000)::float8 AS left_ms
           FROM sessions s JOIN users u ON u.tenant_id = $1 AND u.id = s.user_id
           WHERE s.tenant_id = $1 AND s.secret_hash = $2 AND s.ended_at IS NULL AND s.created_at > coalesce(u.departed_at, '-infinity')`,
        [tenant, hash],
      );
      if (!row) throw isOver();
      const { user_id: userId, expires_at: expiresAt, sign_in: signIn, left_ms: left } = row;
      const known = { tenant, userId, expiresAt, signIn, key: keyOf(credential), csrfToken: csrfTokenOf(secret), until: performance.now() + left };
      return { ...known, ...scopeOf(row) };
    });
  }
}

/** As the JWT of an issuer would have it; none for who has signed in without one. */
function scopeOf({ issuer, roles, acr, auth_time }: SessionRow): Pick<Caller, 'scope'> {
  if (issuer === null) return {};
  const said = { ...(acr === null ? {} : { acr }), ...(auth_time === null ? {} : { auth_time }) };
  return { scope: { roles, authentication: { by: 'issuer', issuer, ...said } } };
}

/** Tenant ids are slugs (kernel/config/slug.ts); the secret is base64url without padding. */
const CREDENTIAL = /^([a-z0-9][a-z0-9-]{0,62})\.([A-Za-z0-9_-]{43})$/;

function parse(credential: string): Credential | null {
  const [, tenant, secret] = CREDENTIAL.exec(credential) ?? [];
  return tenant !== undefined && secret !== undefined ? { tenant, secret, hash: hashOf(secret) } : null;
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Made from the secret, so that it needs no column, and not from its hash, so that the database does not tell it. */
function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('csrf').digest('base64url');
}

function keyOf({ tenant, hash }: Pick<Credential, 'tenant' | 'hash'>): string {
  return `${tenant}/${hash.toString('base64')}`;
}

function isOver(): Problem {
  return new Problem('unauthenticated', 'The session is over: sign in again at /sign-in.');
}

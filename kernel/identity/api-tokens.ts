import type { Logger } from 'pino';
import { Problem } from '../../sdk/index.ts';
import type { Caller } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { type Access, beliefs, believed, disbelieve } from './access.ts';
import { hashOfApiToken, tenantOfApiToken } from './api-token-secret.ts';
import type { Scope } from './scope.ts';
import type { TokenVerifier } from './tokens.ts';

interface Known {
  readonly caller: Caller;
  readonly expiresAt: string;
  /** The same by the clock of this process, in milliseconds. */
  readonly until: number;
}

interface TokenRow {
  readonly id: string;
  readonly user_id: string;
  readonly status: string;
  readonly roles: readonly string[];
  readonly read_only: boolean;
  readonly scope: 'scim' | null;
  readonly expires_at: string;
  readonly left_ms: number;
  /** Its person has left since it was made and is back, perhaps before the job has revoked it. */
  readonly left_behind: boolean;
  /** It is not on record yet that it was used within this minute. */
  readonly unrecorded: boolean;
}

/**
 * Tokens that people have made for their scripts. What was read of one is believed for a second, so that one that is revoked
 * at another replica may work that much longer here.
 */
export class ApiTokens implements TokenVerifier {
  readonly #database: Database;
  readonly #log: Logger;
  readonly #known = beliefs<Known>();

  constructor({ database, access, log }: { database: Database; access: Pick<Access, 'onForgotten'>; log: Logger }) {
    this.#database = database;
    this.#log = log.child({ service: 'api-tokens' });
    access.onForgotten((tenant) => disbelieve(this.#known, tenant));
  }

  /** @throws Problem `unauthenticated` for one that is unknown, expired or revoked, or whose person has left since */
  async verify(token: string): Promise<Caller> {
    const tenant = tenantOfApiToken(token);
    if (tenant === null) throw new Problem('unauthenticated', 'This is no API token: it is misspelt or cut off.');
    const hash = hashOfApiToken(token);
    const { caller, expiresAt, until } = await believed(this.#known, `${tenant}/${hash}`, () => this.#read(tenant, hash));
    if (until <= performance.now()) throw new Problem('unauthenticated', `The API token has expired at ${expiresAt}: make another.`);
    return caller;
  }

  async #read(tenant: string, hash: string): Promise<Known> {
    const [row] = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query<TokenRow>(
        `SELECT t.id, t.user_id, t.status, t.roles, t.read_only, t.scope, t.expires_at,
             (extract(epoch FROM t.expires_at - clock.now) * 1000)::float8 AS left_ms,
             p.status = 'active' AND t.created_at <= coalesce(p.departed_at, '-infinity') AS left_behind,
             coalesce(u.last_used_at <= clock.now - interval '1 minute', true) AS unrecorded
           FROM api_tokens t CROSS JOIN (SELECT summit_now() AS now) clock
             JOIN users p ON p.tenant_id = $1 AND p.id = t.user_id
             LEFT JOIN api_token_uses u ON u.tenant_id = $1 AND u.id = t.id
           WHERE t.tenant_id = $1 AND t.secret_hash = $2`,
        [tenant, hash],
      ),
    );
    if (!row) throw new Problem('unauthenticated', 'There is no such API token.');
    const { id, user_id: userId, status, roles, read_only, scope: only, expires_at: expiresAt, left_ms: left } = row;
    if (status !== 'active') throw new Problem('unauthenticated', 'The API token was revoked.');
    if (row.left_behind) throw new Problem('unauthenticated', 'The API token has ended, since its person had left: make another.');
    if (row.unrecorded && left > 0) await this.#recordUse(tenant, id);
    const scope: Scope = { roles, only, authentication: { by: 'api-token', id, read_only } };
    return { caller: { tenant, userId, scope }, expiresAt, until: performance.now() + left };
  }

  /** At most once a minute, whatever the number of replicas. Never throws: nobody is kept out because it could not be written down. */
  async #recordUse(tenant: string, id: string): Promise<void> {
    try {
      await this.#database.transaction(tenant, 'write', (tx) =>
        tx.commitWith(
          `INSERT INTO api_token_uses (tenant_id, id, last_used_at) VALUES ($1, $2, summit_now())
             ON CONFLICT (tenant_id, id) DO UPDATE SET last_used_at = EXCLUDED.last_used_at
             WHERE api_token_uses.last_used_at <= EXCLUDED.last_used_at - interval '1 minute'`,
          [tenant, id],
        ),
      );
    } catch (error) {
      this.#log.warn({ err: error, tenant, api_token: id }, 'that an API token was used could not be written down');
    }
  }
}

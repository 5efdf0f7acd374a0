import type { Database, Transaction } from '../database/database.ts';
import type { SealingKeys } from '../log/signer.ts';
import { seal, unseal } from './sealed.ts';

/** The job comes by once a minute; what was asked since the time before is not asked again by another replica. */
const APART = '30 seconds';

/** A session whose issuer is to be asked. */
export interface Claim {
  readonly id: string;
  readonly user_id: string;
  readonly sign_in: string;
  /** It is the fence too: what is answered counts while nobody has claimed the session since, and its person has not ended it. */
  readonly refreshing_since: string;
  /** A refusal proves nothing: the token may have been replaced by one that was lost, or taken for stolen. */
  readonly is_unsure: boolean;
  /** null for one that was sealed with another key. */
  readonly refreshToken: string | null;
}

interface Owed {
  readonly user_id: string;
  readonly sign_in: string;
}

/** Whoever has left since a session was begun is not asked about by it: it is over, and they may be back. */
const OF_WHO_IS_HERE = `JOIN users u ON u.tenant_id = $1 AND u.id = s.user_id AND u.status = 'active'
  AND s.created_at > coalesce(u.departed_at, '-infinity')`;

const ASKED_ABOUT = `FROM sessions s ${OF_WHO_IS_HERE}
  WHERE s.tenant_id = $1 AND s.refresh_token IS NOT NULL AND s.ended_at IS NULL AND s.expires_at > summit_now()`;

/** A time ahead of now says nothing: the clock was set back since. */
const DUE = `${ASKED_ABOUT}
    AND s.refreshed_at NOT BETWEEN summit_now() - interval '${APART}' AND summit_now() + interval '${APART}'`;

/** Since when nobody has vouched for whoever has gone without it longest; null where issuers are asked about nobody. */
export async function unvouchedSince(tx: Transaction, tenant: string): Promise<string | null> {
  const [longest] = await tx.query<{ at: string | null }>(
    // A time ahead is of before the clock was set back, and says nothing.
    `SELECT min(CASE WHEN s.vouched_at <= summit_now() THEN s.vouched_at ELSE s.created_at END) AS at ${ASKED_ABOUT}`,
    [tenant],
  );
  return longest?.at ?? null;
}

/** Which sessions issuers are to be asked about, and by whom. That an answer is awaited is on record before it is asked for. */
export class RefreshClaims {
  readonly #database: Database;
  readonly #sealingKeys: SealingKeys;

  constructor({ database, sealingKeys }: { database: Database; sealingKeys: SealingKeys }) {
    this.#database = database;
    this.#sealingKeys = sealingKeys;
  }

  /** Ids of those that anybody may claim, the one that was asked about longest ago first. */
  async due(tenant: string): Promise<readonly string[]> {
    const found = await this.#read(tenant, (tx) => tx.query<{ id: string }>(`SELECT s.id ${DUE} ORDER BY s.refreshed_at`, [tenant]));
    return found.map(({ id }) => id);
  }

  /** To be taken just before it is asked. @returns null where somebody else was faster, or nothing is to be asked any longer */
  async take(tenant: string, id: string): Promise<Claim | null> {
    const [taken] = await this.#write<Omit<Claim, 'refreshToken'> & { refresh_token: Uint8Array }>(
      // The doubt is the claim's from now on: it ends when that is kept, and one that is raised meanwhile does not.
      `WITH due AS (SELECT s.id, s.refreshing_since IS NOT NULL OR s.is_doubted AS is_unsure ${DUE} AND s.id = $2 FOR UPDATE OF s)
         UPDATE sessions s SET refreshed_at = clock.now, refreshing_since = clock.now, is_doubted = false FROM due, (SELECT summit_now() AS now) clock
           WHERE s.tenant_id = $1 AND s.id = due.id
           RETURNING s.id, s.user_id, s.sign_in, s.refresh_token, s.refreshing_since, due.is_unsure`,
      [tenant, id],
    );
    if (!taken) return null;
    const { refresh_token, ...claim } = taken;
    return { ...claim, refreshToken: this.#unsealed(tenant, id, refresh_token) };
  }

  /** The issuer vouches for them. @param token to ask by the next time @returns whether it is kept: the claim is theirs still who ask */
  async keep(tenant: string, { id, refreshing_since }: Claim, token: string): Promise<boolean> {
    const kept = await this.#write(
      `UPDATE sessions SET refresh_token = $4, refreshing_since = NULL, vouched_at = refreshing_since
         WHERE tenant_id = $1 AND id = $2 AND refreshing_since = $3 AND ended_at IS NULL RETURNING 1`,
      [tenant, id, refreshing_since, seal(this.#sealingKeys.refreshTokenKey(tenant), token, id)],
    );
    return kept.length > 0;
  }

  /** No answer is awaited any longer, and none was lost. What one of before has left unsure stays so. */
  async release(tenant: string, { id, refreshing_since, is_unsure }: Claim): Promise<void> {
    if (is_unsure) return;
    const sql = 'UPDATE sessions SET refreshing_since = NULL WHERE tenant_id = $1 AND id = $2 AND refreshing_since = $3';
    await this.#write(sql, [tenant, id, refreshing_since]);
  }

  /**
   * A token of it was used late, when another was there: an issuer may take both for stolen, and a refusal proves nothing. Whoever has
   * claimed it since has it still.
   * @returns whether the session is there still
   */
  async doubt(tenant: string, { id }: Claim): Promise<boolean> {
    const sql = 'UPDATE sessions SET is_doubted = true WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING 1';
    return (await this.#write(sql, [tenant, id])).length > 0;
  }

  /** Who was refused and is here all the same, since whoever was to deactivate them could not. */
  owed(tenant: string): Promise<readonly Owed[]> {
    return this.#read(tenant, (tx) =>
      tx.query<Owed>(
        `SELECT DISTINCT ON (s.user_id) s.user_id, s.sign_in FROM sessions s ${OF_WHO_IS_HERE}
           WHERE s.tenant_id = $1 AND s.refused_at IS NOT NULL ORDER BY s.user_id, s.refused_at`,
        [tenant],
      ),
    );
  }

  #unsealed(tenant: string, id: string, sealed: Uint8Array): string | null {
    try {
      return unseal(this.#sealingKeys.refreshTokenKey(tenant), Buffer.from(sealed), id);
    } catch {
      // The secret of the log is another now, and nobody will ever read it.
      return null;
    }
  }

  #read<T>(tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#database.transaction(tenant, 'read', work);
  }

  #write<Row extends object>(sql: string, values: readonly [tenant: string, ...unknown[]]): Promise<readonly Row[]> {
    return this.#database.transaction(values[0], 'write', (tx) => tx.commitWith<Row>(sql, [...values]));
  }
}

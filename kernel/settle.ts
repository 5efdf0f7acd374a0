import type { Admitted } from './admission.ts';
import type { Transaction } from './database/database.ts';
import type { PriorAnswer } from './idempotency.ts';

export interface Settled {
  /** The database's clock, after every lock is held. */
  readonly now: string;
  readonly prior: PriorAnswer | null;
}

/** What was believed of the caller or the pack has changed since: ask again. */
export class StaleGrant extends Error {}

/**
 * Read once `load` holds its locks: the time; whether caller and pack still are what admission believed; and the answer
 * that this idempotency key already has.
 * @throws StaleGrant
 */
export async function settle(tx: Transaction, admitted: Admitted, idempotencyKey: string | undefined): Promise<Settled> {
  const { tenant, actor, pack } = admitted;
  const person = actor.system ? null : actor.id;
  const [row] = await tx.query<{ now: string; user_version: number | null; pack_version: number | null; prior: PriorAnswer | null }>(
    `SELECT summit_now() AS now,
       (SELECT version FROM users WHERE tenant_id = $1 AND id = $2::uuid) AS user_version,
       (SELECT version FROM pack_enablements WHERE tenant_id = $1 AND pack_id = $3) AS pack_version,
       (SELECT to_json(k) FROM (SELECT request_digest, subject_id, status, body, settled FROM idempotency_keys
          WHERE tenant_id = $1 AND user_id = $2::uuid AND key = $4) k) AS prior`,
    [tenant, person, pack.id, idempotencyKey ?? null],
  );
  if (!row) throw new TypeError('a SELECT without FROM has one row');
  if (admitted.version !== null && admitted.version !== row.user_version) throw new StaleGrant('the caller has changed');
  if (pack.version !== null && pack.version !== row.pack_version) throw new StaleGrant('the pack has changed');
  return { now: row.now, prior: row.prior };
}

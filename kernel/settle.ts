import { type Action, isNone } from '../sdk/index.ts';
import type { Admitted } from './admission.ts';
import type { Transaction } from './database/database.ts';
import type { PriorAnswer } from './idempotency.ts';
import { packageOf } from './policy/bundle.ts';

export interface Settled {
  /** The database's clock, after every lock is held. */
  readonly now: string;
  readonly prior: PriorAnswer | null;
  /** Of the tenant's log, which the receipt will be in. */
  readonly epoch: number;
  /** Of the bundle that decides now; null where none does, or no policy judges the action. */
  readonly bundle: string | null;
}

interface SettledRow extends Settled {
  readonly user_version: number | null;
  readonly pack_version: number | null;
}

/** What was believed of the caller or the pack has changed since: ask again. */
export class StaleGrant extends Error {}

/**
 * Read once `load` holds its locks: the time; whether caller and pack still are what admission believed; which bundle
 * decides; and the answer that this idempotency key already has.
 * @throws StaleGrant
 */
export async function settle(tx: Transaction, action: Action, admitted: Admitted, idempotencyKey: string | undefined): Promise<Settled> {
  const { tenant, actor, pack } = admitted;
  const person = actor.system ? null : actor.id;
  const judgedBy = isNone(action.policy) ? null : packageOf(action.policy.entrypoint);
  const [row] = await tx.query<SettledRow>(
    `SELECT summit_now() AS now,
       (SELECT version FROM users WHERE tenant_id = $1 AND id = $2::uuid) AS user_version,
       (SELECT version FROM pack_enablements WHERE tenant_id = $1 AND pack_id = $3) AS pack_version,
       coalesce((SELECT max(epoch) FROM log_epochs WHERE tenant_id = $1), 1) AS epoch,
       (SELECT digest FROM policies WHERE tenant_id = $1 AND package = $5) AS bundle,
       (SELECT to_json(k) FROM (SELECT request_digest, subject_id, status, body, settled FROM idempotency_keys
          WHERE tenant_id = $1 AND user_id = $2::uuid AND key = $4) k) AS prior`,
    [tenant, person, pack.id, idempotencyKey ?? null, judgedBy],
  );
  if (!row) throw new TypeError('a SELECT without FROM has one row');
  if (admitted.version !== null && admitted.version !== row.user_version) throw new StaleGrant('the caller has changed');
  if (pack.version !== null && pack.version !== row.pack_version) throw new StaleGrant('the pack has changed');
  return { now: row.now, prior: row.prior, epoch: row.epoch, bundle: row.bundle };
}

import { createReader } from '../../../kernel/database/reader.ts';
import type { Action } from '../../action.ts';
import type { GovernedRow } from '../../entity.ts';
import type { RiggedPack } from '../kit.ts';

/** What one allowed receipt says of one subject. */
export interface Change {
  readonly receipt: string;
  readonly action: string;
  readonly type: string;
  readonly id: string;
  readonly from: string | null;
  readonly to: string;
  readonly version: number;
}

/** All changes of the acting tenant after a receipt, oldest first. @param after '' for all */
export function changesAfter({ summit, tenant }: RiggedPack, after: string): Promise<readonly Change[]> {
  return summit.services.database.transaction(tenant, 'read', (tx) =>
    tx.query<Change>(
      `SELECT id AS receipt, action, subject_type AS type, subject_id AS id, state_from AS "from", state_to AS "to", seq AS version
         FROM receipts WHERE tenant_id = $1 AND outcome = 'allowed' AND seq IS NOT NULL AND id::text > $2 ORDER BY id`,
      [tenant, after],
    ),
  );
}

/** The newest receipt there is, of whatever outcome; '' where there is none. */
export async function newestReceipt({ summit, tenant }: RiggedPack): Promise<string> {
  const [row] = await summit.services.database.transaction(tenant, 'read', (tx) =>
    tx.query<{ id: string }>('SELECT id FROM receipts WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1', [tenant]),
  );
  return row?.id ?? '';
}

/** How often what was attempted on a subject came out in some way. */
export async function outcomesAfter({ summit, tenant }: RiggedPack, after: string, action: string): Promise<readonly string[]> {
  const rows = await summit.services.database.transaction(tenant, 'read', (tx) =>
    tx.query<{ outcome: string }>('SELECT outcome FROM receipts WHERE tenant_id = $1 AND action = $2 AND id::text > $3 ORDER BY id', [
      tenant,
      action,
      after,
    ]),
  );
  return rows.map(({ outcome }) => outcome);
}

/** A subject as it is. */
export function rowOf({ summit, tenant }: RiggedPack, { entity }: Pick<Action, 'entity'>, id: string): Promise<GovernedRow> {
  return summit.services.database.transaction(tenant, 'read', (tx) => createReader(tx, tenant).one(entity, id));
}

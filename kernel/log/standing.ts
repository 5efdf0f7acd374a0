import type { Database } from '../database/database.ts';
import type { Guard } from './guard.ts';
import { logOrigin, tenantOrigin } from './names.ts';
import { type Checkpoint, currentEpoch, headOf, latestCheckpoint } from './store.ts';

/** How far the current epoch of a tenant's log has come. */
export interface LogStanding {
  readonly origin: string;
  readonly epoch: number;
  /** Receipts that have no place yet. */
  readonly waiting: number;
  /** Leaves that are stored. */
  readonly integrated: number;
  /** The newest checkpoint; null where nothing has been signed. */
  readonly signed: Checkpoint | null;
  /** Leaves that the guard knows to be signed; null where it does not know. */
  readonly guarded: number | null;
}

/** @param host `log.origin` of the configuration */
export async function logStanding(
  { database, guard, host }: { readonly database: Database; readonly guard: Guard; readonly host: string },
  tenant: string,
): Promise<LogStanding> {
  const { epoch } = await database.transaction(tenant, 'read', (tx) => currentEpoch(tx, tenant));
  const origin = logOrigin(tenantOrigin(host, tenant), epoch);
  // Read before the database is: what is signed was in it before, so a head that is behind was set back.
  const guarded = await guard.known(origin);
  return database.transaction(tenant, 'read', async (tx) => {
    const [queue] = await tx.query<{ waiting: number }>('SELECT count(*) AS waiting FROM log_queue WHERE tenant_id = $1', [tenant]);
    const [head, signed] = [await headOf(tx, tenant, epoch), await latestCheckpoint(tx, tenant, epoch)];
    return { origin, epoch, waiting: queue?.waiting ?? 0, integrated: head?.size ?? 0, signed, guarded };
  });
}

/** In words, that the database lacks what was signed; null where it does not. One that was set back stands still only once there is something to sign. */
export function setBack({ guarded, integrated }: Pick<LogStanding, 'guarded' | 'integrated'>): string | null {
  if (guarded === null || guarded <= integrated) return null;
  return `was set back: ${guarded} leaves were signed, and ${integrated} are in the database. See summit log recover`;
}

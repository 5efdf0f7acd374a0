import type { ShownEvent, UsageWanted } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { SELECTED_EVENTS, selectedBy } from '../metering/roll-up.ts';
import { assertShowable, MOST_CITED } from './limits.ts';

/** Whether all events are shown, or so many as a seed draws. */
export type Drawing = { readonly events: 'all' } | { readonly events: 'sample'; readonly seed: string; readonly sample: number };

/** What a bundle shows of usage, found without having read it. */
export interface PickedUsage {
  readonly wanted: UsageWanted;
  readonly drawing: Drawing;
  /** How many are asked for, and how many of those are shown. */
  readonly total: number;
  readonly shown: number;
  /** The ids that were drawn; null where all are shown. */
  readonly drawn: ReadonlySet<string> | null;
  /** By receipt, how many events it binds. */
  readonly receipts: ReadonlyMap<string, number>;
  /** As entries: where all are shown, with those that only complete the tree of their receipt. */
  readonly entries: number;
  /** Those that may be linked. */
  readonly events: readonly ShownEvent[];
}

/** @throws Problem `too-large` */
export async function pickUsage(tx: Transaction, tenant: string, wanted: UsageWanted, drawing: Drawing): Promise<PickedUsage> {
  const asked = [...selectedBy(tenant, wanted.selection), wanted.also];
  const [[{ total } = { total: 0 }], events] = await Promise.all([
    tx.query<{ total: number }>(`${ASKED} SELECT count(*) AS total FROM asked`, asked),
    drawing.events === 'all'
      ? tx.query<ShownEvent>(`${ASKED} ${SHOWN} WHERE a.id = ANY($8::uuid[]) ORDER BY a.id`, asked)
      : tx.query<ShownEvent>(`${ASKED} ${SHOWN} ${DRAWN}`, [...asked, drawing.seed, drawing.sample]),
  ]);
  const isAll = drawing.events === 'all';
  const receipts = await countsBy(tx, tenant, isAll ? await receiptsOfAll(tx, asked) : [...new Set(events.map(({ receipt_id }) => receipt_id))]);
  const entries = isAll ? receipts.values().reduce((sum, count) => sum + count, 0) : events.length;
  const drawn = isAll ? null : new Set(events.map(({ id }) => id));
  return { wanted, drawing, total, shown: isAll ? total : events.length, drawn, receipts, entries, events };
}

/** Those that were named have stood in the log as the others have. */
const ASKED = `${SELECTED_EVENTS}, asked AS (
    SELECT id, type, "timestamp", receipt_id FROM selected
    UNION SELECT e.id, e.type, e."timestamp", e.receipt_id FROM usage_events e
      WHERE e.tenant_id = $1 AND e.id = ANY($8::uuid[])
        AND EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = e.receipt_id AND (l.epoch, l.leaf_index) < ($6::integer, $7::bigint))
  )`;

const SHOWN = `SELECT a.id, a.type, to_char(a."timestamp" AT TIME ZONE $5, 'YYYY-MM-DD') AS day, a.receipt_id FROM asked a`;

/** As `sampleOf` draws, where the ids need not all be in memory. */
const DRAWN = `ORDER BY encode(sha256(convert_to($9::text || ':' || a.id::text, 'UTF8')), 'hex') COLLATE "C" LIMIT $10`;

async function receiptsOfAll(tx: Transaction, asked: readonly unknown[]): Promise<readonly string[]> {
  const rows = await tx.query<{ receipt_id: string }>(`${ASKED} SELECT DISTINCT receipt_id FROM asked LIMIT ${MOST_CITED + 1}`, asked);
  assertShowable({ receipts: rows.length, events: 0 });
  return rows.map(({ receipt_id }) => receipt_id);
}

async function countsBy(tx: Transaction, tenant: string, receiptIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ receipt_id: string; count: number }>(
    'SELECT receipt_id, count(*) AS count FROM usage_events WHERE tenant_id = $1 AND receipt_id = ANY($2::uuid[]) GROUP BY receipt_id',
    [tenant, receiptIds],
  );
  return new Map(rows.map(({ receipt_id, count }) => [receipt_id, count]));
}

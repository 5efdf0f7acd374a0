import { type Calendar, type DayChange, type DayUsage, Decimal, type LogPosition, type UsageSelection, type UsageSince } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';

/** Leaves that are looked through at a time: each may have brought a batch of events. */
const LEAVES = 4_096;

/** @param timeZone another than the tenant's */
export async function calendarOf(tx: Transaction, tenant: string, timeZone: string | null = null): Promise<Calendar> {
  const [calendar] = await tx.query<Calendar>(
    `SELECT z.time_zone, to_char(summit_now() AT TIME ZONE z.time_zone, 'YYYY-MM-DD') AS today
       FROM (SELECT coalesce($2, time_zone) AS time_zone FROM tenant_configurations WHERE tenant_id = $1) z`,
    [tenant, timeZone],
  );
  if (!calendar) throw new TypeError(`the tenant ${tenant} has no configuration`);
  return calendar;
}

interface Since {
  /** null for the beginning. */
  readonly from: LogPosition | null;
  readonly time_zone: string;
  /** Ids are wanted of events of days before this; null for of none. */
  readonly named_before: string | null;
}

/**
 * What events the log has brought since a position, by type and day: what commits late comes later in the log, whatever its
 * time is, so that each event is met once.
 */
export async function usageSince(tx: Transaction, tenant: string, { from, time_zone, named_before }: Since): Promise<UsageSince> {
  const start = from ?? { epoch: 1, size: 0 };
  const { through, more } = await reach(tx, tenant, start);
  if (through.epoch === start.epoch && through.size === start.size) return { through, more, changes: [] };
  const range = [tenant, start.epoch, start.size, through.epoch, through.size, time_zone];
  const added = await tx.query<Added>(`${NEW_EVENTS} ${ADDED}`, range);
  const isLate = named_before !== null && added.some(({ day }) => day < named_before);
  const [removed, late] = await Promise.all([
    added.some(({ corrections }) => corrections > 0) ? tx.query<Removed>(`${NEW_EVENTS} ${REMOVED}`, range) : [],
    isLate ? tx.query<Late>(`${NEW_EVENTS} ${LATE}`, [...range, named_before]) : [],
  ]);
  const named = new Map(late.map(({ event_ids, ...of }) => [keyOf(of), event_ids]));
  const changes = added.map(({ corrections: _, ...change }) => ({ ...change, event_ids: named.get(keyOf(change)) ?? [], is_max_of_day: false }));
  return { through, more, changes: removed.length === 0 ? changes : await restated(tx, tenant, changes, removed, { time_zone, before: through }) };
}

/** Whether there is any, which is cheaper to know. */
export async function hasUsageSince(tx: Transaction, tenant: string, from: LogPosition | null): Promise<boolean> {
  const start = from ?? { epoch: 1, size: 0 };
  const { through, more } = await reach(tx, tenant, start);
  if (more) return true;
  if (through.epoch === start.epoch && through.size === start.size) return false;
  const [found] = await tx.query<{ any: boolean }>(
    `WITH leaves AS MATERIALIZED (${LEAVES_BETWEEN})
       SELECT EXISTS (SELECT FROM usage_events e WHERE e.tenant_id = $1 AND e.receipt_id = ANY(ARRAY(SELECT receipt_id FROM leaves))) AS any`,
    [tenant, start.epoch, start.size, through.epoch, through.size],
  );
  return found?.any === true;
}

/** Since when usage has waited to be counted from a position on: by the receipts of its first event there, signed or not, or in the queue. */
export async function oldestUsageSince(tx: Transaction, tenant: string, from: LogPosition | null): Promise<string | null> {
  const { epoch, size } = from ?? { epoch: 1, size: 0 };
  const [oldest] = await tx.query<{ at: string | null }>(
    `SELECT coalesce(
       (SELECT r.at FROM (${LEAVES_BETWEEN}) w JOIN receipts r ON r.tenant_id = $1 AND r.id = w.receipt_id
          WHERE EXISTS (SELECT FROM usage_events e WHERE e.tenant_id = $1 AND e.receipt_id = w.receipt_id)
          ORDER BY w.epoch, w.leaf_index LIMIT 1),
       (SELECT min(q.at) FROM log_queue q WHERE q.tenant_id = $1
          AND EXISTS (SELECT FROM usage_events e WHERE e.tenant_id = $1 AND e.receipt_id = q.receipt_id))) AS at`,
    [tenant, epoch, size, LAST_EPOCH, Number.MAX_SAFE_INTEGER],
  );
  return oldest?.at ?? null;
}

/** No log comes so far. */
const LAST_EPOCH = 2_147_483_647;

type Added = DayUsage & { readonly corrections: number };
type Removed = Omit<DayUsage, 'max'>;
type Late = Pick<DayChange, 'event_type' | 'day' | 'event_ids'>;

/** Leaves of a range, of which a log that was recovered may have had some before. */
const LEAVES_BETWEEN = `
    SELECT l.receipt_id, l.epoch, l.leaf_index FROM log_leaves l
      WHERE l.tenant_id = $1 AND l.epoch BETWEEN $2::integer AND $4::integer
        AND (l.epoch, l.leaf_index) >= ($2::integer, $3::bigint) AND (l.epoch, l.leaf_index) < ($4::integer, $5::bigint)
        AND (l.epoch = 1 OR NOT EXISTS (SELECT FROM log_leaves b
          WHERE b.tenant_id = $1 AND b.receipt_id = l.receipt_id AND b.epoch < l.epoch
            AND b.leaf_index < (SELECT max(size) FROM log_checkpoints c WHERE c.tenant_id = $1 AND c.epoch = b.epoch)))`;

/**
 * The events of these leaves. Receipts are an array, since the planner expects ten of it: a join of which it expects one is sorted to
 * be grouped, however many events there are.
 */
const NEW_EVENTS = `WITH leaves AS MATERIALIZED (${LEAVES_BETWEEN}), events AS (
    SELECT e.*, (e."timestamp" AT TIME ZONE $6::text)::date AS date FROM usage_events e
      WHERE e.tenant_id = $1 AND e.receipt_id = ANY(ARRAY(SELECT receipt_id FROM leaves))
  )`;

const DAY = `to_char(e.date, 'YYYY-MM-DD')`;

const ADDED = `SELECT e.type AS event_type, ${DAY} AS day, count(*) FILTER (WHERE e.quantity <> 0)::int AS count, sum(e.quantity)::text AS sum,
    max(e.quantity)::text AS max, count(e.corrects) AS corrections
  FROM events e GROUP BY e.type, e.date ORDER BY 1, 2`;

/** Asked for by itself: to collect ids costs more than all that is added up. */
const LATE = `SELECT e.type AS event_type, ${DAY} AS day, array_agg(e.id ORDER BY e.id) AS event_ids
  FROM events e WHERE e.date < $7::date GROUP BY e.type, e.date ORDER BY 1, 2`;

/** What the events correct no longer counts. It is of the same type and day as what corrects it. */
const REMOVED = `SELECT e.type AS event_type, to_char(e."timestamp" AT TIME ZONE $6, 'YYYY-MM-DD') AS day,
    count(*) FILTER (WHERE e.quantity <> 0)::int AS count, sum(e.quantity)::text AS sum
  FROM events n JOIN usage_events e ON e.tenant_id = $1 AND e.id = n.corrects GROUP BY 1, 2 ORDER BY 1, 2`;

/** Of a day that loses an event, the maximum is looked for anew. */
async function restated(
  tx: Transaction,
  tenant: string,
  added: readonly DayChange[],
  removed: readonly Removed[],
  { time_zone, before }: Pick<UsageSelection, 'time_zone' | 'before'>,
): Promise<readonly DayChange[]> {
  const lost = new Map(removed.map((change) => [keyOf(change), change]));
  return Promise.all(
    added.map(async (change) => {
      const less = lost.get(keyOf(change));
      if (!less) return change;
      const { event_type, day } = change;
      const [whole] = await usageOf(tx, tenant, { event_types: [event_type], from_day: day, to_day: day, time_zone, before });
      const sum = new Decimal(change.sum).minus(less.sum).toFixed();
      return { ...change, count: change.count - less.count, sum, max: whole?.max ?? null, is_max_of_day: true };
    }),
  );
}

function keyOf({ event_type, day }: Pick<DayUsage, 'event_type' | 'day'>): string {
  return `${event_type} ${day}`;
}

/** Events of some days as they stood at a position, and those of them that had not been corrected by then. */
export const SELECTED_EVENTS = `WITH selected AS (
    SELECT e.* FROM usage_events e
      WHERE e.tenant_id = $1 AND e.type = ANY($2)
        AND e."timestamp" >= ($3::date::timestamp AT TIME ZONE $5) AND e."timestamp" < (($4::date + 1)::timestamp AT TIME ZONE $5)
        AND EXISTS (SELECT FROM log_leaves l WHERE l.tenant_id = $1 AND l.receipt_id = e.receipt_id AND (l.epoch, l.leaf_index) < ($6::integer, $7::bigint))
  ), effective AS (
    SELECT e.* FROM selected e WHERE NOT EXISTS (SELECT FROM usage_corrections c
      JOIN usage_events n ON n.tenant_id = $1 AND n.id = c.event_id
      JOIN log_leaves l ON l.tenant_id = $1 AND l.receipt_id = n.receipt_id AND (l.epoch, l.leaf_index) < ($6::integer, $7::bigint)
      WHERE c.tenant_id = $1 AND c.corrected_id = e.id)
  )`;

export function selectedBy(tenant: string, { event_types, from_day, to_day, time_zone, before }: UsageSelection): readonly unknown[] {
  return [tenant, event_types, from_day, to_day, time_zone, before.epoch, before.size];
}

/** What the events of some days came to, worked out from the events alone. */
export function usageOf(tx: Transaction, tenant: string, selection: UsageSelection): Promise<readonly DayUsage[]> {
  return tx.query<DayUsage>(
    `${SELECTED_EVENTS} SELECT e.type AS event_type, to_char(e."timestamp" AT TIME ZONE $5, 'YYYY-MM-DD') AS day,
       count(*) FILTER (WHERE e.quantity <> 0)::int AS count, sum(e.quantity)::text AS sum, max(e.quantity)::text AS max
       FROM effective e GROUP BY 1, 2 ORDER BY 1, 2`,
    selectedBy(tenant, selection),
  );
}

/** The newest position that is signed, or so many leaves further on: what is not signed may still get another place. */
async function reach(tx: Transaction, tenant: string, { epoch, size }: LogPosition): Promise<{ through: LogPosition; more: boolean }> {
  const [found] = await tx.query<{ epoch: number; size: number; signed: number; newest_epoch: number }>(
    `SELECT h.epoch, least(h.signed, CASE WHEN h.epoch = $2 THEN $3::bigint ELSE 0 END + $4::bigint) AS size, h.signed, max(h.epoch) OVER () AS newest_epoch
       FROM (SELECT epoch, (SELECT max(size) FROM log_checkpoints c WHERE c.tenant_id = $1 AND c.epoch = log_heads.epoch) AS signed
         FROM log_heads WHERE tenant_id = $1 AND epoch >= $2) h
       WHERE h.epoch > $2 OR h.signed > $3 ORDER BY h.epoch LIMIT 1`,
    [tenant, epoch, size, LEAVES],
  );
  if (!found || found.signed === null) return { through: { epoch, size }, more: false };
  return { through: { epoch: found.epoch, size: found.size }, more: found.size < found.signed || found.epoch < found.newest_epoch };
}

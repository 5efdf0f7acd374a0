import type { Transaction } from '../database/database.ts';

/** A place in a tenant's log, `<epoch>/<index>` in short. */
export interface LeafPlace {
  readonly epoch: number;
  readonly leaf_index: number;
}

/** Places in the order of the log, each with the receipt that has it. */
export interface Leaves {
  readonly receipts: readonly string[];
  /** Places that the log's heads count and no receipt has. */
  readonly gaps: readonly string[];
  /** null at the end of the log. */
  readonly last: LeafPlace | null;
}

interface Leaf extends LeafPlace {
  readonly id: string;
}

/** An epoch, and how many places it has. */
interface Counted {
  readonly epoch: number;
  readonly size: number;
}

/** What comes after a place. @param limit of receipts, and of gaps */
export async function leavesAfter(tx: Transaction, tenant: string, after: LeafPlace, limit: number): Promise<Leaves> {
  // Before the leaves: what has grown meanwhile is not missed.
  const heads = await tx.query<Counted>('SELECT epoch, size FROM log_heads WHERE tenant_id = $1 AND epoch >= $2 ORDER BY epoch', [
    tenant,
    after.epoch,
  ]);
  const leaves = await tx.query<Leaf>(
    `SELECT receipt_id AS id, epoch, leaf_index FROM log_leaves
       WHERE tenant_id = $1 AND (epoch, leaf_index) > ($2, $3) ORDER BY epoch, leaf_index LIMIT $4`,
    [tenant, after.epoch, after.leaf_index, limit],
  );
  const last = leaves.length < limit ? null : (leaves.at(-1) ?? null);
  const taken = new Set(leaves.map(nameOf));
  const gaps = Array.from(untaken(heads, taken, after, last).take(limit));
  return { receipts: leaves.map(({ id }) => id), gaps, last };
}

/** Of the places after one and up to another that the heads count, those that are not taken. */
function* untaken(heads: readonly Counted[], taken: ReadonlySet<string>, after: LeafPlace, last: LeafPlace | null): Generator<string> {
  for (const { epoch, size } of heads) {
    if (last && epoch > last.epoch) return;
    const first = epoch === after.epoch ? after.leaf_index + 1 : firstOf(epoch);
    const end = epoch === last?.epoch ? last.leaf_index : size;
    for (let leaf_index = first; leaf_index < end; leaf_index++) {
      const place = nameOf({ epoch, leaf_index });
      if (!taken.has(place)) yield place;
    }
  }
}

/** Of these places, those that no receipt has still. */
export async function gapsAmong(tx: Transaction, tenant: string, places: readonly string[]): Promise<readonly string[]> {
  if (places.length === 0) return [];
  const rows = await tx.query<{ place: string }>(
    `SELECT place FROM unnest($2::text[]) AS p (place) WHERE NOT EXISTS (SELECT FROM log_leaves l
       WHERE l.tenant_id = $1 AND l.epoch = split_part(place, '/', 1)::integer AND l.leaf_index = split_part(place, '/', 2)::bigint)`,
    [tenant, places],
  );
  return rows.map(({ place }) => place);
}

/** Each epoch but the first begins with what links it to the one before, which is no receipt. */
function firstOf(epoch: number): number {
  return epoch === 1 ? 0 : 1;
}

function nameOf({ epoch, leaf_index }: LeafPlace): string {
  return `${epoch}/${leaf_index}`;
}

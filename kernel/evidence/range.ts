import { Problem } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { logOrigin } from '../log/names.ts';
import { type Checkpoint, checkpointAt, cosigned, latestCheckpoint, readTiles } from '../log/store.ts';
import { TileSet, tilesOf } from '../log/tiles.ts';
import { EMPTY_ROOT, frontierRanges } from '../log/tree.ts';
import { type Moment, momentOf } from './moment.ts';

/** A stretch of one epoch of the log, from a checkpoint to a later one. */
export interface Segment {
  readonly origin: string;
  readonly epoch: number;
  /** Leaves [from, to). */
  readonly from: number;
  readonly to: number;
  /** Base64. */
  readonly fromRoot: string;
  readonly toRoot: string;
  readonly proof: SegmentProof;
}

interface SegmentProof {
  /** Roots of the perfect subtrees of what comes before, base64, the largest first. */
  readonly frontier: readonly string[];
  /** Signed notes, with the cosignatures that they have. Null where nothing comes before. */
  readonly from_checkpoint: string | null;
  readonly to_checkpoint: string;
}

export interface Range extends Moment {
  /** In the order of the epochs; one at least. */
  readonly segments: readonly Segment[];
}

/**
 * The leaves between the newest checkpoint at or before `from` and the newest at or before `to`, of every epoch that they are
 * in. A moment always means the same checkpoint, so ranges that adjoin neither overlap nor leave anything out. Where there are
 * no leaves, the one segment is empty: that there are none is proven too.
 * @param from null for the beginning @param to null for all that there is
 * @throws Problem `invalid-input` where the log had not begun by `to`
 */
export async function rangeOf(
  tx: Transaction,
  { tenant, origin }: { tenant: string; origin: string },
  { from, to }: { from: string | null; to: string | null },
): Promise<Range> {
  const moment = await momentOf(tx, tenant);
  const bounds: { from: Checkpoint | null; to: Checkpoint }[] = [];
  for (let epoch = 1; epoch <= moment.epoch; epoch++) {
    const until = to === null ? await latestCheckpoint(tx, tenant, epoch) : await checkpointAt(tx, tenant, epoch, to);
    if (until) bounds.push({ from: from === null ? null : await checkpointAt(tx, tenant, epoch, from), to: until });
  }
  const last = bounds.at(-1);
  if (!last) throw notBegun(to);
  const segments: Segment[] = [];
  for (const bound of bounds) {
    if (bound === last || bound.to.size > (bound.from?.size ?? 0)) segments.push(await segmentOf(tx, tenant, origin, bound));
  }
  return { ...moment, segments };
}

async function segmentOf(
  tx: Transaction,
  tenant: string,
  origin: string,
  { from, to }: { from: Checkpoint | null; to: Checkpoint },
): Promise<Segment> {
  const ranges = frontierRanges(from?.size ?? 0);
  const [tiles, fromNote, toNote] = await Promise.all([
    readTiles(tx, tenant, to.epoch, tilesOf(ranges)),
    from && cosigned(tx, tenant, from),
    cosigned(tx, tenant, to),
  ]);
  const set = new TileSet(tiles);
  return {
    origin: logOrigin(origin, to.epoch),
    epoch: to.epoch,
    from: from?.size ?? 0,
    to: to.size,
    fromRoot: Buffer.from(from?.root ?? EMPTY_ROOT).toString('base64'),
    toRoot: Buffer.from(to.root).toString('base64'),
    proof: { frontier: ranges.map((range) => set.hashOf(range).toString('base64')), from_checkpoint: fromNote, to_checkpoint: toNote },
  };
}

function notBegun(to: string | null): Problem {
  if (to === null) return new Problem('unavailable', 'The log has no checkpoint yet: ask again in a moment.');
  return new Problem('invalid-input', `The log had no checkpoint by ${to}, so nothing can be proven of the time before.`, {
    errors: [{ path: 'to', message: 'is before the first checkpoint of the log' }],
  });
}

import { formatConsistency, formatProof } from '../../sdk/verify/checkpoint.ts';
import type { Transaction } from '../database/database.ts';
import { type Checkpoint, cosigned, readTiles } from './store.ts';
import { TileSet, tilesOf } from './tiles.ts';
import { consistencyRanges, inclusionRanges, type Range } from './tree.ts';

/**
 * C2SP tlog-proofs of leaves of one epoch, against one of its checkpoints. Tiles that several need are read once.
 * @returns by leaf index @throws CorruptLog
 */
export async function inclusionProofs(
  tx: Transaction,
  tenant: string,
  checkpoint: Checkpoint,
  indexes: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const { epoch, size } = checkpoint;
  const paths = indexes.map((index) => ({ index, ranges: inclusionRanges(index, size) }));
  const [tiles, note] = await Promise.all([
    tilesFor(
      tx,
      tenant,
      epoch,
      paths.flatMap(({ ranges }) => ranges),
    ),
    cosigned(tx, tenant, checkpoint),
  ]);
  return new Map(
    paths.map(({ index, ranges }) => [
      index,
      formatProof({ index: BigInt(index), hashes: ranges.map((range) => tiles.hashOf(range)), checkpoint: note }),
    ]),
  );
}

/** That the log only grew since it had `oldSize` leaves: hashes, as RFC 9162 orders them. @throws CorruptLog */
export async function consistencyHashes(tx: Transaction, tenant: string, epoch: number, oldSize: number, size: number): Promise<readonly Buffer[]> {
  if (oldSize === 0 || oldSize === size) return [];
  const ranges = consistencyRanges(oldSize, size);
  const tiles = await tilesFor(tx, tenant, epoch, ranges);
  return ranges.map((range) => tiles.hashOf(range));
}

/** The same as the body of a C2SP tlog-witness request. @throws CorruptLog */
export async function consistencyProof(tx: Transaction, tenant: string, oldSize: number, checkpoint: Checkpoint): Promise<string> {
  const hashes = await consistencyHashes(tx, tenant, checkpoint.epoch, oldSize, checkpoint.size);
  return formatConsistency({ oldSize: BigInt(oldSize), hashes, checkpoint: await cosigned(tx, tenant, checkpoint) });
}

async function tilesFor(tx: Transaction, tenant: string, epoch: number, ranges: readonly Range[]): Promise<TileSet> {
  return new TileSet(await readTiles(tx, tenant, epoch, tilesOf(ranges)));
}

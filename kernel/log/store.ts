import { Problem } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { Tile, TileId } from './tiles.ts';

/** How far a log has been integrated: all that is stored, signed or not. */
export interface Head {
  readonly epoch: number;
  readonly size: number;
  readonly root: Buffer;
}

/** A head that has been signed. `note` has the log's own signature; cosignatures come beside it. */
export interface Checkpoint extends Head {
  readonly note: string;
}

/** The epoch that receipts go into, and what it begins with: null for the first, which begins with the first receipt. */
export interface Epoch {
  readonly epoch: number;
  readonly link: {
    /** Leaf 0: the last checkpoint of the epoch before. */
    readonly entry: string;
    /** The epoch and the size of that checkpoint. */
    readonly previous_epoch: number;
    readonly previous_size: number;
  } | null;
}

/** Where nothing may come between, read it after the head's lock is held: whoever begins an epoch holds that too. */
export async function currentEpoch(tx: Transaction, tenant: string): Promise<Epoch> {
  const [latest] = await tx.query<{ epoch: number; entry: string; previous_epoch: number; previous_size: number }>(
    'SELECT epoch, entry, previous_epoch, previous_size FROM log_epochs WHERE tenant_id = $1 ORDER BY epoch DESC LIMIT 1',
    [tenant],
  );
  return latest ? { epoch: latest.epoch, link: latest } : { epoch: 1, link: null };
}

export async function headOf(tx: Transaction, tenant: string, epoch: number): Promise<Head | null> {
  const [head] = await tx.query<Head>('SELECT epoch, size, root FROM log_heads WHERE tenant_id = $1 AND epoch = $2', [tenant, epoch]);
  return head ?? null;
}

/** The newest checkpoint of an epoch, or null before the first. */
export async function latestCheckpoint(tx: Transaction, tenant: string, epoch: number): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query<Checkpoint>(
    'SELECT epoch, size, root, note FROM log_checkpoints WHERE tenant_id = $1 AND epoch = $2 ORDER BY size DESC LIMIT 1',
    [tenant, epoch],
  );
  return checkpoint ?? null;
}

/** What was signed last, of whichever epoch. */
export async function lastSigned(tx: Transaction, tenant: string): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query<Checkpoint>(
    'SELECT epoch, size, root, note FROM log_checkpoints WHERE tenant_id = $1 ORDER BY epoch DESC, size DESC LIMIT 1',
    [tenant],
  );
  return checkpoint ?? null;
}

/** Checkpoints to choose from: under load there are some each second, and a witness may be a moment behind. */
const CHOICE = 50;

/** The newest that there was at a moment, by the database's clock. */
export async function checkpointAt(tx: Transaction, tenant: string, epoch: number, moment: string): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query<Checkpoint>(
    'SELECT epoch, size, root, note FROM log_checkpoints WHERE tenant_id = $1 AND epoch = $2 AND created_at <= $3 ORDER BY size DESC LIMIT 1',
    [tenant, epoch, moment],
  );
  return checkpoint ?? null;
}

/** A checkpoint of at least this size: the newest that so many witnesses have cosigned, or else the newest. */
export async function checkpointFor(tx: Transaction, tenant: string, epoch: number, size: number, quorum: number): Promise<Checkpoint | null> {
  const [checkpoint] = await tx.query<Checkpoint>(
    `SELECT epoch, size, root, note FROM (
         SELECT * FROM log_checkpoints WHERE tenant_id = $1 AND epoch = $2 AND size >= $3 ORDER BY size DESC LIMIT ${CHOICE}) c
       ORDER BY (SELECT count(*) FROM log_cosignatures s WHERE s.tenant_id = $1 AND s.epoch = $2 AND s.size = c.size) >= $4 DESC, size DESC LIMIT 1`,
    [tenant, epoch, size, quorum],
  );
  return checkpoint ?? null;
}

/** A checkpoint's note with the cosignatures that it has by now. */
export async function cosigned(tx: Transaction, tenant: string, { epoch, size, note }: Checkpoint): Promise<string> {
  const lines = await tx.query<{ line: string }>(
    'SELECT line FROM log_cosignatures WHERE tenant_id = $1 AND epoch = $2 AND size = $3 ORDER BY witness',
    [tenant, epoch, size],
  );
  return note + lines.map(({ line }) => line).join('');
}

/** Each tile as wide as it is stored. One that is not there is left out. */
export async function readTiles(tx: Transaction, tenant: string, epoch: number, wanted: readonly TileId[]): Promise<readonly Tile[]> {
  if (wanted.length === 0) return [];
  const rows = await tx.query<{ level: number; index: number; hashes: Uint8Array<ArrayBuffer> }>(
    `SELECT w.level, w.index, t.hashes
       FROM unnest($3::integer[], $4::bigint[]) AS w (level, index)
       CROSS JOIN LATERAL (SELECT hashes FROM log_tiles
         WHERE tenant_id = $1 AND epoch = $2 AND level = w.level AND tile_index = w.index ORDER BY width DESC LIMIT 1) t`,
    [tenant, epoch, wanted.map(({ level }) => level), wanted.map(({ index }) => index)],
  );
  return rows.map(({ level, index, hashes: { buffer, byteOffset, byteLength } }) => ({
    level,
    index,
    hashes: Buffer.from(buffer, byteOffset, byteLength),
  }));
}

/** @throws Problem `unavailable` where a log has not begun, which takes a moment after its tenant has */
export function requireCheckpoint(checkpoint: Checkpoint | null): Checkpoint {
  if (!checkpoint) throw new Problem('unavailable', 'The log has no checkpoint yet: ask again in a moment.');
  return checkpoint;
}

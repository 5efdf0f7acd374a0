import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { frontierRanges, HASH_BYTES, nodeHash, nodesOver, perfectRoot, type Range, splitOf, TILE_HEIGHT, TILE_WIDTH } from './tree.ts';

/** A tile (C2SP tlog-tiles): consecutive hashes of one level. Hash i of level l is the root of 256^l leaves. */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

export interface Tile extends TileId {
  /** One after the other, as C2SP tlog-tiles serves them. */
  readonly hashes: Buffer;
}

export function widthOf({ hashes }: Tile): number {
  return hashes.length / HASH_BYTES;
}

/** A log's own hashes contradict each other: somebody has altered what is stored. */
export class CorruptLog extends Error {}

const keyOf = ({ level, index }: TileId) => `${level}/${index}`;

/** By the digest of a tile, its hashes and the nodes over them by height, since most proofs lead through the same few tiles; some 16 KiB each. */
const nodesByTile = new LRUCache<string, Buffer[]>({ max: 512 });

/** Tiles that were read, and the hashes of any part of the tree that they hold. */
export class TileSet {
  readonly #tiles: ReadonlyMap<string, Tile>;
  readonly #nodes = new Map<string, Buffer[]>();

  constructor(tiles: readonly Tile[]) {
    this.#tiles = new Map(tiles.map((tile) => [keyOf(tile), tile]));
  }

  /** The Merkle tree hash of a range that a proof consists of. @throws CorruptLog where a tile is not there, or too short */
  hashOf({ start, end }: Range): Buffer {
    const width = end - start;
    const half = splitOf(width);
    if (width > 1 && half * 2 !== width) return nodeHash(this.hashOf({ start, end: start + half }), this.hashOf({ start: start + half, end }));
    const { level, index, offset, count } = placeOf({ start, end });
    const tile = this.#tiles.get(keyOf({ level, index }));
    const stored = tile ? widthOf(tile) : 0;
    if (!tile || stored < offset + count)
      throw new CorruptLog(`tile ${level}/${index} has ${stored} of ${offset + count} hashes that it should have`);
    const at = (offset / count) * HASH_BYTES;
    return this.#nodesOf(tile, Math.log2(count)).subarray(at, at + HASH_BYTES);
  }

  #nodesOf(tile: Tile, height: number): Buffer {
    const rows = this.#nodes.get(keyOf(tile)) ?? knownNodes(tile);
    this.#nodes.set(keyOf(tile), rows);
    let top = rows.at(-1) ?? tile.hashes;
    while (rows.length <= height) {
      top = nodesOver(top);
      rows.push(top);
    }
    return rows[height] ?? top;
  }
}

function knownNodes({ hashes }: Tile): Buffer[] {
  const digest = hash('sha256', hashes, 'base64');
  const rows = nodesByTile.get(digest) ?? [hashes];
  nodesByTile.set(digest, rows);
  return rows;
}

/** The tiles that hold the hashes of these ranges. */
export function tilesOf(ranges: readonly Range[]): readonly TileId[] {
  const found = new Map<string, TileId>();
  for (const range of ranges.flatMap(perfectParts)) {
    const { level, index } = placeOf(range);
    found.set(keyOf({ level, index }), { level, index });
  }
  return [...found.values()];
}

/** The tiles on the right edge of a tree, from which it grows: those that are not full. */
export function edgeTiles(size: number): readonly (TileId & { readonly width: number })[] {
  const edge: (TileId & { width: number })[] = [];
  for (let level = 0, left = size; left > 0; level++, left = Math.floor(left / TILE_WIDTH)) {
    const width = left % TILE_WIDTH;
    if (width > 0) edge.push({ level, index: Math.floor(left / TILE_WIDTH), width });
  }
  return edge;
}

/** A tree by its right edge: grows by leaves, and hands out the tiles that have become full and those that have become wider. */
export class TreeEdge {
  #size: number;
  readonly #levels: Buffer[][] = [];
  readonly #full: Tile[] = [];

  /** @param tiles of the right edge of a tree of this size */
  constructor(size: number, tiles: readonly Tile[]) {
    this.#size = size;
    for (const { level, hashes } of tiles) this.#levels[level] = hashesIn(hashes);
  }

  get size(): number {
    return this.#size;
  }

  append(leaf: Buffer): void {
    this.#push(0, leaf);
    this.#size += 1;
  }

  root(): Buffer {
    const set = new TileSet(edgeTiles(this.#size).map((id) => this.#partial(id)));
    const [last, ...others] = frontierRanges(this.#size).toReversed();
    if (!last) throw new RangeError('a tree without leaves has no edge');
    return others.reduce((right, range) => nodeHash(set.hashOf(range), right), set.hashOf(last));
  }

  /** What is to be stored since the tree had `from` leaves. */
  grown(from: number): readonly Tile[] {
    const before = new Map(edgeTiles(from).map((tile) => [keyOf(tile), tile.width]));
    const wider = edgeTiles(this.#size).filter((tile) => before.get(keyOf(tile)) !== tile.width);
    return [...this.#full, ...wider.map((id) => this.#partial(id))];
  }

  #partial({ level, index }: TileId): Tile {
    return { level, index, hashes: Buffer.concat(this.#levels[level] ?? []) };
  }

  #push(level: number, hash: Buffer): void {
    this.#levels[level] ??= [];
    if (this.#levels[level].push(hash) < TILE_WIDTH) return;
    const full = this.#partial({ level, index: Math.floor(this.#size / TILE_WIDTH ** (level + 1)) });
    this.#full.push(full);
    this.#levels[level] = [];
    this.#push(level + 1, perfectRoot(full.hashes));
  }
}

function perfectParts(range: Range): readonly Range[] {
  return frontierRanges(range.end - range.start).map(({ start, end }) => ({ start: range.start + start, end: range.start + end }));
}

/** Where the hashes under a perfect subtree lie. */
function placeOf({ start, end }: Range): TileId & { readonly offset: number; readonly count: number } {
  const height = Math.log2(end - start);
  const level = Math.floor(height / TILE_HEIGHT);
  const first = start / TILE_WIDTH ** level;
  return { level, index: Math.floor(first / TILE_WIDTH), offset: first % TILE_WIDTH, count: 2 ** (height % TILE_HEIGHT) };
}

function hashesIn(hashes: Buffer): Buffer[] {
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

import { hash } from 'node:crypto';

/** RFC 9162, section 2.1, on hashes of 32 bytes. Sizes and indexes are numbers, exact up to 2⁴⁶ leaves, which is out of reach. */

/** The hashes in a full tile (C2SP tlog-tiles), and the binary levels that a tile spans. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** The root of a tree without leaves. */
export const EMPTY_ROOT = hash('sha256', '', 'buffer');

export const HASH_BYTES = 32;

/** What is hashed for a node: the prefix 1, left, right. */
const scratch = Buffer.alloc(1 + 2 * HASH_BYTES);
scratch[0] = 1;

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  scratch.set(left, 1);
  scratch.set(right, 1 + HASH_BYTES);
  // A buffer asked of `hash` is memory outside the heap each time, which takes three times as long.
  return Buffer.from(hash('sha256', scratch, 'binary'), 'latin1');
}

/** Where `perfectRoot` writes each level of a tile over the one below it. */
const level = Buffer.alloc(TILE_WIDTH * HASH_BYTES);

/** The root over hashes of one tile, 2^k of them, one after the other. */
export function perfectRoot(hashes: Buffer): Buffer {
  if (hashes.length < HASH_BYTES) throw new RangeError('a perfect tree has at least one hash');
  hashes.copy(level);
  for (let length = hashes.length; length > HASH_BYTES; length /= 2) {
    for (let at = 0; at < length; at += 2 * HASH_BYTES) {
      level.copy(scratch, 1, at, at + 2 * HASH_BYTES);
      level.write(hash('sha256', scratch, 'binary'), at / 2, 'latin1');
    }
  }
  return Buffer.from(level.subarray(0, HASH_BYTES));
}

/** The nodes over hashes, one after the other, each over two; over the last of an odd number there is none. */
export function nodesOver(hashes: Buffer): Buffer {
  const nodes = Buffer.alloc(Math.floor(hashes.length / (2 * HASH_BYTES)) * HASH_BYTES);
  for (let at = 0; at < nodes.length; at += HASH_BYTES) {
    hashes.copy(scratch, 1, 2 * at, 2 * at + 2 * HASH_BYTES);
    nodes.write(hash('sha256', scratch, 'binary'), at, 'latin1');
  }
  return nodes;
}

/** The root over some leaves of a tree that is small enough to be there as a whole, by their hashes. */
export function rangeHash(leaves: readonly Buffer[], { start, end }: Range): Buffer {
  const leaf = leaves[start];
  if (!leaf || end > leaves.length) throw new RangeError(`there are no leaves from ${start} to ${end} among ${leaves.length}`);
  if (end - start === 1) return leaf;
  const middle = start + splitOf(end - start);
  return nodeHash(rangeHash(leaves, { start, end: middle }), rangeHash(leaves, { start: middle, end }));
}

/** The inclusion proofs of all leaves of such a tree, each from its sibling up: every node is hashed once. */
export function inclusionPaths(leaves: readonly Buffer[]): readonly (readonly Buffer[])[] {
  const paths = leaves.map((): Buffer[] => []);
  const walk = (start: number, end: number): Buffer => {
    if (end - start === 1) return rangeHash(leaves, { start, end });
    const middle = start + splitOf(end - start);
    const [left, right] = [walk(start, middle), walk(middle, end)];
    for (const path of paths.slice(start, middle)) path.push(right);
    for (const path of paths.slice(middle, end)) path.push(left);
    return nodeHash(left, right);
  };
  if (leaves.length > 0) walk(0, leaves.length);
  return paths;
}

/** Leaves [start, end) of a log. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Whose hashes are the inclusion proof of a leaf, from its sibling up (RFC 9162, section 2.1.3.1). */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  const walk = (start: number, end: number): Range[] => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle ? [...walk(start, middle), { start: middle, end }] : [...walk(middle, end), { start, end: middle }];
  };
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new RangeError(`a log of ${size} leaves has no leaf ${index}`);
  return walk(0, size);
}

/** Whose hashes prove that a tree of `size` leaves began as one of `oldSize` (RFC 9162, section 2.1.4.1). */
export function consistencyRanges(oldSize: number, size: number): readonly Range[] {
  const walk = (start: number, end: number, isWhole: boolean): Range[] => {
    if (oldSize === end) return isWhole ? [] : [{ start, end }];
    const middle = start + splitOf(end - start);
    if (oldSize <= middle) return [...walk(start, middle, isWhole), { start: middle, end }];
    return [...walk(middle, end, false), { start, end: middle }];
  };
  if (oldSize < 1 || oldSize > size) throw new RangeError(`a log of ${size} leaves never had ${oldSize}`);
  return walk(0, size, true);
}

/** The perfect subtrees of the first `size` leaves, the largest first. */
export function frontierRanges(size: number): readonly Range[] {
  const ranges: Range[] = [];
  for (let start = 0; start < size; ) {
    const end = start + 2 ** Math.floor(Math.log2(size - start));
    ranges.push({ start, end });
    start = end;
  }
  return ranges;
}

/** The root over perfect subtrees, the largest first. */
export function foldFrontier(frontier: readonly Buffer[]): Buffer {
  return frontier.length === 0 ? EMPTY_ROOT : frontier.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two that is smaller than n. */
export function splitOf(n: number): number {
  const half = 2 ** Math.floor(Math.log2(n));
  return half === n ? n / 2 : half;
}

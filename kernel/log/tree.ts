import { hash } from 'node:crypto';

/** RFC 9162, section 2.1, on hashes of 32 bytes. Sizes and indexes are numbers, exact up to 2⁴⁶ leaves, which is out of reach. */

/** The hashes in a full tile (C2SP tlog-tiles), and the binary levels that a tile spans. */
export const TILE_WIDTH = 256;
export const TILE_HEIGHT = 8;

/** The root of a tree without leaves. */
export const EMPTY_ROOT = hash('sha256', '', 'buffer');

const scratch = Buffer.alloc(65);
scratch[0] = 1;

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  scratch.set(left, 1);
  scratch.set(right, 33);
  return hash('sha256', scratch, 'buffer');
}

/** The root over hashes of one level, 2^k of them. */
export function perfectRoot(hashes: readonly Buffer[]): Buffer {
  let level = hashes;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(nodeHash(level[i] as Buffer, level[i + 1] as Buffer));
    level = above;
  }
  const [root] = level;
  if (!root) throw new RangeError('a perfect tree has at least one hash');
  return root;
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

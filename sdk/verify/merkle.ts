import { type Bytes, concatBytes, equalBytes, fromBase64, sha256 } from './bytes.ts';

/** The root of a tree without leaves: SHA-256 of nothing (RFC 9162, section 2.1.1). */
export const EMPTY_ROOT: Uint8Array = fromBase64('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');

/** RFC 9162, section 2.1.1. The prefix keeps a leaf from being taken for a node. */
export function leafHash(entry: Uint8Array): Promise<Bytes> {
  return sha256(concatBytes(LEAF, entry));
}

/** @throws TypeError for anything but hashes */
export function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  if (!areHashes([left, right])) throw new TypeError('a node is made of two hashes of 32 bytes');
  return sha256(concatBytes(NODE, left, right));
}

export interface Inclusion {
  readonly index: bigint;
  readonly size: bigint;
  /** The leaf's hash. */
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** RFC 9162, section 2.1.3.2. */
export async function verifyInclusion({ index, size, leaf, proof, root }: Inclusion): Promise<boolean> {
  if (index < 0n || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let hash = leaf;
  const isWhole = await climb(index, size - 1n, proof, async (sibling, isLeft) => {
    hash = isLeft ? await nodeHash(sibling, hash) : await nodeHash(hash, sibling);
  });
  return isWhole && equalBytes(hash, root);
}

export interface Consistency {
  readonly oldSize: bigint;
  readonly oldRoot: Uint8Array;
  readonly newSize: bigint;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** RFC 9162, section 2.1.4.2. From size 0 nothing is proven, and so it is refused. */
export async function verifyConsistency({ oldSize, oldRoot, newSize, newRoot, proof }: Consistency): Promise<boolean> {
  if (oldSize <= 0n || oldSize > newSize || !areHashes([oldRoot, newRoot, ...proof])) return false;
  if (oldSize === newSize) return proof.length === 0 && equalBytes(oldRoot, newRoot);
  let [node, last] = [oldSize - 1n, newSize - 1n];
  while (isOdd(node)) [node, last] = [node >> 1n, last >> 1n];
  // Where the old tree is a perfect subtree of the new one, its root is where both begin.
  const [first, ...rest] = node === 0n ? [oldRoot, ...proof] : proof;
  if (!first || proof.length === 0) return false;
  let [older, newer] = [first, first];
  const isWhole = await climb(node, last, rest, async (sibling, isLeft) => {
    if (isLeft) older = await nodeHash(sibling, older);
    newer = isLeft ? await nodeHash(sibling, newer) : await nodeHash(newer, sibling);
  });
  return isWhole && equalBytes(older, oldRoot) && equalBytes(newer, newRoot);
}

/** A tree that grows at its end: of what is already in it, the roots of the perfect subtrees are enough. */
export class CompactRange {
  #size: bigint;
  readonly #hashes: Uint8Array[];

  private constructor(size: bigint, hashes: readonly Uint8Array[]) {
    this.#size = size;
    this.#hashes = [...hashes];
  }

  /** @param hashes roots of the perfect subtrees of the first `size` leaves, largest first @throws TypeError for another number of them */
  static of(size = 0n, hashes: readonly Uint8Array[] = []): CompactRange {
    const subtrees = size < 0n ? -1 : size.toString(2).replaceAll('0', '').length;
    if (hashes.length !== subtrees || !areHashes(hashes)) throw new TypeError(`${hashes.length} hashes are no tree of size ${size}`);
    return new CompactRange(size, hashes);
  }

  get size(): bigint {
    return this.#size;
  }

  get hashes(): readonly Uint8Array[] {
    return [...this.#hashes];
  }

  /** @param leaf its hash @throws TypeError for anything but a hash */
  async append(leaf: Uint8Array): Promise<void> {
    await this.extend([leaf]);
  }

  /** Appends leaves, a perfect subtree at a time: hashes that do not wait for each other are made together. */
  async extend(leaves: readonly Uint8Array[]): Promise<void> {
    if (!areHashes(leaves)) throw new TypeError('a leaf has a hash of 32 bytes');
    for (let at = 0; at < leaves.length; ) {
      let count = 1;
      while (count * 2 <= leaves.length - at && this.#size % BigInt(count * 2) === 0n) count *= 2;
      await this.#join(await perfectRoot(leaves.slice(at, at + count)), BigInt(count));
      at += count;
    }
  }

  async #join(subtree: Uint8Array, count: bigint): Promise<void> {
    let hash = subtree;
    for (let left = this.#size / count; isOdd(left); left >>= 1n) hash = await nodeHash(this.#hashes.pop() ?? EMPTY_ROOT, hash);
    this.#hashes.push(hash);
    this.#size += count;
  }

  async root(): Promise<Uint8Array> {
    let root: Uint8Array | null = null;
    for (const hash of this.#hashes.toReversed()) root = root === null ? hash : await nodeHash(hash, root);
    return root ?? EMPTY_ROOT;
  }
}

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** @param leaves as many as a power of two */
async function perfectRoot(leaves: readonly Uint8Array[]): Promise<Uint8Array> {
  let level = leaves;
  while (level.length > 1) {
    const lefts = level.filter((_, index) => index % 2 === 0);
    level = await Promise.all(lefts.map((left, index) => nodeHash(left, level[index * 2 + 1] ?? EMPTY_ROOT)));
  }
  return level[0] ?? EMPTY_ROOT;
}

/**
 * Goes up from a node of its level, `end` being the last one of its level.
 * @returns whether the siblings lead exactly to the root
 */
async function climb(
  start: bigint,
  end: bigint,
  siblings: readonly Uint8Array[],
  join: (sibling: Uint8Array, isLeft: boolean) => Promise<void>,
): Promise<boolean> {
  let [node, last] = [start, end];
  for (const sibling of siblings) {
    if (last === 0n) return false;
    const isLeft = isOdd(node) || node === last;
    await join(sibling, isLeft);
    // A last node without a sibling is its own parent.
    if (isLeft) while (!isOdd(node) && node !== 0n) [node, last] = [node >> 1n, last >> 1n];
    [node, last] = [node >> 1n, last >> 1n];
  }
  return last === 0n;
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function areHashes(values: readonly Uint8Array[]): boolean {
  return values.every(({ length }) => length === 32);
}

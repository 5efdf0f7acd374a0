import { createHash } from 'node:crypto';

/** RFC 9162, section 2.1, word for word: slow, recursive, and so plain that it can be compared with. Leaves are their hashes. */
export function oracleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [first, second] = leaves;
  if (!first) return createHash('sha256').digest();
  if (!second) return first;
  const cut = largestPowerBelow(leaves.length);
  return node(oracleRoot(leaves.slice(0, cut)), oracleRoot(leaves.slice(cut)));
}

export function oracleLeaf(entry: Uint8Array): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(0)).update(entry).digest();
}

/** PATH(m, D[n]), section 2.1.3.1. */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const cut = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, cut), leaves.slice(cut)];
  return index < cut ? [...inclusionProof(left, index), oracleRoot(right)] : [...inclusionProof(right, index - cut), oracleRoot(left)];
}

/** PROOF(m, D[n]), section 2.1.4.1. */
export function consistencyProof(leaves: readonly Uint8Array[], oldSize: number): Uint8Array[] {
  return subproof(leaves, oldSize, true);
}

function subproof(leaves: readonly Uint8Array[], oldSize: number, isKnown: boolean): Uint8Array[] {
  if (oldSize === leaves.length) return isKnown ? [] : [oracleRoot(leaves)];
  const cut = largestPowerBelow(leaves.length);
  const [left, right] = [leaves.slice(0, cut), leaves.slice(cut)];
  return oldSize <= cut ? [...subproof(left, oldSize, isKnown), oracleRoot(right)] : [...subproof(right, oldSize - cut, false), oracleRoot(left)];
}

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

/** The largest power of two smaller than `count`. */
function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}

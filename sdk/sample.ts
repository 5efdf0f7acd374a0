import { sha256 } from './digest.ts';

/**
 * A sample that nobody picks: the first ids in the order of SHA-256(seed ":" id), lowercase hex. Whoever has the seed draws
 * the same one, and whoever names the seed beforehand knows that none was tried and thrown away.
 */
export function sampleOf(ids: readonly string[], seed: string, count: number): readonly string[] {
  return ids
    .map((id) => ({ id, key: sha256(`${seed}:${id}`) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, count)
    .map(({ id }) => id);
}

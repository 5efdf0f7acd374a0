import { sha256 } from './digest.ts';

/**
 * A sample that nobody picks: the first ids in the order of SHA-256(seed ":" id), lowercase hex. Whoever has the seed draws the
 * same one, and whoever names the seed beforehand knows that none was tried and thrown away.
 *
 * @param count at most so many
 * @example
 * ```ts
 * const ids = ['a', 'b', 'c', 'd'];
 * const drawn = sampleOf(ids, '2026-11-23', 2);
 * assert.equal(drawn.length, 2);
 * assert.deepEqual(sampleOf(ids.toReversed(), '2026-11-23', 2), drawn, 'it hangs on the seed, and not on the order');
 * ```
 */
export function sampleOf(ids: readonly string[], seed: string, count: number): readonly string[] {
  return ids
    .map((id) => ({ id, key: sha256(`${seed}:${id}`) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, count)
    .map(({ id }) => id);
}

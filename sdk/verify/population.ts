import { envelopeShape, size } from './bundle.ts';
import type { JsonObject } from './json.ts';
import { count, flag, hash, list, name, nullable, type Of, object, oneOf, record, text, time } from './shape.ts';

/** A population: every subject of a type that was created in a range, and all leaves of the log in that range. */

export const POPULATION = 'summit-population/v1';

const LARGEST = 2_000_000;

const segmentShape = object({ origin: name, from_size: size, to_size: size, from_root: hash, to_root: hash });

const populationShape = object({
  manifest: object({
    typ: oneOf(POPULATION),
    origin: name,
    tenant: name,
    type: name,
    from: nullable(time),
    to: nullable(time),
    query: object({ from: nullable(text), to: nullable(text), seed: nullable(text), sample: nullable(count) }),
    generated_at: time,
    nonce: nullable(text),
    seed: text,
    sample: list(name, LARGEST),
    counts: object({ entries: count, subjects: count, receipts: count, sampled: count, by_status: record(count) }),
    segments: list(segmentShape, 1_000),
  }),
  subjects: list(object({ id: name, created_at: time, status: name, version: count, receipts: count, sampled: flag }), LARGEST),
  entries: list(list(text, LARGEST), 1_000),
  proof: object({ segments: list(object({ frontier: list(hash, 64), from_checkpoint: nullable(text), to_checkpoint: text }), 1_000) }),
  signature: envelopeShape,
});

export type Population = Of<typeof populationShape>;
export type Segment = Of<typeof segmentShape>;

/** @throws TypeError naming the path */
export function readPopulation(value: JsonObject): Population {
  const population = populationShape(value, '');
  const expected = ['manifest', 'subjects', 'entries', 'proof', 'signature'];
  if (Object.keys(value).some((member, index) => member !== expected[index])) {
    throw new TypeError(`the members are in another order than ${expected.join(', ')}`);
  }
  const { manifest, entries, proof } = population;
  // Without one there is no checkpoint, so nothing that anybody could vouch for.
  if (manifest.segments.length === 0) throw new TypeError('manifest.segments is empty');
  if (entries.length !== manifest.segments.length || proof.segments.length !== manifest.segments.length) {
    throw new TypeError('manifest.segments, entries and proof.segments are not of the same length');
  }
  return population;
}

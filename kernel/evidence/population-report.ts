import { type Content, type ContentOptions, csvLine } from '../../sdk/index.ts';
import { entriesOf } from '../log/leaves.ts';
import { bundleKeyName, logOrigin } from '../log/names.ts';
import type { NoteSigner } from '../log/note-signer.ts';
import { CorruptLog } from '../log/tiles.ts';
import { canonical } from '../receipts/canonical.ts';
import { listText, objectText, signedDocument } from './document.ts';
import type { PopulationSubject, Read } from './population.ts';
import type { Range, Segment } from './range.ts';

/** A population with its sample, whatever it is written as. */
export interface PopulationReport {
  readonly tenant: string;
  /** Of the tenant. */
  readonly origin: string;
  readonly type: string;
  /** RFC 3339 with milliseconds; null for no bound. */
  readonly from: string | null;
  readonly to: string | null;
  /** As it was asked, with the number that was drawn. */
  readonly query: { readonly from: string | null; readonly to: string | null; readonly seed: string | null; readonly sample: number };
  readonly nonce: string | null;
  readonly seed: string;
  /** Ids in the order in which they were drawn. */
  readonly sample: readonly string[];
  readonly subjects: readonly PopulationSubject[];
  readonly range: Range;
}

export const POPULATION_PREDICATE = 'https://summit.local/population/v1';

/** Entries that are read in one transaction: so long is none held open for a client that reads slowly. */
const PAGE = 128;

/** The signed document: what it is about, its subjects, and every leaf of the range, so that nobody can have been left out. */
export function populationDocument(
  report: PopulationReport,
  { read, signer }: { read: Read; signer: NoteSigner },
  options: ContentOptions,
): Promise<Content> {
  const { tenant, origin, type, nonce, range, sample } = report;
  const drawn = new Set(sample);
  const manifest = populationManifest(report);
  const members = [
    { name: 'manifest', text: [canonical(manifest)], readable: JSON.stringify(manifest) },
    { name: 'subjects', text: listText(report.subjects.values().map((subject) => ({ ...subject, sampled: drawn.has(subject.id) }))) },
    { name: 'entries', text: entriesText(read, tenant, range.segments) },
    { name: 'proof', text: objectText({ segments: range.segments.map(({ proof }) => proof) }) },
  ];
  const predicate = { origin, type, generated_at: range.now, nonce };
  const key = bundleKeyName(logOrigin(origin, range.epoch));
  return signedDocument(members, { signer, key, predicateType: POPULATION_PREDICATE, predicate }, options);
}

export async function* populationCsv({ type, subjects, sample }: PopulationReport): AsyncGenerator<string> {
  const drawn = new Set(sample);
  yield csvLine(['type', 'id', 'created_at', 'status', 'version', 'receipts', 'sampled']);
  for (const { id, created_at, status, version, receipts } of subjects) {
    yield csvLine([type, id, created_at, status, version, receipts, drawn.has(id)]);
  }
}

export function populationManifest({ origin, tenant, type, from, to, query, nonce, seed, sample, ...report }: PopulationReport) {
  const { now, segments } = report.range;
  return {
    typ: 'summit-population/v1',
    origin,
    tenant,
    type,
    from,
    to,
    query,
    generated_at: now,
    nonce,
    seed,
    sample,
    counts: countsOf({ ...report, sample }),
    segments: segments.map((segment) => ({
      origin: segment.origin,
      from_size: segment.from,
      to_size: segment.to,
      from_root: segment.fromRoot,
      to_root: segment.toRoot,
    })),
  };
}

export function countsOf({ subjects, sample, range }: Pick<PopulationReport, 'subjects' | 'sample' | 'range'>) {
  const byStatus = Map.groupBy(subjects, ({ status }) => status);
  return {
    entries: range.segments.reduce((sum, { from, to }) => sum + to - from, 0),
    subjects: subjects.length,
    receipts: subjects.reduce((sum, { receipts }) => sum + receipts, 0),
    sampled: sample.length,
    by_status: Object.fromEntries([...byStatus].map(([status, all]) => [status, all.length])),
  };
}

/** Entries below a checkpoint never change, so they can be read page by page, each in a transaction of its own. */
async function* entriesText(read: Read, tenant: string, segments: readonly Segment[]): AsyncGenerator<string> {
  yield '[';
  for (const [index, { epoch, from, to }] of segments.entries()) {
    yield index === 0 ? '[' : ',[';
    for (let start = from; start < to; start += PAGE) {
      const count = Math.min(PAGE, to - start);
      const entries = await read((tx) => entriesOf(tx, tenant, epoch, start, count));
      if (entries.length < count || entries.some(({ bytes }) => bytes.length === 0)) {
        throw new CorruptLog(`of the entries from ${start} of epoch ${epoch} some are lost`);
      }
      yield (start === from ? '' : ',') + entries.map(({ bytes }) => `"${bytes.toString('base64')}"`).join(',');
    }
    yield ']';
  }
  yield ']';
}

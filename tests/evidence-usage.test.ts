import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertShowable } from '../kernel/evidence/limits.ts';
import { defineEvidence, field, governed, many, sampleOf } from '../sdk/index.ts';
import { parseCheckpoint, parseProof } from '../sdk/verify/checkpoint.ts';
import { CompactRange, leafHash, verifyInclusion } from '../sdk/verify/merkle.ts';
import { type SignedDocument, sha256, statementOf } from './support/signed.ts';
import { type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Evidence that cites, and shows usage');
let s: TestSummit;

const TENANT = 'demo-external';
/** Ids of events by what they are here. Readings of January, unless another is said. */
const ids: Record<'first' | 'single' | 'second' | 'others' | 'december' | 'late', string[]> = {
  ...{ first: [], single: [], second: [], others: [] },
  ...{ december: [], late: [] },
};
/** What corrects, and what it corrects. */
let correction: { id: string; corrected: string };
let runId: string;
let run: { id: string; receipt: string };
/** How far the log had come before what is late. */
let size: number;

test.before(async () => {
  s = await testSummit((config) => ({ ...withProbe(config), requestsPerMinute: 10_000 }));
  const day = (of: number) => `2026-01-${String(of).padStart(2, '0')}T12:00:00.000Z`;
  [ids.first, ids.others] = split(await reported([...times(7, day(10)), ...times(3, day(10), 'workflow_run')]), 7);
  ids.single = await reported(times(1, day(31)));
  [ids.december, ids.second] = split(await reported([...times(2, '2025-12-31T23:30:00.000Z'), ...times(11, day(12))]), 2);
  const corrected = ids.second[0] ?? '';
  const { external_id } = (await s.get('auditor', `/metering/events/${corrected}`)).body;
  const [id = ''] = await reported([{ type: 'probe_reading', corrects: external_id, data: { quantity: '0' } }]);
  correction = { id, corrected };
  const measured = Array.from({ length: 5 }, (_, index) => ({ type: 'probe_reading', quantity: `${index}.50`, sensor: `s${index}` }));
  const { body } = await s.post('engineer', '/probe-runs', { measured: [...measured, { type: 'workflow_run', quantity: '1' }] });
  runId = body.id;
  run = { id: body.id, receipt: body.receipt.id };
  size = await sizeNow();
  ids.late = await reported(times(2, day(15)));
  await sizeNow();
});
test.after(() => s?.close());

let reports = 0;

function times(count: number, time: string, type = 'probe_reading'): object[] {
  return Array.from({ length: count }, (_, index) => ({
    type,
    time,
    data: { quantity: `${index + 1}`, ...(type === 'probe_reading' && { sensor: 'ö' }) },
  }));
}

/** @returns their ids */
async function reported(events: readonly object[]): Promise<string[]> {
  const sent = events.map((event) => ({ specversion: '1.0', id: `e-${reports++}`, source: '/probes', ...event }));
  const { status, body } = await s.post('operator', '/metering/events', sent);
  assert.equal([status, body.accepted], [200, events.length], JSON.stringify(body));
  return body.events.map(({ event_id }: SignedDocument) => event_id);
}

function split<T>(list: readonly T[], at: number): [T[], T[]] {
  return [list.slice(0, at), list.slice(at)];
}

async function sizeNow(): Promise<number> {
  await s.summit.services.transparencyLog.upToDate(TENANT);
  return Number(checkpointIn((await s.get('auditor', '/log/checkpoint')).body).size);
}

/** What a note says; whether it is genuine is tested with all evidence. */
function checkpointIn(note: string) {
  return parseCheckpoint(note.slice(0, note.indexOf('\n\n') + 1));
}

const JANUARY = { types: ['probe_reading'], from_day: '2026-01-01', to_day: '2026-01-31', time_zone: 'UTC' };

async function billed(fields: object = {}): Promise<string> {
  const { status, body } = await s.post('engineer', '/probe-bills', { ...JANUARY, size, event_ids: [], run_ids: [runId], ...fields });
  assert.is(status, 201, JSON.stringify(body));
  return `/evidence/probe-bills/${body.id}`;
}

async function bundle(path: string): Promise<SignedDocument> {
  const { status, body } = await s.get('auditor', path);
  assert.is(status, 200, JSON.stringify(body).slice(0, 500));
  return body;
}

const inJanuary = () => [...ids.first, ...ids.single, ...ids.second, correction.id];
const idsOf = ({ usage_events }: SignedDocument): string[] => usage_events.map(({ event }: SignedDocument) => event.id);

/** From the specification alone, the receipts by id with the tree that each binds. */
function treesOf({ cited_receipts, receipts }: SignedDocument): ReadonlyMap<string, { count: number; root: Buffer }> {
  return new Map(
    [...receipts, ...cited_receipts].flatMap(({ id, bytes, changes }: SignedDocument) => {
      assert.is(sha256(changes), JSON.parse(Buffer.from(bytes, 'base64').toString()).changes_digest);
      const { usage } = JSON.parse(changes);
      return usage ? [[id, { count: usage.count, root: Buffer.from(usage.root, 'base64') }] as const] : [];
    }),
  );
}

function leafOf(event: object): Buffer {
  return createHash('sha256')
    .update('\0')
    .update(canonicalize(event) ?? '')
    .digest();
}

async function assertPaths(document: SignedDocument): Promise<void> {
  const trees = treesOf(document);
  for (const { receipt, index, path, event } of document.usage_events) {
    const tree = trees.get(receipt);
    assert.ok(tree, `${receipt} is here`);
    const proof = path.map((hash: string) => Buffer.from(hash, 'base64'));
    assert.ok(await verifyInclusion({ index: BigInt(index), size: BigInt(tree.count), leaf: leafOf(event), proof, root: tree.root }), event.id);
  }
}

async function assertWhole(document: SignedDocument): Promise<void> {
  const trees = treesOf(document);
  const byReceipt = Map.groupBy<string, SignedDocument>(document.usage_events, ({ receipt }) => receipt);
  for (const [receipt, entries] of byReceipt) {
    assert.equal(
      entries.map(({ index, path }) => [index, path]),
      entries.map((_, index) => [index, null]),
    );
    const range = CompactRange.of();
    await range.extend(entries.map(({ event }) => leafOf(event)));
    assert.equal([entries.length, Buffer.from(await range.root())], [trees.get(receipt)?.count, trees.get(receipt)?.root]);
  }
}

test('by itself it shows a sample, each with the path to the root that its receipt binds', async () => {
  const document = await bundle(`${await billed()}?sample=8&seed=asked`);
  assert.equal(Object.keys(document).slice(3, 8), ['approvals', 'receipts', 'cited_receipts', 'usage_events', 'people']);
  const { usage, counts } = document.manifest;
  assert.equal(usage, {
    ...JANUARY,
    ...{ before: { epoch: 1, size }, events: 'sample', total: 20, shown: 8, seed: 'asked', sample: 8 },
  });
  assert.equal([counts.usage_events, document.usage_events.length], [8, 8]);
  await assertPaths(document);
  await statementOf(document, (await s.get('auditor', '/log/policy')).body);
});

test('a seed draws the same sample each time, and for everybody who has the ids', async () => {
  const path = await billed();
  const drawn = async (query: string) => idsOf(await bundle(path + query)).toSorted();
  assert.equal(await drawn('?sample=8&seed=one'), sampleOf(inJanuary(), 'one', 8).toSorted());
  assert.equal(await drawn('?sample=8&seed=one'), await drawn('?sample=8&seed=one'));
  assert.not.equal(await drawn('?sample=8&seed=two'), await drawn('?sample=8&seed=one'));
  assert.equal(await drawn('?sample=0&seed=one'), []);

  const { manifest } = await bundle(path);
  assert.equal([manifest.usage.events, manifest.usage.sample, manifest.usage.shown], ['sample', 25, 20], 'there are no more');
  assert.match(manifest.usage.seed, /^[0-9a-f]{32}$/);
});

test('all are shown without paths, and with them what completes the trees of their receipts', async () => {
  const document = await bundle(`${await billed()}?events=all`);
  const { events, total, shown, seed, sample } = document.manifest.usage;
  assert.equal([events, total, shown, seed, sample], ['all', 20, 20, null, null]);
  assert.equal(idsOf(document).toSorted(), [...inJanuary(), ...ids.others, ...ids.december].toSorted());
  assert.is(document.manifest.counts.usage_events, 25);
  await assertWhole(document);
});

test('what is cited is in the order of the log, each with its proof and with nobody behind it', async () => {
  for (const query of ['?events=all', '?sample=8&seed=asked']) {
    const document = await bundle((await billed()) + query);
    const { cited_receipts, receipts, people, manifest, proof } = document;
    assert.equal(
      cited_receipts.map(({ id }: SignedDocument) => id),
      manifest.cited,
    );
    assert.is(manifest.counts.cited_receipts, cited_receipts.length);
    const indexes = cited_receipts.map(({ log_index }: SignedDocument) => log_index);
    assert.equal(
      indexes,
      indexes.toSorted((a: number, b: number) => a - b),
    );
    assert.ok(manifest.cited.includes(run.receipt));
    const shown = new Set<string>(document.usage_events.map(({ receipt }: SignedDocument) => receipt));
    assert.equal([...shown, run.receipt].toSorted(), manifest.cited.toSorted());
    assert.equal(new Set([...cited_receipts, ...receipts].map(({ id }: SignedDocument) => id)).size, cited_receipts.length + receipts.length);
    for (const receipt of cited_receipts) {
      assert.equal(Object.keys(receipt).toSorted(), ['bytes', 'changes', 'id', 'leaf_hash', 'log_index']);
      const { index, hashes, checkpoint } = parseProof(proof.receipts[receipt.id]);
      const { size: of, root } = checkpointIn(checkpoint);
      const leaf = await leafHash(Buffer.from(receipt.bytes, 'base64'));
      assert.equal([Buffer.from(leaf).toString('base64'), Number(index)], [receipt.leaf_hash, receipt.log_index]);
      assert.ok(await verifyInclusion({ index, size: of, leaf, proof: [...hashes], root }));
    }
    assert.equal(
      people.map(({ handle }: SignedDocument) => handle),
      ['engineer'],
      'who issued the bill, and not who reported usage',
    );
  }
});

test('what several events of an action are bound by is in the order of their ids', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const path = await billed({ from_day: today, to_day: today });
  const whole = await bundle(`${path}?events=all`);
  const own = whole.usage_events.filter(({ receipt }: SignedDocument) => receipt === run.receipt);
  assert.equal(
    own.map(({ event }: SignedDocument) => [event.type, event.quantity, event.metadata.sensor]),
    [...[0, 1, 2, 3, 4].map((index) => ['probe_reading', `${index}.5`, `s${index}`]), ['workflow_run', '1', undefined]],
  );
  await assertWhole(whole);
  await assertPaths(await bundle(`${path}?sample=3`));
});

test('an event that was corrected is shown as what corrects it is, and one that came later is not', async () => {
  const shown = idsOf(await bundle(`${await billed()}?events=all`));
  assert.ok(shown.includes(correction.corrected) && shown.includes(correction.id));
  assert.not.ok(ids.late.some((id) => shown.includes(id)));
  const later = await bundle(`${await billed({ size: await sizeNow() })}?events=all`);
  assert.ok(ids.late.every((id) => idsOf(later).includes(id)));
  assert.is(later.manifest.usage.total, 22);
});

test('days are those of the time zone that was asked for', async () => {
  const { manifest } = await bundle(`${await billed({ time_zone: 'Europe/Berlin' })}?events=all`);
  assert.is(manifest.usage.total, 22, 'in Berlin the last of December were of January');
});

test('events that are named are asked for as the others are, if they were there by then', async () => {
  const path = await billed({ event_ids: [...ids.december, ...ids.late, ids.first[0]] });
  const { manifest, usage_events } = await bundle(path);
  assert.equal([manifest.usage.total, manifest.usage.shown], [22, 22]);
  const shown = usage_events.map(({ event }: SignedDocument) => event.id);
  assert.equal(shown.toSorted(), [...inJanuary(), ...ids.december].toSorted());
  const drawn = sampleOf([...inJanuary(), ...ids.december], 'x', 9);
  assert.equal(idsOf(await bundle(`${path}?sample=9&seed=x`)).toSorted(), drawn.toSorted());
  assert.is((await bundle(`${path}?events=all`)).manifest.usage.total, 22);
  for (const query of ['', '?events=all']) assertSound(await verifiedEvidence(s, path + query), ['LOGGED', 'COMPLETE', 'NONE 0 of 0']);
});

test('what is shown is linked: to rows, receipts that made them, and the events of a sample', async () => {
  const { manifest, readings } = await bundle(`${await billed()}?sample=8&seed=asked`);
  const rows = readings.filter(({ event_type }: SignedDocument) => event_type === 'probe_reading').map(({ id }: SignedDocument) => id);
  assert.is(rows.length, 5);
  assert.equal(manifest.links[0].to.toSorted(), [...rows, run.receipt, ...sampleOf(inJanuary(), 'asked', 8)].toSorted());
  assert.is(manifest.links[0].from, '/bill/types/0');
  const all = await bundle(`${await billed({ event_ids: ids.december })}?events=all`);
  assert.equal(all.manifest.links[0].to.toSorted(), [...rows, run.receipt, ...ids.december].toSorted(), 'of all, those that were named');
});

test('of no types there is no usage, and of no runs nothing to cite', async () => {
  const { manifest, ...members } = await bundle(await billed({ types: [] }));
  assert.equal([manifest.usage, members.usage_events, manifest.counts.usage_events], [undefined, undefined, undefined]);
  assert.equal([manifest.cited, manifest.links], [[run.receipt], []]);
  const nothing = await bundle(await billed({ types: [], run_ids: [] }));
  assert.equal([nothing.manifest.cited, nothing.cited_receipts, nothing.manifest.counts.cited_receipts], [[], [], 0]);
  const none = await bundle(`${await billed({ types: ['nobody_emits'] })}?events=all`);
  assert.equal([none.manifest.usage.total, none.usage_events], [0, []]);
});

test('evidence that declares none of it stays as it was', async () => {
  await s.post('engineer', '/probes', { name: 'plain' });
  const { manifest, ...members } = await bundle('/evidence/probes/plain');
  assert.equal(
    ['cited', 'usage', 'links'].filter((name) => name in manifest),
    [],
  );
  assert.equal(
    ['cited_receipts', 'usage_events'].filter((name) => name in members || name in manifest.counts),
    [],
  );
  const { status, body } = await s.get('auditor', '/evidence/probes/plain?events=all');
  assert.equal([status, body.errors[0].path], [400, 'events']);
});

test('a sample of all, or one of too many, is refused, and the field named', async () => {
  const path = await billed();
  for (const [query, field] of [
    ['events=some', 'events'],
    ['sample=10001', 'sample'],
    ['sample=-1', 'sample'],
    ['seed=', 'seed'],
    ['events=all&sample=3', 'sample'],
    ['events=all&seed=x', 'seed'],
  ]) {
    const { status, body } = await s.get('auditor', `${path}?${query}`);
    assert.equal([status, body.code, body.errors[0].path], [400, 'invalid-input', field], query);
  }
});

test('the summary is as of any other', async () => {
  const { status, body } = await s.get('auditor', `${await billed()}?format=summary`);
  assert.equal([status, body.counts.receipts, body.counts.readings], [200, 1, 6]);
});

test('whoever has pinned the log finds it sound', async () => {
  const path = await billed();
  for (const query of ['', '?events=all', '?sample=3']) {
    assertSound(await verifiedEvidence(s, path + query), ['LOGGED', 'COMPLETE', 'NONE 0 of 0']);
  }
});

test('a member whose name the kernel needs is refused', () => {
  const Thing = governed({ type: 'x.thing', table: 'x_things', fields: { name: field.text() }, transitions: { done: [] } });
  for (const name of ['cited_receipts', 'usage_events']) {
    const declared = { id: 'x', title: 'X', path: '/evidence/x/:id', members: { [name]: many(Thing) } };
    assert.throws(() => defineEvidence({ ...declared, collect: async () => ({ [name]: [] }) }), /is no name for a member/);
  }
});

test('usage of the subject itself is bound by its own receipts, which are not cited as well', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const path = await billed({ types: ['workflow_run'], from_day: today, to_day: today, size: 1_000_000 });
  for (const query of ['?events=all', '?sample=10000']) {
    const { receipts, cited_receipts, usage_events } = await bundle(path + query);
    const [{ id }] = receipts;
    assert.ok(usage_events.some(({ receipt }: SignedDocument) => receipt === id));
    assert.not.ok(cited_receipts.some((cited: SignedDocument) => cited.id === id));
    assertSound(await verifiedEvidence(s, path + query), ['LOGGED', 'COMPLETE', 'NONE 0 of 0']);
  }
});

test('a bundle that would cite or show too much is refused, and what to ask for instead is said', async () => {
  // As many more events as nobody wants to report here, each of a receipt with its place in the log: copies of one.
  const copy = "overlay(e.id::text placing lpad(to_hex(n), 12, '0') from 25)::uuid";
  await s.tamper(
    'usage_events',
    `INSERT INTO usage_events SELECT tenant_id, ${copy}, source, type, pack, subject, quantity, metadata, ${copy}, "timestamp"
       FROM usage_events e CROSS JOIN generate_series(1, 20000) n WHERE e.id = '${ids.single[0]}'`,
  );
  const leaves = `SELECT '${TENANT}', 1, 1000000 + row_number() OVER (), id FROM usage_events WHERE id::text LIKE '%-000000______'`;
  // What the owner reads on the way is hidden from it too.
  await s.asOwner('ALTER TABLE usage_events NO FORCE ROW LEVEL SECURITY');
  await s.tamper('log_leaves', `INSERT INTO log_leaves ${leaves}`);
  await s.asOwner('ALTER TABLE usage_events FORCE ROW LEVEL SECURITY');
  const path = await billed({ size: 2_000_000 });
  const { status, body } = await s.get('auditor', `${path}?events=all`);
  assert.equal([status, body.code], [413, 'too-large']);
  assert.match(body.detail, /cite more than 20,000 receipts: ask for a sample .*events=sample.* populations/);

  assert.throws(() => assertShowable({ receipts: 20_000, events: 200_001 }), /show more than 200,000 usage events/);
  assertShowable({ receipts: 20_000, events: 200_000 });
});

test.run();

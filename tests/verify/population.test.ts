import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { sampleOf } from '../../sdk/index.ts';
import { type Report, reportText, type VerifyOptions, verifyEvidence } from '../../sdk/verify/index.ts';
import { parsePolicy } from '../../sdk/verify/policy.ts';
import { buildPopulationWorld, type PopulationDraft, type PopulationWorld } from '../support/population-builder.ts';
import { oracleRoot } from '../support/tree-oracle.ts';

const test = suite('Verifier: populations');

interface Case {
  readonly rotates?: boolean;
  readonly options?: Omit<VerifyOptions, 'policy'>;
  draft?(draft: PopulationDraft, world: PopulationWorld): void;
}

async function judge({ rotates = false, options = {}, draft: lie }: Case = {}): Promise<Report> {
  const { world, from } = await buildPopulationWorld({ rotates });
  const draft = world.draft(from);
  lie?.(draft, world);
  return verifyEvidence(JSON.stringify(world.sign(draft)), { policy: await parsePolicy(world.policy), ...options });
}

function found({ ok, findings }: Report, verdict: string, code: string): void {
  const text = findings.map((one) => `${one.verdict} ${one.code}: ${one.message}`).join('\n');
  assert.is(ok, verdict === 'NOTE', text);
  assert.ok(
    findings.some((finding) => finding.verdict === verdict && finding.code === code),
    `${verdict} ${code} is not in\n${text}`,
  );
}

function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

test('every subject that was created between two checkpoints, and the sample that the seed draws', async () => {
  for (const rotates of [false, true]) {
    const { ok, integrity, completeness, replay, findings } = await judge({ rotates });
    assert.equal(findings, []);
    assert.equal([ok, integrity.verdict, completeness.verdict, replay.verdict], [true, 'WITNESSED', 'OPEN', 'NONE']);
    assert.is(completeness.open.length, 3, 'of five two have come to their end');
  }
});

test('leave out a subject that was created in the range', async () => {
  const report = await judge({
    draft({ subjects, manifest }) {
      const gone = subjects.findIndex(({ sampled }) => !sampled);
      const [{ status = '', receipts = 0 } = {}] = subjects.splice(gone, 1);
      manifest.counts.subjects--;
      manifest.counts.receipts -= receipts;
      manifest.counts.by_status[status] = (manifest.counts.by_status[status] ?? 0) - 1;
    },
  });
  found(report, 'INCOMPLETE', 'subject-missing');
});

/** As whoever holds the key of bundles would leave a subject out: counts and sample fit. */
function leaveOut(draft: PopulationDraft, id: string): void {
  const { manifest } = draft;
  const gone = draft.subjects.filter((subject) => subject.id === id);
  draft.subjects = draft.subjects.filter((subject) => subject.id !== id);
  manifest.counts.subjects -= gone.length;
  for (const { receipts, status } of gone) {
    manifest.counts.receipts -= receipts;
    manifest.counts.by_status[status] = (manifest.counts.by_status[status] ?? 0) - 1;
    if (manifest.counts.by_status[status] === 0) delete manifest.counts.by_status[status];
  }
  const ids = draft.subjects.map((subject) => subject.id);
  manifest.sample = [...sampleOf(ids, manifest.seed, manifest.counts.sampled)];
  for (const subject of draft.subjects) subject.sampled = manifest.sample.includes(subject.id);
}

test('leave out a subject of the range whose time is before the one that was asked for, or after it', async () => {
  const lies: readonly ((draft: PopulationDraft) => void)[] = [
    (draft) => {
      const from = at(draft.subjects, 1).created_at;
      Object.assign(draft.manifest, { from, query: { ...draft.manifest.query, from } });
      leaveOut(draft, at(draft.subjects, 0).id);
    },
    (draft) => {
      const to = at(draft.subjects, -1).created_at;
      Object.assign(draft.manifest, { to, query: { ...draft.manifest.query, to } });
      leaveOut(draft, at(draft.subjects, -1).id);
    },
  ];
  for (const draft of lies) {
    const report = await judge({ draft });
    found(report, 'INCOMPLETE', 'subject-missing');
    assert.is(report.findings.length, 1);
  }
});

test('show all from the beginning, and begin later', async () => {
  const unasked = ({ manifest }: PopulationDraft) => Object.assign(manifest, { from: null, query: { ...manifest.query, from: null } });
  found(await judge({ draft: unasked }), 'INCOMPLETE', 'beginning-missing');
  const later = await judge({
    rotates: true,
    draft(draft) {
      unasked(draft);
      for (const list of [draft.manifest.segments, draft.entries, draft.proof.segments]) list.shift();
    },
  });
  found(later, 'INCOMPLETE', 'beginning-missing');
});

test('answer another question than the one that was asked', async () => {
  for (const query of [{ from: '2026-11-22T12:00:00.000Z' }, { to: '2026-11-22T12:00:00.000Z' }]) {
    found(await judge({ draft: ({ manifest }) => void Object.assign(manifest.query, query) }), 'INVALID', 'manifest-differs');
  }
  for (const query of [{ more: 1 }, { sample: 'all' }]) {
    found(await judge({ draft: ({ manifest }) => void Object.assign(manifest.query, query) }), 'INVALID', 'malformed-bundle');
  }
  const { ok } = await judge({ draft: ({ manifest }) => void Object.assign(manifest.query, { from: manifest.from?.replace('.000Z', 'Z') }) });
  assert.ok(ok, 'a time may be written in several ways');
});

test('the report says what was asked for, and how the sample was drawn', async () => {
  const report = await judge();
  const { from, to, seed, sampled, subjects } = report.about?.drawn ?? {};
  assert.equal([from, to, seed, sampled, subjects], ['2026-11-22T12:00:03.000Z', null, 'a seed', 2, 5]);
  for (const words of ['created from 2026-11-22T12:00:03.000Z to now', 'between the checkpoints', '2 of 5, drawn by the seed "a seed"']) {
    assert.match(reportText(report), words);
  }
});

test('leave out the epoch of the log that is remembered', async () => {
  const { world } = await buildPopulationWorld({ rotates: true });
  const policy = await parsePolicy(world.policy);
  const { state } = await verifyEvidence(JSON.stringify(world.sign(world.draft(0))), { policy });
  const older = world.draft(0);
  for (const list of [older.manifest.segments, older.entries, older.proof.segments]) list.pop();
  found(await verifyEvidence(JSON.stringify(world.sign(older)), { policy, state }), 'UNANCHORED', 'epoch-left-out');
});

test('begin in a later epoch, after another end of the one before than is remembered', async () => {
  const { world, from } = await buildPopulationWorld({ rotates: true });
  const policy = await parsePolicy(world.policy);
  const draft = world.draft(from);
  for (const list of [draft.manifest.segments, draft.entries, draft.proof.segments]) list.shift();
  const first = at(world.logs, 0);
  const state = new Map([[first.origin, { size: BigInt(first.entries.length), root: Buffer.alloc(32, 1) }]]);
  found(await verifyEvidence(JSON.stringify(world.sign(draft)), { policy, state }), 'DIVERGED', 'split-view');
});

test('show nothing at all: no segment, so no checkpoint that anybody has signed', async () => {
  const report = await judge({
    draft(draft) {
      const counts = { entries: 0, subjects: 0, receipts: 0, sampled: 0, by_status: {} };
      Object.assign(draft.manifest, { segments: [], sample: [], counts });
      Object.assign(draft, { subjects: [], entries: [], proof: { segments: [] } });
    },
  });
  found(report, 'INVALID', 'malformed-bundle');
});

test('add a subject that no leaf creates, or one of before the range', async () => {
  found(await judge({ draft: ({ subjects }) => void subjects.push({ ...at(subjects, 0), id: 'invented' }) }), 'INVALID', 'subject-not-bound');
  const early = await judge({ draft: ({ subjects }, { written }) => void subjects.push({ ...at(subjects, 0), id: at(written, 0).id }) });
  found(early, 'INVALID', 'subject-not-bound');
  found(await judge({ draft: ({ subjects }) => void subjects.push(at(subjects, 0)) }), 'INVALID', 'doubled-row');
});

test("alter a subject's status, version, time or number of receipts", async () => {
  for (const change of [{ status: 'approved' }, { version: 9 }, { receipts: 9 }, { created_at: '2026-11-22T12:59:00.000Z' }]) {
    found(await judge({ draft: ({ subjects }) => void Object.assign(at(subjects, 0), change) }), 'INVALID', 'subject-not-bound');
  }
});

test('leave out a leaf, alter one, or put two in another order', async () => {
  const lies: readonly ((entries: string[]) => void)[] = [
    (entries) => void entries.splice(3, 1),
    (entries) => void entries.splice(3, 1, at(entries, 4)),
    (entries) => void entries.splice(3, 2, at(entries, 4), at(entries, 3)),
    (entries) => void entries.push(at(entries, 0)),
    (entries) => void entries.splice(3, 1, 'AAAA'),
    (entries) => void entries.splice(3, 1, '!'),
  ];
  for (const lie of lies) found(await judge({ draft: ({ entries }) => lie(at(entries, 0)) }), 'INVALID', 'malformed-segment');
});

test('another tree before the range, or after it', async () => {
  const other = Buffer.alloc(32, 1).toString('base64');
  const lies: readonly ((draft: PopulationDraft) => void)[] = [
    ({ manifest }) => Object.assign(at(manifest.segments, 0), { from_root: other }),
    ({ manifest }) => Object.assign(at(manifest.segments, 0), { to_root: other }),
    ({ manifest }) => Object.assign(at(manifest.segments, 0), { from_size: 2 }),
    ({ manifest }) => Object.assign(at(manifest.segments, 0), { to_size: 99 }),
    ({ proof }) => Object.assign(at(proof.segments, 0), { frontier: [other, other] }),
    ({ proof }) => Object.assign(at(proof.segments, 0), { frontier: [] }),
    ({ proof }) => Object.assign(at(proof.segments, 0), { from_checkpoint: null }),
    ({ proof }) => Object.assign(at(proof.segments, 0), { from_checkpoint: at(proof.segments, 0).to_checkpoint }),
  ];
  for (const draft of lies) found(await judge({ draft }), 'INVALID', 'malformed-segment');
});

test('skip what was between two epochs', async () => {
  const swapped = await judge({ rotates: true, draft: ({ manifest }) => void manifest.segments.reverse() });
  found(swapped, 'INVALID', 'malformed-segment');
  const cut = await judge({
    rotates: true,
    draft(draft, { logs }) {
      // The first segment ends before the log did.
      const log = at(logs, 0);
      const size = log.entries.length - 1;
      at(draft.entries, 0).pop();
      Object.assign(at(draft.manifest.segments, 0), { to_size: size, to_root: Buffer.from(oracleRoot(log.leaves(size))).toString('base64') });
      Object.assign(at(draft.proof.segments, 0), { to_checkpoint: log.checkpoint(size) });
    },
  });
  found(cut, 'INVALID', 'malformed-segment');
});

test('pick the sample by hand, or another seed than was asked for', async () => {
  found(
    await judge({
      // Two of them in the other order: one that is picked otherwise may be, by chance, the one that the seed draws.
      draft: ({ manifest }) => void Object.assign(manifest, { sample: manifest.sample.toReversed() }),
    }),
    'INVALID',
    'sample-differs',
  );
  found(
    await judge({ draft: ({ subjects }) => void Object.assign(at(subjects, 0), { sampled: !at(subjects, 0).sampled }) }),
    'INVALID',
    'sample-differs',
  );
  found(await judge({ draft: ({ manifest }) => void Object.assign(manifest.query, { seed: 'another' }) }), 'INVALID', 'sample-differs');
});

test('a seed that the server chose is a sample that it could have picked', async () => {
  const report = await judge({ draft: ({ manifest }) => void Object.assign(manifest.query, { seed: null }) });
  found(report, 'NOTE', 'seed-not-asked-for');
});

test('a receipt that changed something and was not allowed', async () => {
  const report = await judge({
    draft(draft, { log }) {
      const at = log.entries.length - 1;
      log.entries[at] = Buffer.from(
        Buffer.from(log.entries[at] ?? [])
          .toString()
          .replace('"outcome":"allowed"', '"outcome":"refused"'),
      );
      Object.assign(draft, {
        ...draft,
        entries: [[...(draft.entries[0]?.slice(0, -1) ?? []), Buffer.from(log.entries[at] ?? []).toString('base64')]],
      });
    },
  });
  assert.match(JSON.stringify(report.findings), 'is refused and has a seq');
});

test('count otherwise', async () => {
  for (const name of ['entries', 'subjects', 'receipts', 'sampled', 'by_status'] as const) {
    const value = name === 'by_status' ? {} : 1;
    found(await judge({ draft: ({ manifest }) => void Object.assign(manifest.counts, { [name]: value }) }), 'INCOMPLETE', 'count-differs');
  }
});

test('a receipt that is in two logs, since one was recovered, counts once; in one log it is once', async () => {
  const { world, from } = await buildPopulationWorld({ rotates: true });
  const [first, second] = [at(world.logs, 0), at(world.logs, 1)];
  second.append(at(first.entries, -1));
  const verify = async () => verifyEvidence(JSON.stringify(world.sign(world.draft(from))), { policy: await parsePolicy(world.policy) });
  assert.ok((await verify()).ok);
  second.append(at(first.entries, -1));
  found(await verify(), 'INVALID', 'doubled-receipt');
});

test('a gap in the receipts of a subject', async () => {
  const { world, from } = await buildPopulationWorld();
  const entries = at(world.logs, 0).entries;
  const gone = entries.findIndex(
    (entry) => Buffer.from(entry).includes('"seq":2,') && Buffer.from(entry).includes('"to":"approved"') && entries.indexOf(entry) > from + 3,
  );
  entries.splice(gone, 1);
  const report = await verifyEvidence(JSON.stringify(world.sign(world.draft(from))), { policy: await parsePolicy(world.policy) });
  found(report, 'INCOMPLETE', 'gap');
});

test('a population of another tenant, or without the subject that was looked for', async () => {
  found(await judge({ draft: ({ manifest }) => void Object.assign(manifest, { tenant: 'other' }) }), 'INVALID', 'manifest-differs');
  found(await judge({ options: { subject: 'somebody else' } }), 'INVALID', 'other-subject');
});

test('strip signatures, bring your own keys, alter on the way', async () => {
  const { world, from } = await buildPopulationWorld();
  const [{ world: other }, signed] = [await buildPopulationWorld(), world.sign(world.draft(from))];
  const verify = async (draft: PopulationDraft, policy = world.policy) =>
    verifyEvidence(JSON.stringify(draft), { policy: await parsePolicy(policy) });
  found(await verify(signed, other.policy), 'UNANCHORED', 'unknown-log');
  found(
    await verify({ ...signed, signature: { ...(signed.signature ?? { payloadType: '', payload: '' }), signatures: [] } }),
    'UNANCHORED',
    'unknown-signer',
  );
  found(await verify({ ...signed, subjects: [] }), 'INVALID', 'statement-differs');
});

test('what is remembered is compared with every tree on the way', async () => {
  const { world, from } = await buildPopulationWorld();
  const text = JSON.stringify(world.sign(world.draft(from)));
  const policy = await parsePolicy(world.policy);
  const log = world.log;
  const remember = (size: number, root = oracleRoot(log.leaves(size))) => new Map([[log.origin, { size: BigInt(size), root }]]);
  for (const size of [from, from + 2, log.entries.length]) {
    const { ok, state } = await verifyEvidence(text, { policy, state: remember(size) });
    assert.equal([ok, state.get(log.origin)?.size], [true, BigInt(log.entries.length)]);
    found(await verifyEvidence(text, { policy, state: remember(size, Buffer.alloc(32, 1)) }), 'DIVERGED', 'split-view');
  }
  found(await verifyEvidence(text, { policy, state: remember(from - 1) }), 'UNANCHORED', 'no-consistency-proof');
  const later = await verifyEvidence(text, {
    policy,
    state: remember(from, oracleRoot(log.leaves(from))).set(log.origin, { size: 999n, root: Buffer.alloc(32) }),
  });
  found(later, 'UNANCHORED', 'older-than-state');
  assert.match(JSON.stringify(later.findings), 'ask for a new one');
  assert.is(later.state.get(log.origin)?.size, 999n, 'an older range makes nobody forget');
});

test('seal a subject with another number of receipts, go on after the seal, or name a receipt that is not there', async () => {
  const lies: readonly (readonly [string, string, (world: PopulationWorld) => void])[] = [
    ['INCOMPLETE', 'seal-differs', (world) => void world.write(world.write(), 'cancelled', undefined, { sealed_count: 5 })],
    ['INVALID', 'after-the-seal', (world) => void world.write(world.write(world.write(), 'cancelled'), 'pending')],
    [
      'INCOMPLETE',
      'parent-missing',
      (world) => void world.write(undefined, 'pending', undefined, { parents: [Buffer.alloc(32, 1).toString('base64')] }),
    ],
  ];
  for (const [verdict, code, lie] of lies) {
    const { world, from } = await buildPopulationWorld();
    lie(world);
    found(await verifyEvidence(JSON.stringify(world.sign(world.draft(from))), { policy: await parsePolicy(world.policy) }), verdict, code);
  }
});

test('put a receipt into the log before the one that it names', async () => {
  const { world, from } = await buildPopulationWorld();
  world.write(world.write(), 'approved');
  const { entries } = world.log;
  entries.push(...entries.splice(-2).toReversed());
  const report = await verifyEvidence(JSON.stringify(world.sign(world.draft(from))), { policy: await parsePolicy(world.policy) });
  found(report, 'INVALID', 'parent-after-child');
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Lies } from '../support/evidence-builder.ts';
import type { DraftReceipt, EvidenceDraft } from '../support/evidence-draft.ts';
import { at, incomplete, judgeChanged, judgeLies, refused, textOf } from '../support/judged.ts';
import { oracleLeaf } from '../support/tree-oracle.ts';

const test = suite('Verifier: attacks on receipts');

test('what nobody touched is witnessed, complete and comes out the same', async () => {
  const { ok, integrity, completeness, replay, findings } = await judgeLies({});
  assert.equal(findings, []);
  assert.equal([ok, integrity, completeness.verdict], [true, { verdict: 'WITNESSED', witnesses: ['w1'] }, 'COMPLETE']);
  assert.equal(replay, { verdict: 'REPRODUCED', reproduced: 2, decisions: 2 });
});

test('a subject that goes on is complete up to here', async () => {
  const { ok, completeness } = await judgeLies({ ends: false });
  assert.equal([ok, completeness.verdict, completeness.open.length], [true, 'OPEN', 1]);
});

test('tamper a receipt row: what is shown beside the bytes is what they say', async () => {
  const fields: readonly ((receipt: DraftReceipt) => void)[] = [
    (receipt) => Object.assign(receipt, { action: 'high-risk-ops.request.reject' }),
    (receipt) => Object.assign(receipt, { outcome: 'denied' }),
    (receipt) => Object.assign(receipt, { seq: 3 }),
    (receipt) => Object.assign(receipt, { at: '2026-11-22T11:00:00.000Z' }),
    (receipt) => Object.assign(receipt, { decision_ids: ['0'] }),
    (receipt) => Object.assign(receipt, { log_index: receipt.log_index + 1 }),
    (receipt) => Object.assign(receipt.state, { to: 'approved' }),
    (receipt) => Object.assign(receipt.subject, { id: 'another' }),
  ];
  for (const change of fields) refused(await judgeLies({ draft: ({ receipts }) => change(at(receipts, 2)) }), 'INVALID', 'view-differs');
  refused(
    await judgeLies({ draft: ({ receipts }) => Object.assign(at(receipts, 0), { leaf_hash: at(receipts, 1).leaf_hash }) }),
    'INVALID',
    'leaf-hash-differs',
  );
});

test('tamper a receipt row: another person is shown to have acted', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => Object.assign(at(receipts, 2), { actor: 'engineer' }) });
  refused(report, 'INVALID', 'actor-not-bound');
});

test('forge a receipt: bytes that were never in the log', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => rewrite(at(receipts, 2), '"outcome":"allowed"', '"outcome":"refused"') });
  refused(report, 'INVALID', 'not-included');
});

test('forge a receipt: its changes are others than it binds', async () => {
  const report = await judgeLies({
    draft({ receipts }) {
      const receipt = at(receipts, 0);
      receipt.changes = receipt.changes.replace('"duration_minutes":90', '"duration_minutes":91');
    },
  });
  refused(report, 'INVALID', 'changes-differ');
});

test('a receipt that is no canonical JSON, or has a member that no receipt has, is none', async () => {
  const spaced = (receipt: DraftReceipt) => {
    const bytes = Buffer.from(Buffer.from(receipt.bytes, 'base64').toString().replace('{', '{ '));
    receipt.bytes = bytes.toString('base64');
  };
  refused(await judgeLies({ draft: ({ receipts }) => spaced(at(receipts, 0)) }), 'INVALID', 'malformed-receipt');
  refused(
    await judgeLies({ step: (name, content) => void (name === 'create' && Object.assign(content, { note: 'x' })) }),
    'INVALID',
    'malformed-receipt',
  );
});

test('insert: a second receipt of the same seq', async () => {
  refused(
    await judgeLies({
      step: (name, content, { subject }) =>
        void (name === 'cancel' && subject && Object.assign(subject.row, { version: 2 }) && Object.assign(content, { seq: 2, sealed_count: 2 })),
    }),
    'INVALID',
    'doubled-seq',
  );
});

test('insert: a receipt that does not name the one before it', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'cancel' && Object.assign(content, { parents: [] })) }),
    'INVALID',
    'parent-not-named',
  );
});

test('insert: a receipt that does not begin where the last one ended', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'cancel' && Object.assign(content.state, { from: 'approved' })) }),
    'INVALID',
    'state-break',
  );
});

test('a receipt after the one that sealed its subject', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'approve' && Object.assign(content, { sealed_count: 2 })) }),
    'INVALID',
    'after-the-seal',
  );
});

test('drop a receipt of a bundle, on its way', async () => {
  const report = await judgeChanged(({ receipts }) => void receipts.splice(2, 1));
  refused(report, 'INVALID', 'statement-differs', 'stray-proof', 'manifest-differs');
  incomplete(report, 'gap');
});

/** Leaves the receipt out of everything, so that the rest agrees with itself. */
function leaveOut(draft: EvidenceDraft, index: number): void {
  const [receipt] = draft.receipts.splice(index, 1);
  const bytes = Buffer.from(receipt?.bytes ?? '', 'base64').toString();
  draft.manifest.receipts.splice(index, 1);
  draft.manifest.counts.receipts = draft.receipts.length;
  delete draft.proof.receipts[receipt?.id ?? ''];
  draft.disclosures = draft.disclosures.filter(({ commitment }) => !bytes.includes(commitment));
  draft.manifest.counts.disclosures = draft.disclosures.length;
  draft.graph.edges = draft.receipts.flatMap(({ changes }) => JSON.parse(changes).edges);
  draft.manifest.counts.edges = draft.graph.edges.length;
}

test('drop a receipt of a bundle, before it is signed: the seq has a gap, and the seal counts more', async () => {
  const report = await judgeLies({ draft: (draft) => leaveOut(draft, 2) });
  incomplete(report, 'gap');
  incomplete(report, 'seal-differs');
  incomplete(report, 'parent-missing');
});

test('drop the last receipt of a bundle: the manifest and the subject know more', async () => {
  incomplete(await judgeLies({ draft: (draft) => leaveOut(draft, 3) }), 'subject-differs');
});

test('swap tenant: receipts of another origin', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'approve' && Object.assign(content, { origin: 'summit.test/other' })) }),
    'INVALID',
    'other-origin',
  );
});

test('replay a receipt: the same one twice', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => void receipts.push(structuredClone(at(receipts, 0))) });
  refused(report, 'INVALID', 'doubled-receipt');
});

test('clock rollback: a receipt of an earlier time than the one before it', async () => {
  const back = '2026-11-22T11:59:59.000Z';
  const report = await judgeLies({
    step(name, content, { subject }) {
      if (name !== 'cancel') return;
      content.at = back;
      if (subject) subject.row.updated_at = back;
    },
  });
  refused(report, 'INVALID', 'clock-rollback');
});

test('receipts of a subject that the manifest does not name', async () => {
  const report = await judgeLies({ draft: ({ receipts, people }) => void receipts.push(structuredClone(at(people, 0).receipt)) });
  refused(report, 'INVALID', 'stray-receipt');
});

test('a receipt that contradicts itself', async () => {
  const wrong = async (step: NonNullable<Lies['step']>, words: string) => assert.match(textOf((await judgeLies({ step })).findings), words);
  await wrong((name, content) => void (name === 'execute' && Object.assign(content.state, { to: 'approved' })), 'yet changes its subject');
  await wrong((name, content) => void (name === 'create' && Object.assign(content, { outcome: 'denied' })), 'it is denied and has the seq 1');
  await wrong((name, _, { subject }) => void (name === 'create' && Object.assign(subject?.row ?? {}, { id: 'x' })), 'of another subject');
  await wrong((name, _, { subject }) => void (name === 'create' && Object.assign(subject?.row ?? {}, { version: 2 })), 'another version or status');
  await wrong((name, content) => void (name === 'cancel' && Object.assign(content, { sealed_count: 2 })), 'it seals 2 receipts with the seq 3');
  await wrong((name, content) => void (name === 'create' && Object.assign(content.state, { from: 'draft' })), 'begins at the state draft');
  await wrong((name, _, changes) => void (name === 'create' && Object.assign(changes, { more: [] })), 'malformed-changes');
});

/** The receipt's bytes with other content, and all that follows from them as an attacker would write it. */
function rewrite(receipt: DraftReceipt, from: string, to: string): void {
  const text = Buffer.from(receipt.bytes, 'base64').toString();
  assert.ok(text.includes(from), `${from} is not in ${text}`);
  const bytes = Buffer.from(text.replace(from, to));
  receipt.bytes = bytes.toString('base64');
  receipt.leaf_hash = Buffer.from(oracleLeaf(bytes)).toString('base64');
}

test.run();

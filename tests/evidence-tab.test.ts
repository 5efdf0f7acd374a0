import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Answered, answerTo } from '../sdk/verify/index.ts';
import { standingOf, type Verification } from '../ui-shell/evidence/receipt-standing.ts';
import { buildEvidence } from './support/evidence-builder.ts';
import type { EvidenceDraft } from './support/evidence-draft.ts';
import { at } from './support/judged.ts';

const test = suite('Evidence tab');

const logged = { id: 'r1', leaf_hash: 'leaf1', log_index: 4, state: 'logged' };
const waiting = { ...logged, log_index: null, state: 'waiting' };
const missing = { id: null, leaf_hash: null, log_index: null, state: 'missing' };
const proven: Verification = { leaves: new Set(['leaf1']), findings: [], covers: new Set(['r1']) };

test('before a verification a receipt is in the log as the server says, and nothing is verified', () => {
  assert.equal([standingOf(logged, null), standingOf(waiting, null), standingOf(missing, null)], ['logged', 'waiting', 'missing']);
});

test('a denied or failed action has a receipt in the log like any other', () => {
  assert.equal(
    ['denied', 'failed', 'refused'].map((state) => standingOf({ ...logged, state }, null)),
    ['logged', 'logged', 'logged'],
  );
});

test('a receipt is verified where the bundle proves the very hash that is shown', () => {
  assert.is(standingOf(logged, proven), 'verified');
  assert.is(standingOf(waiting, proven), 'verified', 'the bundle waited for it');
  assert.is(standingOf({ ...logged, leaf_hash: 'another' }, proven), 'failed');
  assert.is(standingOf(logged, { ...proven, leaves: new Set() }), 'failed');
});

test('a finding against a receipt fails it, a note on it or a finding against another does not', () => {
  const found = (verdict: 'INVALID' | 'NOTE', message: string) => standingOf(logged, { ...proven, findings: [{ verdict, message }] });
  assert.is(found('INVALID', 'receipt r1: its bytes say another actor than is shown'), 'failed');
  assert.is(found('INVALID', 'receipt r2: its bytes say another actor than is shown'), 'verified');
  assert.is(found('NOTE', 'receipt r1: it is of a day to come'), 'verified');
});

test('of a receipt that was written after the bundle a verification says nothing; a missing one stays missing', () => {
  assert.is(standingOf({ ...logged, id: 'r2' }, proven), 'logged');
  assert.is(standingOf({ ...waiting, id: 'r2' }, proven), 'waiting');
  assert.is(standingOf(missing, proven), 'missing');
});

/** As the page takes the answer of its thread. */
async function standings(change: (bundle: EvidenceDraft) => void): Promise<readonly string[]> {
  const { bundle, policy } = await buildEvidence();
  const summary = bundle.receipts.map(({ id, leaf_hash, log_index }) => ({ id, leaf_hash, log_index, state: 'logged' }));
  change(bundle);
  const report = reportOf(await answerTo({ bundle: Buffer.from(JSON.stringify(bundle)), policy, state: null, promise: null, nonce: null }));
  const verification = { leaves: new Set(report.leaves), findings: report.findings, covers: new Set(summary.map(({ id }) => id)) };
  return summary.map((receipt) => standingOf(receipt, verification));
}

function reportOf(answered: Answered): Extract<Answered, { kind: 'report' }> {
  assert.is(answered.kind, 'report');
  if (answered.kind !== 'report') throw new Error(answered.message);
  return answered;
}

test('of a sound bundle each receipt is verified; where one was changed on its way, that one fails alone', async () => {
  const sound = await standings(() => {});
  assert.ok(sound.length > 2);
  assert.ok(sound.every((standing) => standing === 'verified'));
  const changed = await standings(({ receipts }) => {
    const receipt = at(receipts, -1);
    receipt.bytes = Buffer.from(Buffer.from(receipt.bytes, 'base64').toString().replace('"outcome":"allowed"', '"outcome":"failed"')).toString(
      'base64',
    );
  });
  assert.equal(
    changed,
    sound.map((_, index) => (index === sound.length - 1 ? 'failed' : 'verified')),
  );
  const unreadable = await standings((bundle) => Reflect.deleteProperty(bundle, 'receipts'));
  assert.ok(unreadable.every((standing) => standing === 'failed'));
});

test('keys that cannot be read are told as the reason, and nothing is a verdict', async () => {
  const { bundle } = await buildEvidence();
  const answered = await answerTo({ bundle: Buffer.from(JSON.stringify(bundle)), policy: 'log nonsense', state: null, promise: null, nonce: null });
  assert.is(answered.kind, 'failure');
  assert.match(answered.kind === 'failure' ? answered.message : '', /^The policy cannot be used: /);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { State, VerifyOptions } from '../sdk/verify/index.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Evidence, as an auditor verifies it');
let s: TestSummit;

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';
const TYPE = 'high-risk-ops.request';

test.before(async () => {
  s = await testSummit(withProbe);
});
test.after(() => s?.close());

const verified = (path: string, options?: Omit<VerifyOptions, 'policy'>) => verifiedEvidence(s, path, options);

const bundleOf = (id: string, query = '') => `/evidence/high-risk-ops/${id}${query}`;
const population = (query = '', type = TYPE) => `/evidence/populations/${type}${query}`;

async function created(handle = 'engineer', fields: Record<string, unknown> = {}): Promise<string> {
  return (await s.post(handle, requests, accessRequest(fields))).body.id;
}

async function approved(fields: Record<string, unknown> = {}): Promise<string> {
  const id = await created('engineer', fields);
  await s.post('team-lead', `${requests}/${id}/approve`, { comment: 'seen the ticket' });
  await s.post('security-officer', `${requests}/${id}/approve`);
  return id;
}

async function rememberedAt(path: string): Promise<State> {
  return (await verified(path)).state;
}

test('a request that was just made verifies, complete up to here', async () => {
  const id = await created();
  const report = await verified(bundleOf(id, '?nonce=of-the-auditor'), { nonce: 'of-the-auditor', subject: id });
  assertSound(report, ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  assert.equal(report.completeness.open, [`${TYPE} ${id}`]);
});

test('what ran through and came to its end verifies as complete, refusals and denials on the way included', async () => {
  const id = await approved();
  await s.post('engineer-2', `${requests}/${id}/approve`);
  await s.post('engineer-2', `${requests}/${id}/execute`);
  await s.post('engineer', `${requests}/${id}/execute`);
  assertSound(await verified(bundleOf(id)), ['LOGGED', 'OPEN', 'REPRODUCED 3 of 3']);
  await s.post('security-officer', `${requests}/${id}/revoke`, { comment: 'found it' });
  assertSound(await verified(bundleOf(id)), ['LOGGED', 'COMPLETE', 'REPRODUCED 3 of 3']);
});

test('so does what was rejected, cancelled or failed', async () => {
  const [rejected, cancelled, failed] = [await created(), await approved(), await approved({ target: 'broken-db' })];
  await s.post('team-lead', `${requests}/${rejected}/reject`, { comment: 'use the replica' });
  await s.post('operator', `${requests}/${cancelled}/cancel`);
  await s.post('engineer', `${requests}/${failed}/execute`);
  assertSound(await verified(bundleOf(rejected)), ['LOGGED', 'COMPLETE', 'REPRODUCED 1 of 1']);
  assertSound(await verified(bundleOf(cancelled)), ['LOGGED', 'COMPLETE', 'REPRODUCED 1 of 1']);
  assertSound(await verified(bundleOf(failed)), ['LOGGED', 'COMPLETE', 'REPRODUCED 2 of 2']);
});

test('the answer to the write promised a receipt that the bundle proves', async () => {
  const { id, receipt } = (await s.post('engineer', requests, accessRequest())).body;
  const { promise } = await verified(bundleOf(id), { promise: receipt.promise });
  assert.equal(promise, { verdict: 'KEPT', leaf_hash: receipt.leaf_hash });
});

test('what other applications ask about a request is no part of its bundle, and takes nothing from it', async () => {
  const id = await created();
  const subject = { type: 'user', id: await s.userId('engineer') };
  const action = { name: 'high-risk-ops.request.create' };
  const asked = await s.post('operator', '/access/v1/evaluation', { subject, action, resource: { type: TYPE, id, properties: {} } });
  assert.is(asked.status, 200);
  assertSound(await verified(bundleOf(id)), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
});

test('who remembers the log gets a proof that it only grew', async () => {
  const id = await created();
  const state = await rememberedAt(bundleOf(id));
  const size = state.get('summit.local/demo-external')?.size;
  await s.post('team-lead', `${requests}/${id}/approve`);
  const report = await verified(bundleOf(id, `?since=${size}`), { state });
  assertSound(report, ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  assert.ok((report.state.get('summit.local/demo-external')?.size ?? 0n) > (size ?? 0n));
  assert.is((await verified(bundleOf(await created()), { state })).integrity.verdict, 'UNANCHORED', 'and without it is not satisfied');
});

test('several subjects in one bundle verify together', async () => {
  const { id } = (await s.post('engineer', '/probes', { name: 'pair' })).body;
  await s.post('engineer', '/probes', { name: 'pair' });
  await s.post('engineer', `/probes/${id}/close`);
  const report = await verified('/evidence/probes/pair');
  assertSound(report, ['LOGGED', 'OPEN', 'NONE 0 of 0']);
  assert.equal([report.about?.id, report.completeness.open.length], [id, 1]);
});

test('a population verifies: all of it, a range of it, an empty one, and of any type', async () => {
  const [{ now }] = (await s.asApp('SELECT summit_now() AS now')) as [{ now: string }];
  for (const path of [population('?sample=3&seed=x'), population(`?to=${now}`)]) {
    assertSound(await verified(path), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
  }
  assertSound(await verified(population(`?from=${now}&to=${now}`)), ['LOGGED', 'COMPLETE', 'NONE 0 of 0']);
  await created();
  assertSound(await verified(population(`?from=${now}&nonce=n`), { nonce: 'n' }), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
  for (const type of ['user', 'tenant', 'policy', 'probe.probe']) {
    assertSound(await verified(population('', type)), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
  }
});

test('after a person was erased everything still verifies', async () => {
  const id = await created('engineer-2', { justification: 'told by Eve' });
  await s.post('operator', `/users/${await s.userId('engineer-2')}/erase`);
  assertSound(await verified(bundleOf(id)), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  assertSound(await verified(population('', 'user')), ['LOGGED', 'OPEN', 'NONE 0 of 0']);
});

test('over a rotation a bundle and a population verify by the keys of both epochs', async () => {
  const id = await created();
  const state = await rememberedAt(bundleOf(id));
  await created();
  await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' });
  await s.post('team-lead', `${requests}/${id}/approve`);
  const later = await created();
  for (const path of [bundleOf(id), bundleOf(later)]) assertSound(await verified(path), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  assertSound(await verified(population()), ['LOGGED', 'OPEN', 'NONE 0 of 0']);

  // Who remembers the old epoch is shown how it ended, also by a bundle that has nothing in it.
  const size = state.get('summit.local/demo-external')?.size;
  for (const one of [id, later]) {
    assertSound(await verified(bundleOf(one, `?since=${size}&since_epoch=1`), { state }), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
  }
  const { state: next } = await verified(bundleOf(later, `?since=${size}&since_epoch=1`), { state });
  await created();
  const query = `?since=${next.get('summit.local/demo-external/2')?.size}`;
  assertSound(await verified(bundleOf(await created(), query), { state: next }), ['LOGGED', 'OPEN', 'REPRODUCED 1 of 1']);
});

test.run();

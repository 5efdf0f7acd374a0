import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startBacktest, startReplay } from '../kernel/core/policy-runs.ts';
import { PolicyRunner } from '../kernel/policy/run.ts';
import type { RunReport } from '../kernel/policy/run-report.ts';
import type { Problem } from '../sdk/index.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Replays and backtests of all that was decided');
const REQUESTS = '/high-risk-ops/requests';
const CANDIDATES = new URL('./policies/candidates/', import.meta.url);

let s: TestSummit;
let candidate: string;
test.before(async () => {
  s = await testSummit(withProbe);
  const approved = (await s.post('engineer', REQUESTS, accessRequest())).body;
  await s.post('team-lead', `${REQUESTS}/${approved.id}/approve`);
  await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 30 }));
  await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 300 }));
  await s.post('engineer', '/probes/judged', { note: 'masked', size: 0 });
  await s.post('engineer', '/probes/judged', { note: 'an error', size: 2_000_000 });
  const added = await s.post('operator', '/policy-bundles', {
    id: 'high_risk.operations',
    version: '9.0.0',
    opa: '1.22.2',
    entrypoints: ['high_risk/operations/decision'],
    wasm: readFileSync(new URL('candidate.wasm', CANDIDATES)).toString('base64'),
    sources: {},
  });
  candidate = added.body.digest;
});
test.after(() => s.close());

async function finished(path: string, id: string) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    const { body } = await s.get('auditor', `${path}/${id}`);
    if (body.status !== 'running') return body;
    await sleep(50);
  }
  throw new Error(`${path}/${id} is still running`);
}

test('a replay of all decisions finds none that comes out otherwise, and says what it had to leave out', async () => {
  const { body } = await s.post('auditor', '/policy-replays');
  const run = await finished('/policy-replays', body.id);
  assert.equal([run.status, run.error], ['done', null]);
  assert.equal([run.report.evaluated, run.report.not_replayable, run.report.differences], [3, 2, {}]);
  assert.is(run.report.late, 0);
  assert.equal(run.progress, { evaluated: 3, skipped: 2, total: 5 });
});

test('a backtest names the flips by rule, and who and what hangs on them', async () => {
  const before = (await s.get('auditor', '/policy-decisions')).body.total;
  const { body } = await s.post('operator', '/policy-backtests', { candidate });
  const { report } = await finished('/policy-backtests', body.id);
  assert.equal(report.differences, { 'allow-to-deny': 1, approvals: 1, reasons: 1 });
  assert.equal(report.rules[0], { difference: 'allow-to-deny', rule: 'half-an-hour', count: 1 });
  assert.equal(report.blast_radius.subjects, { 'high-risk-ops.request': 2 });
  assert.equal([report.blast_radius.approvals, report.blast_radius.people], [1, 2]);
  assert.ok(report.blast_radius.reached.user >= 1);
  assert.is(report.examples.length, 3);
  assert.is((await s.get('auditor', '/policy-decisions')).body.total, before, 'a backtest stores no decisions');

  const flips = (await s.get('auditor', `/policy-backtests/${body.id}/findings?difference=allow-to-deny`)).body;
  assert.equal([flips.total, flips.items[0].now.reasons[0].rule], [1, 'half-an-hour']);
});

test('a candidate that allows what was denied is told apart by the rules that no longer deny', async () => {
  const denied = await s.post('engineer', REQUESTS, accessRequest({ environment: 'staging', duration_minutes: 20 }));
  const { body } = await s.post('operator', '/policy-backtests', { candidate });
  const { report } = await finished('/policy-backtests', body.id);
  assert.is(report.differences['deny-to-allow'], 1);
  const { rule } = report.rules.find(({ difference }: { difference: string }) => difference === 'deny-to-allow');
  assert.is(rule, 'production-only');
  const example = report.examples.find(({ difference }: { difference: string }) => difference === 'deny-to-allow');
  assert.is(example.decision_id, denied.body.decision_id);
});

test('decisions before `since` are left out', async () => {
  s.advance({ hours: 1 });
  const { now } = (await s.asApp('SELECT summit_now() AS now'))[0] as { now: string };
  await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 30 }));
  const { body } = await s.post('operator', '/policy-backtests', { candidate, since: now });
  const { report } = await finished('/policy-backtests', body.id);
  assert.equal([report.evaluated, report.differences], [1, { approvals: 1 }]);
});

test('a run that was cut off goes on where it stopped, and finds nothing twice', async () => {
  const { services } = s.summit;
  await services.jobs.stop();
  const { subjectId } = await services.runner.runAsSystem(startBacktest, 'summit', 'demo-external', 'test', {}, { candidate });
  const runner = new PolicyRunner({ ...services, batch: 1 });
  let batches = 0;
  const stopping = new AbortController();
  Object.assign(stopping.signal, {
    throwIfAborted() {
      if (batches++ === 3) stopping.abort();
      AbortSignal.prototype.throwIfAborted.call(stopping.signal);
    },
  });
  const context = { tenant: 'demo-external', messageId: subjectId, subject: subjectId, payload: {}, settings: {}, log: services.log };
  const cutOff = await runner.run({ ...context, signal: stopping.signal }).catch((error: Error) => error.name);
  assert.is(cutOff, 'AbortError');
  const found = () => s.asApp('SELECT id FROM policy_run_findings WHERE run_id = $1', [subjectId]);
  const early = (await found()).length;
  assert.ok(early > 0);

  const { evaluated } = (await s.get('auditor', `/policy-backtests/${subjectId}`)).body.progress;
  assert.is(evaluated, 3);
  const { report } = (await runner.run({ ...context, signal: new AbortController().signal })) as { report: RunReport };
  const { total } = (await s.get('auditor', `/policy-backtests/${subjectId}`)).body.progress;
  assert.is(report.evaluated + report.not_replayable, total);
  assert.is(
    (await found()).length,
    Object.values(report.differences).reduce((sum, count) => sum + count),
  );
});

test('a batch is cut by bytes too, and leaves nothing out', async () => {
  const { services } = s.summit;
  const many = { subject: { type: 'user', id: 'u' }, action: { name: 'x' }, context: { padding: 'x'.repeat(200_000) } };
  const resource = { type: 'high-risk-ops.request', id: 'r' };
  for (let count = 0; count < 50; count++) await s.post('engineer', '/access/v1/evaluation', { ...many, resource });
  const { subjectId } = await services.runner.runAsSystem(startBacktest, 'summit', 'demo-external', 'test', {}, { candidate });
  const context = { tenant: 'demo-external', messageId: subjectId, subject: subjectId, payload: {}, settings: {}, log: services.log };
  let batches = 0;
  const counting = new AbortController().signal;
  Object.assign(counting, { throwIfAborted: () => (batches += 1) });
  const { report } = (await new PolicyRunner({ ...services, batch: 500 }).run({ ...context, signal: counting })) as { report: RunReport };
  const { total } = (await s.get('auditor', `/policy-backtests/${subjectId}`)).body.progress;
  assert.equal([report.evaluated + report.not_replayable, report.late], [total, 0]);
  assert.ok(batches > 1);
});

test('no more runs go on at once than the server can bear', async () => {
  const { services } = s.summit;
  await services.jobs.stop();
  const { subjectId } = await services.runner.runAsSystem(startReplay, 'summit', 'demo-external', 'test', {}, {});
  assert.ok(subjectId);
  const refused = await services.runner.runAsSystem(startReplay, 'summit', 'demo-external', 'test', {}, {}).catch((error: Problem) => error.code);
  assert.is(refused, 'conflict');
});

test('an unknown candidate is not found, a role that may not look back is refused, and bad input names its field', async () => {
  assert.is((await s.post('operator', '/policy-backtests', { candidate: '0'.repeat(64) })).status, 404);
  assert.is((await s.post('engineer', '/policy-backtests', { candidate })).body.code, 'forbidden');
  assert.is((await s.post('operator', '/policy-backtests', { candidate: 'latest' })).body.errors[0].path, 'candidate');
  assert.is((await s.post('operator', '/policy-backtests', { candidate, since: 'yesterday' })).body.errors[0].path, 'since');
});

test.run();

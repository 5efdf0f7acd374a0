import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLog } from '../kernel/log.ts';
import { type Summit, startSummit } from '../kernel/main.ts';
import { type Answer, type Hands, handsOn } from '../sdk/testing/hands.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

/** On PostgreSQL the other is another replica of the same tenants; the embedded database has one process, so there it is the same one. */
const test = suite('Enablement and policies, here and at another replica');

const TENANT = 'demo-external';
const REQUESTS = '/high-risk-ops/requests';
const PACK = `/tenants/${TENANT}/packs/high-risk-ops`;
/** So long may a replica believe what it has read. */
const BELIEVED_MS = 1_000;

let s: TestSummit;
let other: Summit;
let there: Hands['call'];
/** Milliseconds by which the clock of both has been moved. */
let ahead = 0;

test.before(async () => {
  s = await testSummit(withoutSku);
  other = s.summit.services.database.embedded
    ? s.summit
    : await startSummit(s.config, { log: createLog('silent'), databaseDir: null, clockShift: () => ahead });
  there = handsOn(other, TENANT).call;
});
test.after(async () => {
  if (other !== s?.summit) await other?.close();
  await s?.close();
});

const settings = { targets: { 'orders-db': { executor: 'stub' } } };
const enable = (body: object = { settings }) => s.put('operator', PACK, { enabled: true, ...body });
const disable = () => s.put('operator', PACK, { enabled: false });

/** Asks the other until it answers so. What it is asked a second after the change was answered here must be answered so. */
async function soon(expected: number, ask: () => Promise<Answer>): Promise<Answer> {
  const changed = performance.now();
  for (;;) {
    const asked = performance.now() - changed;
    const answer = await ask();
    if (answer.status === expected) return answer;
    assert.ok(asked < BELIEVED_MS, `${answer.status} and not ${expected}, ${Math.round(asked)} ms after the change`);
    await sleep(20);
  }
}

/** What of the pack the other shows to whoever asks. */
async function shownThere() {
  const [packs, catalog, dashboards] = await Promise.all(['/packs', '/switchboard', '/dashboards'].map((path) => there('GET', 'operator', path)));
  const has = (items: { id: string; enabled?: boolean }[], id: string) => items.some((item) => item.id === id && item.enabled !== false);
  return [has(packs?.body.items, 'high-risk-ops'), has(catalog?.body.packs, 'high-risk-ops'), has(dashboards?.body.items, 'high-risk-ops.overview')];
}

test('a pack that is disabled here is disabled there within a second: routes, navigation, dashboards and jobs', async () => {
  await enable();
  await soon(200, () => there('GET', 'auditor', REQUESTS));
  const { body } = await there('POST', 'engineer', REQUESTS, accessRequest());
  assert.equal(await shownThere(), [true, true, true]);
  assert.is((await there('GET', 'auditor', '/dashboards/high-risk-ops.overview')).status, 200);

  assert.is((await disable()).status, 200);
  const gone = await soon(404, () => there('GET', 'auditor', REQUESTS));
  assert.is(gone.body.code, 'pack-disabled');
  for (const path of [`${REQUESTS}/${body.id}`, `/evidence/high-risk-ops/${body.id}`, '/dashboards/high-risk-ops.overview']) {
    assert.is((await there('GET', 'auditor', path)).body.code, 'pack-disabled', path);
  }
  assert.is((await there('POST', 'engineer', REQUESTS, accessRequest())).body.code, 'pack-disabled');
  assert.equal(await shownThere(), [false, false, false]);

  assert.is((await enable()).status, 200);
  const back = await soon(200, () => there('GET', 'auditor', `${REQUESTS}/${body.id}`));
  assert.is(back.body.status, 'pending');
  assert.equal(await shownThere(), [true, true, true]);
});

test('a write there is refused at once, even where it still believes that the pack is enabled', async () => {
  await enable();
  await soon(200, () => there('GET', 'auditor', REQUESTS));
  await disable();
  const { status, body } = await there('POST', 'engineer', REQUESTS, accessRequest());
  assert.equal([status, body.code], [404, 'pack-disabled']);
  await enable();
});

test('jobs there leave out a tenant that has disabled the pack here, and take it up again', async () => {
  const job = other.services.packs.find('high-risk-ops')?.jobs.find(({ id }) => id === 'high-risk-ops.lapse-requests');
  assert.ok(job);
  const run = () => other.services.jobs.run('high-risk-ops', job, TENANT);
  await enable({ settings: { ...settings, pending_lapse_hours: 1 } });
  const { id } = (await s.post('engineer', REQUESTS, accessRequest())).body;
  const statusOf = async () => (await s.asApp('SELECT status FROM high_risk_requests WHERE id = $1', [id]))[0]?.status;
  await disable();
  await soon(404, () => there('GET', 'auditor', REQUESTS));
  s.advance({ hours: 2 });
  ahead += 2 * 3_600_000;
  assert.equal([await run(), await statusOf()], [0, 'pending']);
  await enable({});
  await soon(200, () => there('GET', 'auditor', REQUESTS));
  assert.ok((await run()) > 0);
  assert.is(await statusOf(), 'lapsed');
});

test('settings that are changed here are those of the very next action there', async () => {
  await enable();
  await soon(201, () => there('POST', 'engineer', REQUESTS, accessRequest()));
  for (const target of ['first-db', 'second-db']) {
    await enable({ settings: { targets: { ...settings.targets, [target]: { executor: 'stub' } } } });
    assert.is((await there('POST', 'engineer', REQUESTS, accessRequest({ target }))).status, 201, target);
  }
  const { items } = (await there('GET', 'operator', '/packs')).body;
  const shown = items.find(({ id }: { id: string }) => id === 'high-risk-ops').tenant_settings;
  assert.equal(Object.keys(shown.targets), ['orders-db', 'second-db']);
});

test('an effect that waited for its pack runs there as soon as it is enabled here, though it is believed disabled there', async () => {
  await enable();
  const { id } = (await s.post('engineer', REQUESTS, accessRequest())).body;
  for (const handle of ['team-lead', 'security-officer']) assert.is((await s.post(handle, `${REQUESTS}/${id}/approve`)).status, 200);
  const { outbox, runner, packs } = s.summit.services;
  const execute = packs.find('high-risk-ops')?.actions.find((action) => action.id === 'high-risk-ops.request.execute');
  assert.ok(execute);
  // As a process leaves it that dies right after COMMIT.
  const { deliver } = outbox;
  outbox.deliver = async () => undefined;
  await runner.run(
    execute,
    'high-risk-ops',
    { tenant: TENANT, userId: await s.userId('engineer') },
    { params: { id }, read: async () => ({ body: {} }) },
  );
  await disable();
  await soon(404, () => there('GET', 'auditor', REQUESTS));
  await enable();
  outbox.deliver = deliver;
  await other.services.outbox.sweep([TENANT]);
  const [message] = await s.asApp('SELECT done_at IS NOT NULL AS done, attempts, last_error FROM outbox WHERE subject_id = $1', [id]);
  assert.equal(message, { done: true, attempts: 1, last_error: null });
  assert.is((await s.get('engineer', `${REQUESTS}/${id}`)).body.status, 'executed');
});

test('the receipt of a change binds the settings that were set', async () => {
  const { body } = await enable();
  const [row] = await s.asApp('SELECT convert_from(bytes, $2) AS bytes, changes FROM receipts WHERE id = $1', [body.receipt.id, 'UTF8']);
  const { changes_digest } = JSON.parse(String(row?.bytes));
  assert.is(changes_digest, createHash('sha256').update(String(row?.changes)).digest('hex'));
  const { subject } = JSON.parse(String(row?.changes));
  assert.equal([subject.type, subject.row.status, subject.row.settings], ['pack-enablement', 'enabled', settings]);
});

test('a bundle that is switched on here decides the very next action there, and evaluations there; so does the one before it again', async () => {
  await enable();
  const file = (name: string) => readFileSync(new URL(`./policies/candidates/candidate.${name}`, import.meta.url));
  const { items } = (await there('GET', 'auditor', '/policy-bundles')).body;
  const first = items.find(({ active, id }: { active: boolean; id: string }) => active && id === 'high_risk.operations').digest;
  const added = await s.post('operator', '/policy-bundles', {
    ...{ id: 'high_risk.operations', version: '9.0.0', opa: '1.22.2', entrypoints: ['high_risk/operations/decision'] },
    ...{ wasm: file('wasm').toString('base64'), sources: { 'candidate.rego': file('rego').toString() } },
  });
  assert.is(added.status, 201);

  const properties = { ...accessRequest(), requester: await s.userId('engineer') };
  const question = {
    subject: { type: 'user', id: properties.requester, properties: { roles: ['engineer'] } },
    action: { name: 'high-risk-ops.request.create' },
    resource: { type: 'high-risk-ops.request', id: 'orders-db', properties },
  };
  /** By which bundle an action and an evaluation are decided there, which both have on record. */
  const deciding = async () => {
    const action = await there('POST', 'engineer', REQUESTS, accessRequest());
    const evaluation = await there('POST', 'auditor', '/access/v1/evaluation', question);
    const ids = [action.body.decision_id ?? action.body.decision_ids[0], evaluation.body.context.decision_id];
    const decisions = await Promise.all(ids.map((id) => s.get('auditor', `/policy-decisions/${id}`)));
    return [action.status, evaluation.body.decision, ...decisions.map(({ body }) => body.bundle_digest)];
  };
  assert.equal(await deciding(), [201, true, first, first]);
  for (const [digest, status] of [
    [added.body.digest, 403],
    [first, 201],
  ]) {
    assert.is((await s.post('operator', `/policy-bundles/${digest}/activate`)).status, 200);
    assert.equal(await deciding(), [status, status === 201, digest, digest]);
  }
});

test('two replicas that change the same at once do so one after the other, each with a receipt', async () => {
  const { version } = (await enable()).body;
  const answers = await Promise.all([enable(), there('PUT', 'operator', PACK, { enabled: true, settings })]);
  assert.equal(
    answers.map(({ status }) => status),
    [200, 200],
  );
  assert.equal(answers.map(({ body }) => body.version).sort(), [version + 1, version + 2]);
});

test('only an operator may; what is not there, or is not theirs, is not found', async () => {
  for (const handle of ['engineer', 'auditor', 'manager', 'finance']) {
    assert.is((await s.put(handle, PACK, { enabled: true })).body.code, 'forbidden', handle);
  }
  for (const path of [
    `/tenants/${TENANT}/packs/nothing`,
    `/tenants/${TENANT}/packs/summit`,
    PACK.replace(TENANT, 'summit-internal'),
    PACK.replace(TENANT, 'nobody'),
  ]) {
    const { status, body } = await s.put('operator', path, { enabled: false });
    assert.equal([status, body.code], [404, 'not-found'], path);
  }
  assert.is((await s.get('auditor', REQUESTS, { tenant: 'summit-internal' })).status, 200);
});

test('settings that the schema refuses are named by their path, and nothing changes', async () => {
  await enable();
  const { status, body } = await enable({ settings: { targets: { db: { executor: 'magic' } }, colour: 'red' } });
  assert.is(status, 400);
  assert.equal(body.errors.map(({ path }: { path: string }) => path).sort(), ['settings.colour', 'settings.targets.db.executor']);
  assert.is((await s.post('engineer', REQUESTS, accessRequest())).status, 201);
});

test('a change that is sent again with its key is made once; one that was seen otherwise is refused', async () => {
  const keyed = { headers: { 'idempotency-key': 'enable-once' } };
  const first = await s.put('operator', PACK, { enabled: true, settings }, keyed);
  const again = await s.put('operator', PACK, { enabled: true, settings }, keyed);
  assert.equal([again.body, again.headers.get('idempotent-replayed')], [first.body, 'true']);
  const { status, body } = await s.put('operator', PACK, { enabled: false }, { headers: { 'if-match': `"${first.body.version - 1}"` } });
  assert.equal([status, body.code], [409, 'conflict']);
  assert.is((await s.put('operator', PACK, { enabled: true }, { headers: { 'if-match': first.headers.get('etag') ?? '' } })).status, 200);
});

test.run();

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordHalt } from '../kernel/log/halts.ts';
import { PolicyFailure } from '../kernel/policy/compiled.ts';
import { subjectsAfter } from '../kernel/receipts/lacking.ts';
import { Receiver } from '../sdk/testing/receiver.ts';
import { manyReceipts } from './support/many-receipts.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('Alerts');
const TENANT = 'demo-external';
let s: TestSummit;
let receiver: Receiver;

test.before(async () => {
  receiver = await Receiver.open();
  const webhooks = [{ id: 'pager', url: `${receiver.url}/pager`, events: ['alert.*'] }];
  s = await testSummit((config) => {
    const { tenants, ...rest } = withoutSku(config);
    return { ...rest, tenants: tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, webhooks } : tenant)) };
  });
  // The minute comes when the test says so.
  await s.summit.services.jobs.stop();
});
test.before.each(() => receiver.forget());
test.after(async () => {
  await s?.close();
  await receiver?.close();
});

/** @returns how many alerts were raised or resolved */
async function minute(tenant = TENANT): Promise<number> {
  await s.summit.services.outbox.sweep([tenant]);
  await s.summit.services.transparencyLog.advance(tenant);
  s.advance({ minutes: 1 });
  await s.summit.services.receiptComparison.compare(tenant);
  return s.runJob('summit.alerts', tenant);
}

const ask = async (fields = {}) => (await s.post('engineer', '/high-risk-ops/requests', accessRequest(fields))).body;

async function alerts(query: string, handle = 'operator', tenant = TENANT) {
  const { status, body } = await s.get(handle, `/alerts?${query}`, { tenant });
  assert.is(status, 200, JSON.stringify(body));
  return body.items;
}

async function metric(name: string, label = ''): Promise<number | undefined> {
  const { body } = await s.send('GET', '/metrics');
  const line = String(body)
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}{tenant="${TENANT}"`) && candidate.includes(label));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

interface Page {
  readonly type: string;
  readonly data: { readonly kind: string; readonly alert_id: string; readonly value: string | null };
}

/** What the pager was sent, once the outbox has been swept. Its signature holds. */
async function paged() {
  await s.summit.services.outbox.sweep([TENANT]);
  const { body } = await s.get('operator', '/webhooks');
  const webhook = new Webhook(body.items[0].secret);
  return receiver.at('/pager').map((received) => webhook.verify(received.body, received.headers as Record<string, string>) as Page);
}

test('before anybody has looked at a tenant its metric says so, so that one that nobody ever looks at is seen', async () => {
  assert.is(await metric('summit_watched_timestamp_seconds'), 0);
  await minute();
  assert.ok(Number(await metric('summit_watched_timestamp_seconds')) > 0);
});

test('an older receipt that somebody removes raises an alert, which is told by a signed webhook, and goes when the receipt is back', async () => {
  const { receipt } = await ask();
  for (let later = 0; later < 3; later++) await ask();
  await s.summit.services.transparencyLog.upToDate(TENANT);
  assert.is(await minute(), 0, 'all is well');
  assert.equal([await metric('summit_missing_receipts'), await metric('summit_stray_receipts')], [0, 0]);

  await s.asOwner('ALTER TABLE subject_states DROP CONSTRAINT IF EXISTS subject_states_receipt');
  await s.asOwner('CREATE TABLE removed AS SELECT * FROM receipts WHERE false');
  const which = `tenant_id = '${TENANT}' AND id = '${receipt.id}'`;
  await s.tamper('receipts', `WITH gone AS (DELETE FROM receipts WHERE ${which} RETURNING *) INSERT INTO removed SELECT * FROM gone`);
  assert.is(await minute(), 2);
  assert.is(await minute(), 0, 'it is raised once');
  assert.equal([await metric('summit_missing_receipts'), await metric('summit_stray_receipts')], [1, 1]);
  const [stray] = await alerts('kind=summit.stray_receipts');
  assert.equal([stray.status, stray.severity, stray.value, stray.target, stray.resolved_at], ['open', 'critical', '1', '0', null]);
  assert.is(stray.detail, `It is 1, and should be no more than 0. The first of them is the receipt ${receipt.id}.`);
  assert.equal((await alerts('status=open')).map(({ kind }: { kind: string }) => kind).toSorted(), [
    'summit.missing_receipts',
    'summit.stray_receipts',
  ]);
  const told = await paged();
  assert.equal(told.map(({ type, data }) => [type, data.kind]).toSorted(), [
    ['alert.raised', 'summit.missing_receipts'],
    ['alert.raised', 'summit.stray_receipts'],
  ]);
  assert.is(told.find(({ data }) => data.kind === 'summit.stray_receipts')?.data.alert_id, stray.id);

  await s.tamper('receipts', 'INSERT INTO receipts SELECT * FROM removed');
  assert.is(await minute(), 2);
  const { body: over } = await s.get('auditor', `/alerts/${stray.id}`);
  assert.is(over.status, 'resolved');
  assert.ok(over.resolved_at > over.since);
  assert.equal(await metric('summit_stray_receipts'), 0);
  assert.equal((await paged()).filter(({ type }) => type === 'alert.resolved').length, 2);
  const { body: receipts } = await s.get('auditor', `/receipts?subject_id=${stray.id}`);
  assert.equal(
    receipts.items.map(({ actor, state }: { actor: string; state: object }) => [actor, state]),
    [
      ['system:summit.alerts', { from: 'open', to: 'resolved' }],
      ['system:summit.alerts', { from: null, to: 'open' }],
    ],
  );
});

/** What the next look finds to be stray. */
async function strayNow(): Promise<number> {
  s.advance({ minutes: 1 });
  await s.summit.services.receiptComparison.compare(TENANT);
  const { body } = await s.get('auditor', '/slo');
  return body.indicators.find(({ id }: { id: string }) => id === 'summit.stray_receipts').value;
}

test('nothing that people read of a receipt can be otherwise than it was', async () => {
  const { receipt } = await ask();
  const which = `tenant_id = '${TENANT}' AND id = '${receipt.id}'`;
  const found: Record<string, readonly number[]> = {};
  for (const [column, forged] of Object.entries({
    action: `'high-risk-ops.request.cancel'`,
    actor: `'${await s.userId('manager')}'`,
    subject_type: `'user'`,
    state_from: `'approved'`,
    changes: `'{}'`,
    at: `at - interval '1 year'`,
    decision_ids: `'{}'`,
  })) {
    await s.asOwner(`CREATE TABLE as_it_was AS SELECT ${column} AS value FROM receipts WHERE false`);
    await s.tamper('receipts', `INSERT INTO as_it_was SELECT ${column} FROM receipts WHERE ${which}`);
    await s.tamper('receipts', `UPDATE receipts SET ${column} = ${forged} WHERE ${which}`);
    const forgedCount = await strayNow();
    await s.tamper('receipts', `UPDATE receipts SET ${column} = (SELECT value FROM as_it_was) WHERE ${which}`);
    found[column] = [forgedCount, await strayNow()];
    await s.asOwner('DROP TABLE as_it_was');
  }
  const once = [1, 0];
  assert.equal(found, { action: once, actor: once, subject_type: once, state_from: once, changes: once, at: once, decision_ids: once });
});

test('what is no receipt at all in the place of one is found, and fails nothing', async () => {
  const { body } = await s.post('engineer', '/high-risk-ops/requests', accessRequest({ duration_minutes: 500 }));
  assert.is(body.code, 'policy-denied');
  const [denied] = await s.asApp("SELECT id, encode(bytes, 'hex') AS bytes FROM receipts WHERE outcome = 'denied' ORDER BY id DESC LIMIT 1");
  const write = (hex: string) =>
    s.tamper('receipts', `UPDATE receipts SET bytes = '\\x${hex}', leaf_hash = sha256('\\x00${hex}') WHERE id = '${denied?.id}'`);
  await write('ff00');
  assert.is(await strayNow(), 1);
  await write(String(denied?.bytes));
  assert.is(await strayNow(), 0);
});

test('a receipt that is removed with its place in the log is missed there', async () => {
  const { body } = await s.post('engineer', '/high-risk-ops/requests', accessRequest({ duration_minutes: 500 }));
  assert.is(body.code, 'policy-denied');
  await s.summit.services.transparencyLog.upToDate(TENANT);
  const [denied] = await s.asApp(
    "SELECT id, epoch, leaf_index FROM receipts JOIN log_leaves ON receipt_id = id WHERE outcome = 'denied' ORDER BY id DESC LIMIT 1",
  );
  await ask();
  await s.summit.services.transparencyLog.upToDate(TENANT);
  const place = `${denied?.epoch}/${denied?.leaf_index}`;
  const remove = (table: string, column: string) => {
    const gone = `WITH gone AS (DELETE FROM ${table} WHERE tenant_id = '${TENANT}' AND ${column} = '${denied?.id}' RETURNING *)`;
    return s
      .asOwner(`CREATE TABLE removed_${table} AS SELECT * FROM ${table} WHERE false`)
      .then(() => s.tamper(table, `${gone} INSERT INTO removed_${table} SELECT * FROM gone`));
  };
  await remove('receipts', 'id');
  await remove('log_leaves', 'receipt_id');
  await minute();
  const [stray] = await alerts('status=open&kind=summit.stray_receipts');
  assert.is(stray?.detail, `It is 1, and should be no more than 0. The first of them is that of the leaf ${place} of the log.`);
  await s.tamper('receipts', 'INSERT INTO receipts SELECT * FROM removed_receipts');
  await s.tamper('log_leaves', 'INSERT INTO log_leaves SELECT * FROM removed_log_leaves');
  await minute();
  assert.equal(await alerts('status=open&kind=summit.stray_receipts'), []);
});

test('a receipt that is removed before the log has it is missed by the state that names it', async () => {
  await s.summit.services.transparencyLog.upToDate(TENANT);
  const { receipt } = await ask();
  await s.asOwner('CREATE TABLE removed_early AS SELECT * FROM receipts WHERE false');
  await s.asOwner('CREATE TABLE removed_queue AS SELECT * FROM log_queue WHERE false');
  const queued = `WITH gone AS (DELETE FROM log_queue WHERE receipt_id = '${receipt.id}' RETURNING *) INSERT INTO removed_queue SELECT * FROM gone`;
  await s.tamper('log_queue', queued);
  await s.tamper(
    'receipts',
    `WITH gone AS (DELETE FROM receipts WHERE id = '${receipt.id}' RETURNING *) INSERT INTO removed_early SELECT * FROM gone`,
  );
  assert.is(await strayNow(), 1);
  await s.tamper('receipts', 'INSERT INTO receipts SELECT * FROM removed_early');
  await s.tamper('log_queue', 'INSERT INTO log_queue SELECT * FROM removed_queue');
  assert.is(await strayNow(), 0);
});

const FIRST = { entity: '', subject_id: '00000000-0000-0000-0000-000000000000' };

test('subjects are looked at a part at a time, each once, whatever they are of', async () => {
  const { database, packs } = s.summit.services;
  const subjects = await database.transaction(TENANT, 'read', async (tx) => {
    const all = await subjectsAfter(tx, TENANT, packs, FIRST, 10_000);
    const parts: (typeof all)[number][] = [];
    for (;;) {
      const part = await subjectsAfter(tx, TENANT, packs, parts.at(-1) ?? FIRST, 7);
      parts.push(...part);
      if (part.length < 7) return { all, parts };
    }
  });
  assert.ok(new Set(subjects.all.map(({ entity }) => entity)).size > 3);
  assert.equal(subjects.parts, subjects.all);
  const [requests] = await s.asApp('SELECT count(*) AS count FROM high_risk_requests');
  assert.is(subjects.all.filter(({ entity }) => entity === 'high-risk-ops.request').length, requests?.count);
});

test('a receipt that the log does not hold, and never will, is found', async () => {
  await s.summit.services.transparencyLog.upToDate(TENANT);
  const { receipt } = await ask();
  await s.tamper('log_queue', `DELETE FROM log_queue WHERE receipt_id = '${receipt.id}'`);
  await minute();
  const [stray] = await alerts('kind=summit.stray_receipts&status=open');
  assert.match(stray.detail, receipt.id);
  await s.asApp(
    `INSERT INTO log_queue SELECT tenant_id, at, id, leaf_hash, NULL FROM receipts WHERE tenant_id = '${TENANT}' AND id = '${receipt.id}' RETURNING 1`,
  );
  await minute();
  assert.equal(await alerts('kind=summit.stray_receipts&status=open'), []);
});

test('a metering job that crashes raises an alert, and its next run that succeeds resolves it', async () => {
  const { jobs, packs } = s.summit.services;
  const metering = packs.find('finops')?.jobs.find(({ id }) => id === 'finops.metering');
  assert.ok(metering);
  const run = (hour: string) => jobs.runEverywhere('finops', metering, new Date(`2026-11-23T${hour}:05:00Z`));
  await ask();
  s.advance({ minutes: 130 });
  await s.asOwner('ALTER TABLE finops_meter_readings RENAME TO lost');
  await run('01');
  await minute();
  const open = await alerts('status=open');
  assert.equal(open.map(({ kind }: { kind: string }) => kind).toSorted(), ['finops.metering_lag', 'summit.failing_jobs']);
  assert.is(
    open.find(({ kind }: { kind: string }) => kind === 'summit.failing_jobs').detail,
    'It is 1, and should be no more than 0. Failed: finops.metering. The log of the server says why.',
  );
  assert.is(await metric('summit_failing_jobs'), 1);
  assert.match((await s.send('GET', '/metrics')).body, /summit_job_runs_total\{job_name="finops\.metering",outcome="failed"\} \d/);

  await s.asOwner('ALTER TABLE lost RENAME TO finops_meter_readings');
  await run('02');
  await minute();
  assert.equal(await alerts('status=open'), []);
});

test('a job whose process died in the middle is failing, until it has nothing left to do', async () => {
  const { jobs, packs } = s.summit.services;
  const expiry = packs.find('high-risk-ops')?.jobs[0];
  assert.ok(expiry);
  // As a claim stands that nobody has finished.
  await s.asApp(
    `INSERT INTO job_runs (tenant_id, job, period, claimed_until) VALUES ('${TENANT}', '${expiry.id}', summit_now(), summit_now() + interval '5 minutes') RETURNING 1`,
  );
  await minute();
  assert.equal(await alerts('status=open'), [], 'it may be at work');
  s.advance({ minutes: 6 });
  await minute();
  assert.match((await alerts('status=open&kind=summit.failing_jobs'))[0].detail, `Failed: ${expiry.id}.`);
  await jobs.runEverywhere('high-risk-ops', expiry, new Date('2026-11-23T03:00:00Z'));
  await minute();
  assert.equal(await alerts('status=open&kind=summit.failing_jobs'), []);
});

test('a message that nobody delivers is told of when it has waited too long', async () => {
  await s.runJob('finops.metering');
  await minute();
  const { id } = await ask();
  const lost = `INSERT INTO outbox (tenant_id, id, pack, effect, subject_id, payload, attempts, available_at, last_error, created_at)
    SELECT '${TENANT}', gen_random_uuid(), 'summit', 'webhook.deliver', '${id}', '{}', 9, summit_now() + interval '9 minutes', 'it is down', summit_now() RETURNING 1`;
  await s.asApp(lost);
  await minute();
  assert.equal(await alerts('status=open'), []);
  s.advance({ minutes: 8 });
  // A further attempt that failed: the next one is ten minutes away at most.
  await s.asApp(`UPDATE outbox SET available_at = summit_now() + interval '9 minutes' WHERE last_error = 'it is down' RETURNING 1`);
  s.advance({ minutes: 8 });
  await minute();
  const [open, ...others] = await alerts('status=open');
  assert.equal([open.kind, open.severity, others], ['summit.outbox_age', 'warning', []]);
  await s.asApp(`UPDATE outbox SET done_at = summit_now() WHERE last_error = 'it is down' RETURNING 1`);
  await minute();
  assert.equal(await alerts('status=open'), []);
});

test('a policy that fails raises an alert for a quarter of an hour', async () => {
  const { policyEngine } = s.summit.services;
  const { evaluate } = policyEngine;
  policyEngine.evaluate = async () => {
    await sleep(5);
    throw new PolicyFailure('it fell over');
  };
  try {
    assert.is((await s.post('engineer', '/high-risk-ops/requests', accessRequest())).status, 503);
  } finally {
    policyEngine.evaluate = evaluate;
  }
  const [failed] = await s.asApp("SELECT duration_ns FROM policy_decisions WHERE outcome = 'error'");
  assert.ok(Number(failed?.duration_ns) > 4e6, 'it took its time to fail');
  await minute();
  assert.equal(
    (await alerts('status=open')).map(({ kind }: { kind: string }) => kind),
    ['summit.policy_errors'],
  );
  s.advance({ minutes: 16 });
  await minute();
  assert.equal(await alerts('status=open&kind=summit.policy_errors'), []);
});

test('while an alert is open, what else comes is told too, and what is not new is not', async () => {
  const fail = (job: string) =>
    s.asApp(
      `INSERT INTO job_runs (tenant_id, job, period, claimed_until, finished_at, failed) VALUES ($1, $2, summit_now(), summit_now(), summit_now(), true) RETURNING 1`,
      [TENANT, job],
    );
  await fail('finops.rating');
  await Promise.all([minute(), minute(), minute()]);
  const [open, ...others] = await alerts('status=open&kind=summit.failing_jobs');
  assert.equal(
    [open.detail, others],
    ['It is 1, and should be no more than 0. Failed: finops.rating. The log of the server says why.', []],
    'of three who look at once one raises it',
  );
  await fail('finops.recompute');
  assert.equal([await minute(), await minute()], [1, 0]);
  const [worse] = await alerts('status=open&kind=summit.failing_jobs');
  assert.equal([worse.id, worse.value], [open.id, '2']);
  const told = (await paged()).filter(({ data }) => data.alert_id === open.id);
  assert.equal(
    told.map(({ type }) => type),
    ['alert.raised', 'alert.raised'],
  );
  const since = () => receiver.at('/pager').length;
  const before = since();
  await s.asApp("DELETE FROM job_runs WHERE failed AND job = 'finops.recompute' RETURNING 1");
  assert.is(await minute(), 1);
  await paged();
  assert.equal([(await alerts('status=open&kind=summit.failing_jobs'))[0].value, since()], ['1', before], 'it is kept and told nobody');
  await fail('finops.recompute');
  assert.is(await minute(), 1);
  await paged();
  assert.is(since(), before + 1, 'what has recovered and fails again is told again');
  await s.asApp('DELETE FROM job_runs WHERE failed RETURNING 1');
  await minute();
  assert.equal(await alerts('status=open'), []);
});

test('a replica on which a job fails leaves its period to one that can run it', async () => {
  const { jobs, packs } = s.summit.services;
  const rating = packs.find('finops')?.jobs.find(({ id }) => id === 'finops.rating');
  assert.ok(rating);
  const period = new Date('2026-11-23T05:20:00Z');
  const runs = () =>
    s.asApp("SELECT failed, finished_at IS NOT NULL AS finished FROM job_runs WHERE job = 'finops.rating' AND period = $1", [period.toISOString()]);
  const broken = { ...rating, due: () => Promise.reject(new Error('not here')) };
  await jobs.runEverywhere('finops', broken, period);
  assert.equal(await runs(), [{ failed: true, finished: false }]);
  await jobs.runEverywhere('finops', { ...rating, due: async () => ['2026-10'] }, period);
  assert.equal(await runs(), [{ failed: false, finished: true }]);
  await jobs.runEverywhere('finops', broken, period);
  assert.equal(await runs(), [{ failed: false, finished: true }], 'what is done is done');
});

test('what was denied cannot be rewritten either: the log has the hash of every receipt', async () => {
  const { body } = await s.post('engineer', '/high-risk-ops/requests', accessRequest({ duration_minutes: 500 }));
  assert.is(body.code, 'policy-denied');
  await s.summit.services.transparencyLog.upToDate(TENANT);
  await minute();
  const [receipt] = await s.asApp("SELECT id FROM receipts WHERE outcome = 'denied' ORDER BY id DESC LIMIT 1");
  const rewrite = (from: string, to: string) => {
    const bytes = `convert_to(replace(convert_from(bytes, 'UTF8'), '"${from}"', '"${to}"'), 'UTF8')`;
    return s.tamper('receipts', `UPDATE receipts SET bytes = ${bytes}, leaf_hash = sha256('\\x00'::bytea || ${bytes}) WHERE id = '${receipt?.id}'`);
  };
  await rewrite('denied', 'failed');
  await minute();
  assert.match((await alerts('status=open&kind=summit.stray_receipts'))[0].detail, String(receipt?.id));
  await rewrite('failed', 'denied');
  await minute();
  assert.equal(await alerts('status=open'), []);
});

test('where nobody compares receipts any more, nobody knows whether all is well, and that is told', async () => {
  s.advance({ minutes: 11 });
  await s.runJob('finops.metering');
  await s.summit.services.transparencyLog.advance(TENANT);
  await s.runJob('summit.alerts');
  const unknown = await alerts('status=open');
  assert.equal(unknown.map(({ kind, value, severity }: Record<string, unknown>) => [kind, value, severity]).toSorted(), [
    ['summit.missing_receipts', null, 'critical'],
    ['summit.stray_receipts', null, 'critical'],
  ]);
  assert.equal([await metric('summit_stray_receipts'), await metric('summit_indicator_failed', 'indicator="summit.stray_receipts"')], [undefined, 1]);
  await paged();
  receiver.forget();
  const { receipt } = await ask();
  const rename = (from: string, to: string) =>
    s.tamper('receipts', `UPDATE receipts SET subject_type = '${to}' WHERE id = '${receipt.id}' AND subject_type = '${from}'`);
  await rename('high-risk-ops.request', 'forged');
  await minute();
  const told = async () => (await paged()).map(({ type, data }) => [type, data.kind, data.value]).toSorted();
  assert.equal(await told(), [
    ['alert.raised', 'summit.stray_receipts', '1'],
    ['alert.resolved', 'summit.missing_receipts', null],
  ]);
  receiver.forget();
  s.advance({ minutes: 11 });
  await s.summit.services.transparencyLog.advance(TENANT);
  await s.runJob('summit.alerts');
  assert.equal(await told(), [
    ['alert.raised', 'summit.missing_receipts', null],
    ['alert.raised', 'summit.stray_receipts', null],
  ]);
  await rename('forged', 'high-risk-ops.request');
  await s.runJob('finops.metering');
  await minute();
  assert.equal(await alerts('status=open'), []);
  assert.equal([await metric('summit_stray_receipts'), await metric('summit_indicator_failed', 'indicator="summit.stray_receipts"')], [0, 0]);
});

test('a log that stands still for one replica does for all, until somebody signs it', async () => {
  const { database, transparencyLog } = s.summit.services;
  await minute();
  await recordHalt(database, TENANT);
  // This one was never refused.
  assert.is(transparencyLog.halted.has(TENANT), false);
  assert.equal([await s.runJob('summit.alerts'), await s.runJob('summit.alerts')], [1, 0]);
  assert.equal(
    (await alerts('status=open')).map(({ kind }: { kind: string }) => kind),
    ['summit.log_halted'],
  );
  await transparencyLog.advance(TENANT);
  await s.runJob('summit.alerts');
  assert.equal(await alerts('status=open'), []);
});

test('what a tenant no longer has no metric speaks of', async () => {
  const lag = () => Promise.all([metric('summit_finops_metering_lag_seconds'), metric('summit_indicator_missed', 'indicator="finops.metering_lag"')]);
  assert.equal(await lag(), [0, 0]);
  const { tenant_settings: settings } = (await s.get('operator', '/packs')).body.items.find(({ id }: { id: string }) => id === 'finops');
  await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: false });
  await s.get('auditor', '/slo');
  assert.equal(await lag(), [undefined, undefined]);
  await s.put('operator', `/tenants/${TENANT}/packs/finops`, { enabled: true, settings });
});

test('a long history is compared a part at a time, and from the beginning again', async () => {
  await manyReceipts(s, { count: 10_500, action: 'probe.denied', subjectType: 'high-risk-ops.request' });
  await s.summit.services.transparencyLog.upToDate(TENANT);
  await ask({ duration_minutes: 500 });
  const [receipt] = await s.asApp("SELECT id FROM receipts WHERE outcome = 'denied' ORDER BY id DESC LIMIT 1");
  await s.summit.services.transparencyLog.upToDate(TENANT);
  const which = `tenant_id = '${TENANT}' AND id = '${receipt?.id}'`;
  await s.tamper('receipts', `WITH gone AS (DELETE FROM receipts WHERE ${which} RETURNING *) INSERT INTO removed SELECT * FROM gone`);
  const found = async () => (await alerts('status=open&kind=summit.stray_receipts')).length;
  const minutes: number[] = [];
  for (let passed = 0; passed < 3; passed++) {
    await minute();
    minutes.push(await found());
  }
  assert.equal(minutes, [0, 1, 1], 'it lies beyond the first part, and stays found while that is looked at again');
  await s.tamper('receipts', `INSERT INTO receipts SELECT * FROM removed WHERE ${which}`);
  await minute();
  assert.is(await found(), 0);
});

test('the rules for Prometheus ask for metrics that there are', async () => {
  const rules = readFileSync(new URL('../config/alerts/summit.yml', import.meta.url), 'utf8');
  const asked = new Set([...rules.matchAll(/\bsummit_[a-z_0-9]+/g)].map(([name]) => name));
  await s.get('auditor', '/slo');
  const offered = String((await s.send('GET', '/metrics')).body);
  assert.ok(asked.size > 9);
  assert.equal(
    [...asked].filter((name) => !offered.includes(`# TYPE ${name} `)),
    // Of fewer than 20 decisions there is no percentile.
    ['summit_policy_decision_p95_seconds'],
  );
});

test('alerts are for those who can act on them, and each tenant has its own', async () => {
  const { status, body } = await s.get('engineer', '/alerts');
  assert.equal([status, body.code], [403, 'forbidden']);
  await minute('summit-internal');
  assert.equal(await alerts('', 'operator', 'summit-internal'), []);
  const [{ id }] = await alerts('');
  assert.is((await s.get('operator', `/alerts/${id}`, { tenant: 'summit-internal' })).status, 404);
});

test.run();

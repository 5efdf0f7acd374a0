import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLog } from '../kernel/log.ts';
import { openKernel } from '../kernel/main.ts';
import { migratedDataDir } from './support/migrated-data-dir.ts';
import { startServer, tokenOf } from './support/process.ts';
import { type Answer, freshDatabase, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Counting and billing at once');
const TENANT = 'demo-external';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Those of the schedule would count behind the test's back.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

const times = <T>(n: number, work: (index: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_, index) => work(index)));
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
const invoicePath = (period: string, tail = '') => `/billing/invoices/${TENANT}/${period}${tail}`;
let next = 0;

/** So many workflow runs on the tenth of a month. */
async function report(period: string, count: number): Promise<void> {
  const event = () => ({ specversion: '1.0', id: `e-${next++}`, source: '/gateway', type: 'workflow_run', time: `${period}-10T12:00:00Z` });
  const { status, body } = await s.post('operator', '/metering/events', Array.from({ length: count }, event));
  assert.equal([status, body.accepted], [200, count], JSON.stringify(body));
}

const runBilling = (period: string) => s.post('operator', '/billing/runs', { period });
const finalize = (period: string) => s.post('finance', invoicePath(period, '/finalize'));
const runsIn = ({ lines }: { lines: readonly { meter: string | null; quantity: string }[] }) =>
  lines.find(({ meter }) => meter === 'workflow_runs')?.quantity;

async function counted(period: string): Promise<number> {
  const { items } = (await s.get('auditor', `/metering/readings?meter=workflow_runs&period=${period}`)).body;
  return items.reduce((sum: number, { quantity }: { quantity: string }) => sum + Number(quantity), 0);
}

/** How much has ever been written: of what proves, and of what is counted and billed. */
async function written(): Promise<unknown> {
  const tables = ['receipts', 'finops_meter_readings', 'finops_meter_adjustments', 'finops_period_closes', 'finops_rated_usage', 'finops_invoices'];
  return s.asApp(`SELECT ${tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ')}`);
}

test('the first count of a tenant is made once, whoever comes first', async () => {
  await report('2025-01', 7);
  await times(4, () => s.runJob('finops.metering'));
  assert.is(await counted('2025-01'), 7);
  const ledgers = await s.asApp('SELECT id FROM finops_usage_ledgers');
  assert.is(ledgers.length, 1);
});

test('each event is counted once by jobs and billing runs at once, while more comes in', async () => {
  const answers = await times(6, async (index) => {
    await report('2025-02', 5);
    return index % 2 === 0 ? runBilling('2025-02') : s.runJob('finops.metering');
  });
  for (const answer of answers) {
    if (typeof answer !== 'number')
      assert.ok(answer.status === 201 || (answer.status === 409 && answer.body.code === 'conflict'), JSON.stringify(answer.body));
  }
  assert.is(runsIn((await runBilling('2025-02')).body.invoice), '30');
  assert.is(await counted('2025-02'), 30);
  const drafts = await s.asApp("SELECT id FROM finops_invoices WHERE period = '2025-02'");
  assert.is(drafts.length, 1);
});

test('what has been counted is not counted again, and leaves no receipt', async () => {
  await s.runJob('finops.metering');
  await s.runJob('finops.rating');
  const before = await written();
  await s.runJob('finops.metering');
  await s.runJob('finops.rating');
  assert.equal(await written(), before);
});

test('of several who finalize one invoice at once one succeeds, and no number is lost', async () => {
  const numbers: string[] = [];
  // The first account of the tenant is made along with the first number; the second period has a draft, the others none.
  await runBilling('2025-04');
  for (const period of ['2025-03', '2025-04', '2025-05']) {
    const answers = await times(4, () => finalize(period));
    assert.equal(statuses(answers), [200, 409, 409, 409], JSON.stringify(answers.map(({ body }) => body.detail)));
    numbers.push(answers.find(({ status }) => status === 200)?.body.number);
  }
  assert.equal(numbers, ['INV-000001', 'INV-000002', 'INV-000003']);
});

test('invoices that are finalized at once are numbered without a gap', async () => {
  const periods = ['2025-06', '2025-07', '2025-08'];
  const answers = await times(periods.length, async (index) => {
    const period = periods[index] ?? '';
    // Who loses a race is told to come again.
    for (;;) {
      const answer = await finalize(period);
      if (answer.body.code !== 'conflict') return answer;
    }
  });
  assert.equal(statuses(answers), [200, 200, 200]);
  assert.equal(answers.map(({ body }) => body.number).sort(), ['INV-000004', 'INV-000005', 'INV-000006']);
});

test('an invoice is either voided or credited', async () => {
  const voided = (period: string) => s.post('finance', invoicePath(period, '/void'), { comment: 'Wrong customer' });
  const credited = (period: string) => s.post('finance', invoicePath(period, '/credit-notes'), { comment: 'Goodwill', amount: '1.00' });
  assert.equal(statuses(await Promise.all([voided('2025-08'), credited('2025-08')])), [200, 409]);
  assert.equal(statuses(await Promise.all([credited('2025-06'), voided('2025-06')])), [200, 409]);
});

test('credit notes at once never take back more than there is', async () => {
  const answers = await times(4, () => s.post('finance', invoicePath('2025-07', '/credit-notes'), { comment: 'Goodwill', amount: '300.00' }));
  assert.is(answers.filter(({ status }) => status === 200).length, 1);
  assert.is((await s.get('finance', invoicePath('2025-07'))).body.credited_total, '300.00');
});

/** Every transaction that writes to this table fails when it commits, as if the process had died there. */
async function dyingWhenItWrites(table: string, work: () => Promise<unknown>): Promise<void> {
  await s.asOwner(`CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the process dies'; END $$`);
  await s.asOwner(
    `CREATE CONSTRAINT TRIGGER dies AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dies()`,
  );
  try {
    await work();
  } finally {
    await s.asOwner('DROP FUNCTION dies CASCADE');
  }
}

test('what dies before it is committed has counted and billed nothing, and the next one does all of it once', async () => {
  await runBilling('2025-09');
  await report('2025-09', 4);
  for (const table of ['finops_usage_ledgers', 'finops_meter_readings']) {
    await dyingWhenItWrites(table, async () => {
      const failure = await s.runJob('finops.metering').then(
        () => 'none',
        (error: Error) => error.message,
      );
      assert.match(failure, 'failed', table);
      assert.is((await runBilling('2025-09')).status, 500);
    });
    assert.is(await counted('2025-09'), 0, table);
  }
  for (const table of ['finops_rated_usage', 'finops_invoices', 'finops_billing_accounts', 'finops_period_closes']) {
    await dyingWhenItWrites(table, async () => {
      assert.is((await finalize('2025-09')).status, 500, table);
    });
    const { status, number } = (await s.get('finance', invoicePath('2025-09'))).body;
    assert.equal([await counted('2025-09'), status, number], [0, 'draft', null], table);
  }
  await s.runJob('finops.metering');
  assert.is(await counted('2025-09'), 4);
  const { body } = await finalize('2025-09');
  assert.equal([runsIn(body), body.number], ['4', 'INV-000007'], 'and no number was lost');
});

test('two servers on one database count each event once', async () => {
  // An embedded database is one process's own.
  if (s.summit.services.database.embedded) return;
  const other = await openKernel(s.config, { log: createLog('silent') });
  const job = other.services.packs.find('finops')?.jobs.find(({ id }) => id === 'finops.metering');
  if (!job) throw new Error('no such job');
  try {
    for (let round = 0; round < 5; round++) {
      await report('2025-11', 3);
      await Promise.all([s.runJob('finops.metering'), other.services.jobs.run('finops', job, TENANT), runBilling('2025-11')]);
    }
    await s.runJob('finops.metering');
    assert.is(await counted('2025-11'), 15);
  } finally {
    await other.close();
  }
});

test('a server that is killed while it counts and bills goes on where it was', async () => {
  const database = await freshDatabase();
  const dataDir = database ? mkdtempSync(join(tmpdir(), 'summit-killed-')) : await migratedDataDir();
  const env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: database?.url ?? '' };
  let server = await startServer(env);
  try {
    const headers = { authorization: `Bearer ${await tokenOf('operator', env)}`, 'content-type': 'application/json' };
    const post = (path: string, body: unknown) => fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const read = async (path: string) => (await fetch(server.url + path, { headers })).json();
    const event = (id: number) => ({ specversion: '1.0', id: `k-${id}`, source: '/gateway', type: 'workflow_run', time: '2025-03-10T12:00:00Z' });

    let accepted = 0;
    const working = Promise.allSettled([
      (async () => {
        for (let id = 0; ; id += 10) {
          const answer = await post(
            '/metering/events',
            Array.from({ length: 10 }, (_, index) => event(id + index)),
          );
          accepted += ((await answer.json()) as { accepted: number }).accepted;
        }
      })(),
      (async () => {
        for (;;) await (await post('/billing/runs', { period: '2025-03' })).json();
      })(),
    ]);
    while (accepted < 100) await sleep(5);
    await server.stop('SIGKILL');
    await working;

    server = await startServer(env);
    const { total } = (await read('/metering/events?source=/gateway')) as { total: number };
    assert.ok(total >= accepted, `${total} of ${accepted} that were promised`);
    const { invoice } = (await (await post('/billing/runs', { period: '2025-03' })).json()) as { invoice: Parameters<typeof runsIn>[0] };
    assert.is(runsIn(invoice), String(total));
  } finally {
    await server.stop('SIGTERM');
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test.run();

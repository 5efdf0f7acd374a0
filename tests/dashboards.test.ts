import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DashboardAnswer } from '../kernel/dashboards/answer.ts';
import { errorsIn } from '../kernel/validation.ts';
import { switchboardPath } from '../sdk/index.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Dashboards');
let s: TestSummit;

test.before(async () => {
  s = await testSummit(withProbe);
  // A job of the schedule would act between a card and its list.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';
const overview = '/dashboards/high-risk-ops.overview';

interface Card {
  readonly id: string;
  readonly value: number | string | null;
  readonly previous: number | string | null;
  readonly list: string | null;
  readonly href: string | null;
  readonly error: boolean;
}

async function dashboard(path = overview, handle = 'auditor') {
  const { status, body } = await s.get(handle, path);
  assert.is(status, 200, JSON.stringify(body));
  assert.equal(errorsIn(DashboardAnswer, body), [], 'as the OpenAPI document has it');
  const values = Object.fromEntries(body.cards.map(({ id, value }: Card) => [id, value]));
  const previous = Object.fromEntries(body.cards.map(({ id, previous }: Card) => [id, previous]));
  return { ...body, values, previous };
}

async function created(fields: Record<string, unknown> = {}): Promise<string> {
  return (await s.post('engineer', requests, accessRequest(fields))).body.id;
}

/** @param minutes how long the approvals take */
async function approved(minutes = 0): Promise<string> {
  const id = await created();
  await s.post('team-lead', `${requests}/${id}/approve`);
  s.advance({ minutes });
  assert.is((await s.post('security-officer', `${requests}/${id}/approve`)).body.status, 'approved');
  return id;
}

async function executed(): Promise<string> {
  const id = await approved();
  assert.is((await s.post('engineer', `${requests}/${id}/execute`)).body.status, 'executed');
  return id;
}

async function eachCardIsItsList(cards: readonly Card[], handle = 'auditor') {
  const counting = cards.filter(({ list }) => list !== null);
  for (const { id, value, list, href } of counting) {
    assert.is(value, (await s.get(handle, list ?? '')).body.total, `${id}: ${list}`);
    assert.is(href, switchboardPath(list ?? ''), id);
  }
  return counting.map(({ id }) => id);
}

test('without data a count is 0, and a time is null and not 0', async () => {
  const { period, values, charts, cards } = await dashboard();
  assert.is(Date.parse(period.until) - Date.parse(period.since), 30 * 86_400_000);
  assert.equal(values, {
    requests: 0,
    executed: 0,
    pending: 0,
    'without-receipts': 0,
    'time-to-approve-p50': null,
    'time-to-approve-p95': null,
    'active-grants': 0,
  });
  assert.ok(cards.every(({ error }: Card) => !error));
  const [byDay] = charts;
  assert.equal([byDay.series, byDay.labels.length, byDay.table.columns], [[], 31, ['Day']]);
});

test('the number of a card is the total of the list that it opens', async () => {
  await created();
  await approved();
  await executed();
  const revoked = await executed();
  await s.post('security-officer', `${requests}/${revoked}/revoke`);
  const expired = await executed();
  s.advance({ minutes: 61 });
  await s.runJob('high-risk-ops.expire-grants');
  assert.is((await s.get('engineer', `${requests}/${expired}`)).body.status, 'expired');
  await executed();
  const rejected = await created();
  await s.post('team-lead', `${requests}/${rejected}/reject`, { comment: 'use the replica' });

  const { cards, values } = await dashboard();
  assert.equal(await eachCardIsItsList(cards), ['requests', 'executed', 'pending', 'without-receipts', 'active-grants']);
  const { 'time-to-approve-p50': p50, 'time-to-approve-p95': p95, ...counts } = values;
  assert.equal(counts, { requests: 7, executed: 4, pending: 2, 'without-receipts': 0, 'active-grants': 1 });
  assert.type(p50, 'number');
  assert.ok(p50 <= p95);
});

test('the table of a chart has its numbers, and they add up to the card', async () => {
  const { charts, values } = await dashboard();
  const [byDay] = charts;
  assert.equal(byDay.table.columns, ['Day', ...byDay.series.map(({ name }: { name: string }) => name)]);
  assert.equal(
    byDay.table.rows,
    byDay.labels.map((label: string, index: number) => [label, ...byDay.series.map((series: { values: number[] }) => series.values[index])]),
  );
  const sum = byDay.series.flatMap((series: { values: number[] }) => series.values).reduce((total: number, value: number) => total + value, 0);
  assert.is(sum, values.requests);
});

test('what is older than the period is left out, to the moment', async () => {
  s.advance({ hours: 24 * 400 });
  const oldest = await created();
  const { created_at } = (await s.get('auditor', `${requests}/${oldest}`)).body;
  s.advance({ hours: 24 * 30 - 1 });
  const before = await dashboard();
  assert.ok(before.period.since < created_at);
  assert.is(before.values.requests, 1, 'within 30 days');
  assert.equal((await dashboard(`${overview}?days=29`)).values.requests, 0);
  s.advance({ hours: 1 });
  const after = await dashboard();
  assert.ok(after.period.since > created_at);
  assert.is(after.values.requests, 0, 'past 30 days');
  assert.is((await dashboard(`${overview}?days=31`)).values.requests, 1);
  await eachCardIsItsList(after.cards);
  for (const days of ['0', '367', '1.5', 'all']) {
    const { status, body } = await s.get('auditor', `${overview}?days=${days}`);
    assert.equal([status, body.errors[0].path], [400, 'days'], days);
  }
});

test('a number of the period stands beside that of the period before, which is as long, and to the moment', async () => {
  s.advance({ hours: 24 * 400 });
  const firsts = [await created(), await approved(30)];
  s.advance({ hours: 24 * 10 });
  await approved(10);
  const { values, previous } = await dashboard(`${overview}?days=10`);
  assert.equal([values.requests, previous.requests], [1, firsts.length]);
  assert.equal([values.executed, previous.executed], [0, 0]);
  assert.ok(Math.abs(Number(previous['time-to-approve-p50']) - 1_800) < 30, `${previous['time-to-approve-p50']} is about 30 minutes`);
  assert.equal([previous.pending, previous['without-receipts'], previous['active-grants']], [null, null, null], 'what is so now was never then');
  const { period } = await dashboard(`${overview}?days=10`);
  const { total } = (
    await s.get('auditor', `${requests}?created_until=${period.since}&created_since=${new Date(Date.parse(period.since) - 864e6).toISOString()}`)
  ).body;
  assert.is(previous.requests, total, 'the list says so too');
  s.advance({ hours: 24 * 30 });
  const later = await dashboard(`${overview}?days=10`);
  assert.equal([later.values.requests, later.previous.requests, later.previous['time-to-approve-p50']], [0, 0, null], 'no data is null');
});

test('a list at a glance is declared with its columns, and the API has it at its path', async () => {
  const id = await executed();
  const { lists } = await dashboard();
  const [open] = lists;
  assert.equal([open.id, open.href], ['open-now', switchboardPath(open.list)]);
  const { items } = (await s.get('auditor', `${open.list}&limit=5`)).body;
  const item = items.find((candidate: { id: string }) => candidate.id === id);
  const shown = open.columns.map(({ field }: { field: string }) => field.split('.').reduce((part, name) => part?.[name], item));
  assert.equal(shown.slice(0, 2), [item.target, item.requester]);
  assert.match(shown[2], /^\d{4}-/, 'when it ends');
  assert.equal(
    open.columns.map(({ countdown }: { countdown: boolean }) => countdown),
    [false, false, true],
  );
  assert.equal((await dashboard('/dashboards/revops.governance')).lists, []);
});

test('the time to approve ends with the last approval, and what was not approved has none', async () => {
  s.advance({ hours: 24 * 31 });
  const minutes = [10, 45, 20, 300];
  for (const each of minutes) await approved(each);
  const rejected = await created();
  await s.post('team-lead', `${requests}/${rejected}/approve`);
  s.advance({ hours: 10 });
  await s.post('security-officer', `${requests}/${rejected}/reject`, { comment: 'never approved' });
  const { values } = await dashboard();
  const about = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 30, `${value} is about ${wanted} seconds`);
  about(values['time-to-approve-p50'], interpolated(minutes, 0.5) * 60);
  about(values['time-to-approve-p95'], interpolated(minutes, 0.95) * 60);
});

test('a distribution is what a plain computation makes of it, and its bounds are compared exactly', async () => {
  const sizes = ['3.5', '10', '10.000000000000000001', '19.5', '20', '20.000000000000000001', '1000'];
  for (const size of sizes) assert.is((await s.post('engineer', '/probes', { name: 'sized', size })).status, 201);
  assert.is((await s.post('engineer', '/probes', { name: 'without a size' })).status, 201);
  const { values, charts } = await dashboard('/dashboards/probe.overview', 'engineer');
  const numbers = sizes.map(Number);
  const near = (value: number, wanted: number) => assert.ok(Math.abs(value - wanted) < 1e-9, `${value} is ${wanted}`);
  near(values.average, numbers.reduce((sum, value) => sum + value, 0) / numbers.length);
  near(values.p50, interpolated(numbers, 0.5));
  near(values.p95, interpolated(numbers, 0.95));
  const chart = charts.find(({ id }: { id: string }) => id === 'sizes');
  assert.equal(chart.table, {
    columns: ['Size', 'Probes'],
    rows: [
      ['up to 10', 2],
      ['up to 20', 3],
      ['more', 2],
    ],
  });
  assert.equal(chart.threshold, { title: 'Large', label: 'up to 20' });
});

test('a part that fails says so, and leaves the rest', async () => {
  const { cards, charts, values } = await dashboard('/dashboards/probe.overview', 'engineer');
  const failed = (parts: readonly Card[]) => parts.filter(({ error }) => error).map(({ id }) => id);
  assert.equal(failed(cards), ['no-number', 'never-asked', 'swallowed']);
  for (const id of failed(cards)) assert.is(values[id], null);
  assert.equal(await eachCardIsItsList(cards, 'engineer'), ['probes']);
  assert.equal(failed(charts), ['broken']);
  assert.equal([charts[0].series, charts[0].table], [[], { columns: ['Size'], rows: [] }]);
  const worth = cards.find(({ id }: Card) => id === 'worth');
  assert.equal([worth.value, worth.unit, worth.currency, worth.href, worth.list], ['12.50', 'money', 'USD', '/w/probes', null]);
});

test('a dashboard is there for those whose role and whose tenant may see it', async () => {
  const listed = async (handle: string) => (await s.get(handle, '/dashboards')).body;
  const mine = { id: 'high-risk-ops.overview', title: 'High-Risk Ops', pack: 'high-risk-ops' };
  const deals = { id: 'revops.governance', title: 'RevOps Governance', pack: 'revops' };
  const economics = { id: 'finops.demo-economics', title: 'FinOps Demo Economics', pack: 'finops' };
  const probes = { id: 'probe.overview', title: 'Probes', pack: 'probe' };
  assert.equal(await listed('engineer'), { items: [mine, deals, probes], next_cursor: null, total: 3 });
  assert.equal((await listed('auditor')).items, [mine, deals, economics]);
  const refused = await s.get('auditor', '/dashboards/probe.overview');
  assert.equal([refused.status, refused.body.code], [403, 'forbidden']);
  const unknown = await s.get('auditor', '/dashboards/high-risk-ops.nothing');
  assert.equal([unknown.status, unknown.body.code], [404, 'not-found']);

  await s.put('operator', '/tenants/demo-external/packs/probe', { enabled: false });
  assert.equal((await listed('engineer')).items, [mine, deals]);
  const disabled = await s.get('engineer', '/dashboards/probe.overview');
  assert.equal([disabled.status, disabled.body.code], [404, 'pack-disabled']);
});

test('GET /packs names the dashboards', async () => {
  const { items } = (await s.get('auditor', '/packs')).body;
  assert.equal(
    items.flatMap(({ dashboards }: { dashboards: readonly unknown[] }) => dashboards),
    [
      { id: 'high-risk-ops.overview', title: 'High-Risk Ops' },
      { id: 'revops.governance', title: 'RevOps Governance' },
      { id: 'finops.demo-economics', title: 'FinOps Demo Economics', roles: ['finance', 'operator', 'auditor'] },
      { id: 'probe.overview', title: 'Probes', roles: ['engineer'] },
    ],
  );
});

test('a request that was changed without a receipt is counted and listed', async () => {
  const id = await created();
  assert.is((await dashboard()).values['without-receipts'], 0);
  await s.asOwner('ALTER TABLE high_risk_requests DROP CONSTRAINT high_risk_requests_witnessed');
  await s.tamper('high_risk_requests', `UPDATE high_risk_requests SET version = version + 1 WHERE id = '${id}'`);
  const { cards, values } = await dashboard();
  assert.is(values['without-receipts'], 1);
  await eachCardIsItsList(cards);
});

/** A percentile by its definition: of n values in order, the one at fraction × (n − 1), between neighbours in proportion. */
function interpolated(values: readonly number[], fraction: number): number {
  const ordered = values.toSorted((a, b) => a - b);
  const at = fraction * (ordered.length - 1);
  const [low = 0, high = low] = ordered.slice(Math.floor(at), Math.floor(at) + 2);
  return low + (high - low) * (at - Math.floor(at));
}

test.run();

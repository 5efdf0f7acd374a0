import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dealsOf, LEADS, newLead, QUOTES, succeeded } from './support/deal.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';
import { withoutSku } from './support/without-sku.ts';

const test = suite('What one may do now');
const requests = '/high-risk-ops/requests';
let s: TestSummit;
let deals: ReturnType<typeof dealsOf>;

test.before(async () => {
  s = await testSummit((config) => withoutSku(withProbe(config)));
  // What has lapsed or expired stays as it is until a test runs the job.
  await s.summit.services.jobs.stop();
  deals = dealsOf(s);
});
test.after(() => s?.close());

interface Item {
  readonly id: string;
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly code: string | null;
  readonly detail: string | null;
}

const PEOPLE = [
  ...['engineer', 'engineer-2', 'team-lead', 'security-officer', 'lead-and-security'],
  ...['ae', 'ae-2', 'manager', 'finance', 'auditor', 'operator'],
];

async function actions(handle: string, id: string): Promise<readonly Item[]> {
  return succeeded(await s.get(handle, `/subjects/${id}/actions`)).items;
}

async function action(handle: string, id: string, verb: string): Promise<Item> {
  const found = (await actions(handle, id)).find((item) => item.id.endsWith(`.${verb}`));
  assert.ok(found, verb);
  return found as Item;
}

/** What each action is called with; none needs more. */
const BODIES: Readonly<Record<string, object>> = { reject: { comment: 'not now' }, edit: { payment_terms_days: 45 } };

function call(handle: string, { id, method, path }: Item): Promise<Answer> {
  const body = BODIES[id.split('.').at(-1) ?? ''] ?? {};
  return method === 'PATCH' ? s.patch(handle, path, body) : s.post(handle, path, body);
}

/** For each person and action, whether it is what is said of it: what is refused, of the same subject; what is allowed, of one of its own. */
async function agreesWithWhatHappens(state: string, make: () => Promise<string>): Promise<number> {
  const id = await make();
  let allowed = 0;
  for (const handle of PEOPLE) {
    for (const item of await actions(handle, id)) {
      const said = `${state}: ${handle} ${item.id}: ${item.code} ${item.detail}`;
      if (item.allowed) {
        allowed++;
        const own = await make();
        const { status, body } = await call(handle, { ...item, path: item.path.replace(id, own) });
        assert.is(status, 200, `${said}, and then ${JSON.stringify(body)}`);
        assert.equal([item.code, item.detail], [null, null], said);
      } else {
        const { status, body } = await call(handle, item);
        assert.ok(status >= 400, said);
        // The state is told first, whatever else there would be to say.
        if (item.code !== 'invalid-state') assert.is(item.code, body.code, said);
        if (item.code === body.code) assert.is(item.detail, body.detail, said);
      }
    }
  }
  return allowed;
}

async function created(fields: Record<string, unknown> = {}): Promise<string> {
  return succeeded(await s.post('engineer', requests, accessRequest(fields)), 201).id;
}

async function after(id: string, ...steps: readonly (readonly [string, string])[]): Promise<string> {
  for (const [handle, verb] of steps) succeeded(await s.post(handle, `${requests}/${id}/${verb}`, BODIES[verb] ?? {}));
  return id;
}

const APPROVED = [
  ['team-lead', 'approve'],
  ['security-officer', 'approve'],
] as const;

/** Each way that a request may stand, and how many of all actions of all people are then possible. */
const REQUESTS: readonly (readonly [string, number, () => Promise<string>])[] = [
  ['pending', 8, () => created()],
  ['half approved', 7, async () => after(await created(), ['team-lead', 'approve'])],
  ['half approved by one who holds both roles', 6, async () => after(await created(), ['lead-and-security', 'approve'])],
  ['approved', 3, async () => after(await created(), ...APPROVED)],
  ['executed', 4, async () => after(await created(), ...APPROVED, ['engineer', 'execute'])],
  ['failed', 0, async () => after(await created({ target: 'broken-db' }), ...APPROVED, ['engineer', 'execute'])],
  ['rejected', 0, async () => after(await created(), ['team-lead', 'reject'])],
  ['cancelled', 0, async () => after(await created(), ['engineer', 'cancel'])],
  ['revoked', 0, async () => after(await created(), ...APPROVED, ['engineer', 'execute'], ['security-officer', 'revoke'])],
];

for (const [state, expected, make] of REQUESTS) {
  test(`of a request that is ${state}, what is said of each action is what happens`, async () => {
    assert.is(await agreesWithWhatHappens(state, make), expected);
  });
}

/** The same of quotes; by who it is that submits, and what is asked for. */
const DEALS: readonly (readonly [string, number, () => Promise<string>])[] = [
  ['draft', 7, () => deals.quote()],
  ['draft above the threshold', 7, () => deals.quote({ discount_percent: '25' })],
  ['pending_approval by its owner alone', 8, () => deals.submitted()],
  ['pending_approval', 8, () => deals.submitted({ discount_percent: '25' })],
  ['approved', 6, () => deals.approved()],
  ['activated', 0, async () => acted(await deals.approved(), ['ae', 'activate'])],
  ['rejected', 2, async () => acted(await deals.submitted({ discount_percent: '25' }), ['manager', 'reject'])],
];

async function acted(id: string, ...steps: readonly (readonly [string, string])[]): Promise<string> {
  for (const [handle, verb] of steps) succeeded(await deals.act(handle, id, verb, BODIES[verb] ?? {}));
  return id;
}

for (const [state, expected, make] of DEALS) {
  test(`of a quote that is ${state}, what is said of each action is what happens`, async () => {
    assert.is(await agreesWithWhatHappens(state, make), expected);
  });
}

test('it is said in words for people why not', async () => {
  const id = await after(await created(), ['team-lead', 'approve']);
  const why = async (handle: string, verb: string) => {
    const { code, detail } = await action(handle, id, verb);
    return [code, detail];
  };
  assert.equal(await why('engineer', 'approve'), ['separation-of-duties', 'You requested this: somebody else must approve.']);
  assert.equal(await why('engineer', 'reject'), ['separation-of-duties', 'You requested this: somebody else must decide.']);
  assert.equal(await why('team-lead', 'approve'), [
    'separation-of-duties',
    'You have approved this already: somebody else must approve as security_officer.',
  ]);
  assert.equal(await why('engineer-2', 'approve'), [
    'forbidden',
    'This is for team_lead and security_officer to decide: you hold none of these roles.',
  ]);
  assert.equal(await why('engineer', 'execute'), ['invalid-state', 'Execute an approved request: this is pending, and must be approved.']);
  assert.equal(await why('team-lead', 'execute'), ['forbidden', 'Execute an approved request needs one of the roles engineer.']);
  assert.equal(await why('engineer-2', 'cancel'), ['forbidden', 'Only its requester or an operator may cancel a request.']);
});

test('an auditor is told of each action why not, with the path that it has', async () => {
  const id = await created();
  const items = await actions('auditor', id);
  assert.equal(
    items.map(({ id: name, method, path, allowed, code }) => [name, method, path, allowed, code]),
    ['approve', 'reject', 'cancel', 'execute', 'revoke'].map((verb) => [
      `high-risk-ops.request.${verb}`,
      'POST',
      `${requests}/${id}/${verb}`,
      false,
      'forbidden',
    ]),
  );
  assert.equal(Object.keys(items[0] ?? {}), ['id', 'title', 'method', 'path', 'allowed', 'code', 'detail', 'required_authentication']);
});

test('what only the action itself can tell is told: an approval that has lapsed, a quote that has expired, a policy that refuses', async () => {
  const id = await after(await created(), ...APPROVED);
  assert.is((await action('engineer', id, 'execute')).allowed, true);
  s.advance({ hours: 25 });
  const lapsed = await action('engineer', id, 'execute');
  assert.equal([lapsed.allowed, lapsed.code], [false, 'invalid-state']);
  assert.match(lapsed.detail ?? '', 'has lapsed');
  assert.is((await call('engineer', lapsed)).body.detail, lapsed.detail);
  const dry = await s.post('engineer', '/dry-run', { action: 'high-risk-ops.request.execute', subject_id: id });
  assert.equal([dry.body.allowed, dry.body.detail], [false, lapsed.detail], 'a dry run knows it too');

  const draft = await deals.quote();
  const judged = await action('engineer', draft, 'submit-for-approval');
  assert.equal([judged.allowed, judged.code], [false, 'policy-denied']);
  assert.is((await call('engineer', judged)).body.detail, judged.detail);

  const expires_at = new Date(Date.now() + 26 * 3_600_000).toISOString();
  const offer = await deals.submitted({ discount_percent: '25', expires_at });
  assert.is((await action('manager', offer, 'approve')).allowed, true);
  s.advance({ hours: 2 });
  const expired = await action('manager', offer, 'approve');
  assert.equal([expired.allowed, expired.code], [false, 'invalid-state']);
  assert.is((await call('manager', expired)).body.detail, expired.detail);
});

test('records that are not called by their id, of packs and of the kernel, have their paths too', async () => {
  const period = new Date(Date.now() + 27 * 3_600_000).toISOString().slice(0, 7);
  const run = succeeded(await s.post('operator', '/billing/runs', { period }), 201);
  const items = await actions('finance', run.invoice.id);
  const finalize = items.find(({ id }) => id === 'finops.invoice.finalize');
  assert.equal([finalize?.path, finalize?.allowed], [`/billing/invoices/demo-external/${period}/finalize`, true]);
  assert.is(items.find(({ id }) => id === 'finops.invoice.void')?.code, 'invalid-state');
  succeeded(await s.post('finance', finalize?.path ?? ''));
  assert.equal(
    (await actions('finance', run.invoice.id)).map(({ id, allowed }) => [id, allowed]),
    [
      ['finops.invoice.finalize', false],
      ['finops.invoice.void', true],
      ['finops.invoice.credit', true],
    ],
  );

  const person = await s.userId('operator');
  const itself = await actions('operator', person);
  assert.equal(
    itself.map(({ id, code }) => [id, code]),
    [
      ['user.set-roles', 'separation-of-duties'],
      ['user.deactivate', 'separation-of-duties'],
      ['user.reactivate', 'invalid-state'],
      ['user.erase', 'separation-of-duties'],
    ],
  );
  const [enablement] = await s.asApp("SELECT id FROM pack_enablements WHERE pack_id = 'finops'");
  assert.equal(
    (await actions('operator', String(enablement?.id))).map(({ method, path, allowed }) => [method, path, allowed]),
    [['PUT', '/tenants/demo-external/packs/finops', true]],
  );
});

test('what has no actions has an empty list, and one that goes wrong does not take the others along', async () => {
  const lead = succeeded(await s.post('ae', LEADS, newLead()), 201);
  assert.equal(await actions('ae', lead.opportunity.id), []);
  assert.equal(
    (await actions('ae', lead.id)).map(({ id, allowed }) => [id, allowed]),
    [['revops.lead.edit', true]],
  );
  const probe = succeeded(await s.post('engineer', '/probes', { name: 'p' }), 201);
  const items = await actions('engineer', probe.id);
  const of = (verb: string) => items.find(({ id }) => id === `probe.${verb}`);
  assert.equal([of('explode')?.allowed, of('explode')?.code, of('close')?.allowed, of('report')?.allowed], [false, 'internal', true, true]);
  assert.not.match(JSON.stringify(items), 'hunter2');
});

test('asking stores nothing and meters nothing', async () => {
  const id = await after(await created(), ...APPROVED);
  const tables = ['receipts', 'policy_decisions', 'usage_events', 'approvals', 'disclosures', 'outbox'];
  const counts = () => s.asApp(`SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table}) AS ${table}`).join(', ')}`);
  const before = await counts();
  for (const handle of PEOPLE) await actions(handle, id);
  assert.equal(await counts(), before);
});

test('what is not there, of another tenant, or of a pack that is disabled, is not found', async () => {
  const id = await created();
  const unknown = '018f0000-0000-7000-8000-000000000001';
  // Refusing it leaves a receipt that names it, and yet it is nothing.
  assert.is((await s.post('auditor', `${requests}/${unknown}/approve`)).status, 403);
  for (const wrong of [unknown, 'x', `${id}0`]) assert.is((await s.get('engineer', `/subjects/${wrong}/actions`)).body.code, 'not-found', wrong);
  assert.is((await s.get('engineer', `/subjects/${id}/actions`, { tenant: 'summit-internal' })).status, 404);
  const quote = await deals.quote();
  await s.put('operator', '/tenants/demo-external/packs/revops', { enabled: false });
  assert.is((await s.get('ae', `/subjects/${quote}/actions`)).body.code, 'not-found');
  await s.put('operator', '/tenants/demo-external/packs/revops', { enabled: true });
  assert.is((await s.get('ae', `${QUOTES}/${quote}`)).status, 200);
  assert.is((await s.get('ae', `/subjects/${quote}/actions`)).status, 200);
});

test.run();

import { pathToFileURL } from 'node:url';
import { type TestPack, type TestPackOptions, testPack } from '@summit/sdk/testing';
import { scheduledJobs } from 'node-schedule';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { packFolder } from './support/pack-folder.ts';
import { accessRequest } from './support/summit.ts';

const test = suite('The test kit');

const PACK = new URL('../packs/high-risk-ops', import.meta.url);
const GRANT = 'high-risk-ops.grant-access';
const settings = { 'high-risk-ops': { targets: { 'orders-db': { executor: 'stub' } } } };

async function withKit(work: (kit: TestPack) => Promise<void>, options: TestPackOptions = {}, folder: URL = PACK): Promise<void> {
  const kit = await testPack(folder, { ...(folder === PACK ? { settings } : {}), ...options });
  try {
    await work(kit);
  } finally {
    await kit.close();
  }
}

async function approved(kit: TestPack): Promise<string> {
  const { body } = await kit.as('engineer').post('/high-risk-ops/requests', accessRequest());
  for (const handle of ['team-lead', 'security-officer']) await kit.as(handle).post(`/high-risk-ops/requests/${body.id}/approve`);
  return body.id;
}

const statusOf = async (kit: TestPack, id: string) => (await kit.as('auditor').get(`/high-risk-ops/requests/${id}`)).body.status;

test('a pack runs with two people for each of its roles, in two tenants that see nothing of one another', () =>
  withKit(async (kit) => {
    const id = await approved(kit);
    assert.is(await statusOf(kit, id), 'approved');
    assert.is((await kit.as('engineer-2', kit.otherTenant).get(`/high-risk-ops/requests/${id}`)).status, 404);
    assert.is((await kit.as('outsider').post('/high-risk-ops/requests', accessRequest())).body.code, 'forbidden');
    assert.is.not(await kit.userId('engineer'), await kit.userId('engineer', kit.otherTenant));
    assert.is((await kit.send('GET', '/high-risk-ops/requests')).status, 401);
    assert.equal(
      (await kit.receipts(id)).map(({ state }) => state.to),
      ['pending', 'pending', 'approved'],
    );
  }));

test('time passes when the test says so, and jobs see it', () =>
  withKit(async (kit) => {
    const id = await approved(kit);
    const before = await kit.now();
    assert.is(await kit.runJob('high-risk-ops.lapse-requests'), 0);
    kit.advance({ days: 1, hours: 1, minutes: 1 });
    assert.ok(Date.parse(await kit.now()) - Date.parse(before) >= 25 * 3_600_000);
    assert.is(await kit.runJob('high-risk-ops.lapse-requests'), 1);
    assert.is(await statusOf(kit, id), 'lapsed');
  }));

test('a fake stands for an effect, and what it answers is what is recorded', () =>
  withKit(
    async (kit) => {
      const id = await approved(kit);
      await kit.as('engineer').post(`/high-risk-ops/requests/${id}/execute`);
      assert.is(await statusOf(kit, id), 'failed');
      assert.equal(
        kit.calls(GRANT).map(({ subject, payload }) => [subject, payload.target]),
        [[id, 'orders-db']],
      );
    },
    { effects: { [GRANT]: async () => ({ success: false, error: 'out of order', target_executor: 'fake' }) } },
  ));

test('an effect that fails is tried again when its time has come', () =>
  withKit(async (kit) => {
    const id = await approved(kit);
    kit.failNext(GRANT);
    const answer = kit.as('engineer').post(`/high-risk-ops/requests/${id}/execute`);
    while (kit.calls(GRANT).length === 0) await kit.now();
    kit.advance({ minutes: 1 });
    await kit.deliver();
    await answer;
    assert.is(await statusOf(kit, id), 'executed');
    assert.is(kit.calls(GRANT).length, 2);
    assert.is(new Set(kit.calls(GRANT).map(({ messageId }) => messageId)).size, 1);
  }));

test('a policy can be answered for, and answers for itself again', () =>
  withKit(async (kit) => {
    const create = () => kit.as('engineer').post('/high-risk-ops/requests', accessRequest());
    kit.decide('high-risk-ops.request.create', { allowed: false, required_approvals: [], reasons: [{ rule: 'closed', message: 'We are closed.' }] });
    const denied = await create();
    assert.equal([denied.status, denied.body.code, denied.body.detail], [403, 'policy-denied', 'We are closed.']);
    kit.decide('high-risk-ops.request.create', null);
    assert.is((await create()).status, 201);
  }));

test('evidence is verified as an auditor would', () =>
  withKit(async (kit) => {
    const { ok, integrity } = await kit.evidence(`/evidence/high-risk-ops/${await approved(kit)}`);
    assert.equal([ok, integrity.verdict], [true, 'LOGGED']);
    let said = '';
    await kit.evidence('/evidence/high-risk-ops/nothing').catch((error: Error) => {
      said = error.message;
    });
    assert.match(said, /answers 404/);
  }));

test('webhooks come in at the kit', () =>
  withKit(
    async (kit) => {
      const lead = { email: 'pat@globex.example', company: 'Globex', segment: 'enterprise' };
      const { body } = await kit.as('ae').post('/revops/leads', lead);
      const quote = await kit.as('ae').post('/revops/quotes', { opportunity_id: body.opportunity.id, amount: '100', discount_percent: '10' });
      await kit.as('ae').post(`/revops/quotes/${quote.body.id}/submit-for-approval`);
      await kit.deliver();
      assert.equal(
        kit.receiver?.at('/webhooks').map(({ body: text }) => JSON.parse(text).type),
        ['quote.submitted'],
      );
    },
    { webhooks: ['quote.submitted'] },
    new URL('../packs/revops', import.meta.url),
  ));

const onPostgres = process.env.DATABASE_URL !== undefined;

test('what is configured alike is copied and not configured again, and what is not has nothing of it', async () => {
  const engineer = async (options: TestPackOptions = {}) => {
    let id = '';
    await withKit(async (kit) => {
      id = await kit.userId('engineer');
    }, options);
    return id;
  };
  const first = await engineer();
  // Ids are made when tenants are configured, which is what a start spends its time on. On PostgreSQL each is made anew.
  assert.is((await engineer()) === first, !onPostgres);
  assert.is.not(await engineer({ teams: ['another'] }), first);
});

test('what starts from a copy begins where the first one began, and what each then does stays its own', async () => {
  await withKit(async (kit) => {
    await approved(kit);
    await withKit(async (other) => {
      assert.is((await other.as('auditor').get('/high-risk-ops/requests')).body.total, 0);
      assert.is((await other.evidence(`/evidence/high-risk-ops/${await approved(other)}`)).integrity.verdict, 'LOGGED');
    });
    assert.is((await kit.as('auditor').get('/high-risk-ops/requests')).body.total, 1);
  });
});

test('what a pack requires is found beside it, as a folder and as a package', async () => {
  const packs = packFolder();
  try {
    packs.write('node_modules/@acme/other/package.json', '{"name": "@acme/other", "version": "1.0.0", "type": "module"}');
    packs.write(
      'node_modules/@acme/other/manifest.js',
      "import { definePack } from '@summit/sdk';\nexport default definePack({ id: 'other', title: 'Other', version: '1.0.0', summit: '^0.1.0' });",
    );
    packs.pack('neighbour');
    const folder = pathToFileURL(packs.pack('needing', "requires: { other: '^1.0.0', neighbour: '^1.0.0' }"));
    const kit = await testPack(folder, { packs: ['@acme/other', '../neighbour'] });
    try {
      assert.equal(kit.summit.services.packs.all.map(({ id }) => id).slice(1), ['other', 'neighbour', 'needing']);
    } finally {
      await kit.close();
    }
    const refused = await testPack(folder, { packs: ['@acme/absent'] }).then(
      () => 'it starts',
      (error: Error) => error.message,
    );
    assert.match(refused, 'the package @acme/absent is not installed: run npm install @acme/absent in ');
  } finally {
    packs.remove();
  }
});

test('nothing happens by the clock alone', () => withKit(async () => assert.equal(Object.keys(scheduledJobs), [])));

test('a folder that is no pack, and a fake for what is not there, are told', async () => {
  const refusal = (folder: URL, options: TestPackOptions) =>
    testPack(folder, options).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  assert.match(await refusal(new URL('./support', import.meta.url), {}), /support: it has no manifest\.ts/);
  assert.match(
    await refusal(PACK, { effects: { nothing: async () => ({}) } }),
    /no pack has the effect nothing: there are high-risk-ops\.grant-access/,
  );
});

test.run();

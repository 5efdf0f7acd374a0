import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { HighRiskRequest } from '../packs/high-risk-ops/entities.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Integrity');
let s: TestSummit;
let id: string;

test.before(async () => {
  s = await testSummit(withProbe);
  id = (await s.post('engineer', requests, accessRequest())).body.id;
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
  return 'no refusal';
}

async function state(): Promise<unknown> {
  const { body } = await s.get('engineer', `${requests}/${id}`);
  return [body.status, body.version];
}

test('raw SQL that changes a state with no receipt is refused by the database, for the app and for the owner', async () => {
  for (const set of ["status = 'approved'", 'version = version + 1', "status = 'approved', version = version + 1"]) {
    const sql = `UPDATE high_risk_requests SET ${set} WHERE tenant_id = 'demo-external' AND id = '${id}'`;
    const expected = set.includes('version') ? '23503' : 'SU001';
    assert.is(await refusal(s.asApp(sql)), expected, `app: ${set}`);
    assert.is(
      await refusal(s.asOwner(s.summit.services.database.embedded ? sql : `SET LOCAL summit.tenant = 'demo-external'; ${sql}`)),
      expected,
      `owner: ${set}`,
    );
  }
  assert.equal(await state(), ['pending', 1]);
});

test("the ORM's own nativeUpdate is refused just the same", async () => {
  const { orm } = s.summit.services.database;
  const change = orm.em.fork().transactional(async (em) => {
    await em.execute("SET LOCAL summit.tenant = 'demo-external'");
    await em.nativeUpdate(HighRiskRequest.schema, { id } as never, { status: 'approved', version: 2 } as never);
  });
  assert.is(await refusal(change), '23503');
  assert.equal(await state(), ['pending', 1]);
});

test('a new row without its receipt is refused', async () => {
  const sql = `INSERT INTO probes (tenant_id, id, status, version, created_at, updated_at, name)
    VALUES ('demo-external', '${crypto.randomUUID()}', 'open', 1, now(), now(), 'forged')`;
  assert.is(await refusal(s.asApp(sql)), '23503');
});

test("another subject's receipt witnesses nothing, nor does the same one twice", async () => {
  const other = (await s.post('engineer', requests, accessRequest())).body;
  const state = (receipt: string) => `INSERT INTO subject_states SELECT tenant_id, '${id}', 2, 'approved', '${receipt}', leaf_hash FROM subject_states
    WHERE tenant_id = 'demo-external' AND subject_id = '${other.id}'`;
  assert.is(await refusal(s.asApp(state(other.receipt.id))), '23503');
  assert.is(await refusal(s.asApp(state(crypto.randomUUID()))), '23503');
});

test('a receipt whose bytes are not those of its leaf hash is refused', async () => {
  const sql = `INSERT INTO receipts SELECT tenant_id, gen_random_uuid(), action, 'denied', actor, subject_type, subject_id, NULL, NULL, NULL, leaf_hash, bytes || 'x'::bytea, changes, decision_ids, at
    FROM receipts WHERE tenant_id = 'demo-external' AND subject_id = '${id}' LIMIT 1`;
  assert.is(await refusal(s.asApp(sql)), '23514');
});

test('what only grows is not rewritten: no privilege for the app, a trigger for the owner', async () => {
  for (const table of ['receipts', 'subject_states', 'policy_decisions', 'usage_events', 'edges', 'approvals', 'high_risk_executions']) {
    for (const sql of [`UPDATE ${table} SET tenant_id = 'x'`, `DELETE FROM ${table}`, `TRUNCATE ${table}`]) {
      assert.is(await refusal(s.asApp(sql)), '42501', `app: ${sql}`);
    }
  }
  for (const table of ['receipts', 'subject_states', 'policy_decisions', 'usage_events', 'edges', 'nodes']) {
    // A superuser sees all rows; another owner may lift its own row-level security, and meets the triggers behind it.
    const { embedded } = s.summit.services.database;
    const asOwner = (sql: string) => refusal(s.asOwner(embedded ? sql : `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY; ${sql}`));
    assert.is(await asOwner(`UPDATE ${table} SET tenant_id = tenant_id`), 'SU002', table);
    assert.is(await asOwner(`DELETE FROM ${table}`), 'SU002', table);
    assert.is(await asOwner(`TRUNCATE ${table} CASCADE`), 'SU002', table);
  }
  assert.ok((await s.get('auditor', '/receipts')).body.total > 0);
});

test('a query that forgets its tenant sees nothing of others, and without a tenant nothing at all', async () => {
  await s.post('engineer', requests, accessRequest(), { tenant: 'summit-internal' });
  for (const table of ['high_risk_requests', 'receipts', 'policy_decisions', 'usage_events', 'nodes', 'edges', 'disclosures', 'users']) {
    const seen = await s.asApp(`SELECT DISTINCT tenant_id FROM ${table}`, [], 'summit-internal');
    assert.equal(seen, [{ tenant_id: 'summit-internal' }], table);
    assert.equal(await s.asApp(`SELECT tenant_id FROM ${table}`, [], 'nobody-at-all'), [], table);
  }
  const smuggled = "INSERT INTO nodes VALUES ('summit-internal', gen_random_uuid(), 'x', 'x')";
  assert.is(await refusal(s.asApp(smuggled)), '42501', 'a row of another tenant cannot be written either');
});

test('a partition is no way round: not for the app, nor by its owner', async () => {
  const [partition] = await s.asOwner('SELECT to_char(now() AT TIME ZONE \'UTC\', \'"policy_decisions_y"YYYY"m"MM\') AS name');
  const name = String(partition?.name);
  assert.is(await refusal(s.asApp(`SELECT * FROM ${name}`)), '42501');
  assert.is(await refusal(s.asOwner(`TRUNCATE ${name}`)), 'SU002');
  if (!s.summit.services.database.embedded) assert.equal(await s.asOwner(`SELECT * FROM ${name}`), [], 'row-level security is forced');
  assert.is(await refusal(s.asApp('SELECT summit_make_partitions(40)')), '42501');
});

test('a handle stands in one disclosure, which can be erased', async () => {
  const found = await s.asApp("SELECT name FROM disclosures WHERE value LIKE '%security-officer%'");
  assert.equal(found, [{ name: 'handle' }]);
  await s.asApp("UPDATE disclosures SET value = NULL, salt = NULL WHERE name = 'handle' AND value = 'ae-2'");
  const users = (await s.get('auditor', '/users')).body;
  assert.is(users.items.filter(({ handle }: { handle: string | null }) => handle === null).length, 1);
});

test('queries run in a transaction that cannot write', async () => {
  const write = s.summit.services.database.transaction('demo-external', 'read', (tx) => tx.query("INSERT INTO tenants VALUES ('x', now())"));
  assert.is(await refusal(write), '25006');
});

test('receipts are chained, canonical, and bind what was written without personal data', async () => {
  await s.post('team-lead', `${requests}/${id}/approve`, { comment: 'a comment to be erased' });
  const rows = (await s.asApp('SELECT bytes, leaf_hash, changes FROM receipts WHERE subject_id = $1 ORDER BY id', [id])) as {
    bytes: Uint8Array;
    leaf_hash: Uint8Array;
    changes: string;
  }[];
  const contents = rows.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()));
  assert.equal(
    contents.map(({ seq }) => seq),
    [1, 2],
  );
  assert.equal(contents[0].parents, []);
  assert.equal(contents[1].parents, [Buffer.from(rows[0]?.leaf_hash ?? []).toString('base64')]);
  for (const [index, { bytes, leaf_hash, changes }] of rows.entries()) {
    const text = Buffer.from(bytes).toString();
    assert.equal(createHash('sha256').update(Uint8Array.of(0)).update(bytes).digest(), Buffer.from(leaf_hash));
    assert.equal(Object.keys(contents[index]), Object.keys(contents[index]).sort(), 'RFC 8785 sorts members');
    assert.is(contents[index].changes_digest, createHash('sha256').update(changes).digest('hex'));
    assert.is(contents[index].origin, 'summit.local/demo-external');
    for (const personal of ['look at order', 'a comment to be', await s.userId('team-lead'), 'team-lead']) {
      assert.not.match(text, personal);
      if (personal !== (await s.userId('team-lead'))) assert.not.match(changes, personal);
    }
  }
  const [{ disclosed } = { disclosed: 0 }] = await s.asApp('SELECT count(*) AS disclosed FROM disclosures WHERE commitment = ANY($1)', [
    contents.flatMap(({ actor, commitments }) => [actor, ...commitments]),
  ]);
  assert.is(disclosed, new Set(contents.flatMap(({ actor, commitments }) => [actor, ...commitments])).size, 'every commitment can be opened');
});

test('the receipt of a final state seals its subject with the count of all before it', async () => {
  await s.post('engineer', `${requests}/${id}/cancel`);
  const rows = (await s.asApp('SELECT bytes FROM receipts WHERE subject_id = $1 ORDER BY id', [id])) as { bytes: Uint8Array }[];
  assert.equal(
    rows.map(({ bytes }) => JSON.parse(Buffer.from(bytes).toString()).sealed_count),
    [undefined, undefined, 3],
  );
});

test('a throw inside apply rolls all back and leaves only a failed receipt', async () => {
  const probe = (await s.post('engineer', '/probes', { name: 'p' })).body.id;
  const { status, body } = await s.post('engineer', `/probes/${probe}/explode`);
  assert.equal([status, body.code], [500, 'internal']);
  assert.not.match(JSON.stringify(body), /boom|hunter2/);
  const receipts = (await s.get('auditor', `/receipts?subject_id=${probe}`)).body.items;
  assert.equal(
    receipts.map((item: Record<string, unknown>) => [item.action, item.outcome, item.seq]),
    [
      ['probe.explode', 'failed', null],
      ['probe.create', 'allowed', 1],
    ],
  );
  assert.is((await s.post('engineer', `/probes/${probe}/close`)).status, 200, 'and the subject goes on from where it was');
});

test('a pack cannot go where its transitions have no way, change what it has not locked, skip a version, or name a relationship or an effect that is none', async () => {
  const probe = (await s.post('engineer', '/probes', { name: 'p' })).body.id;
  for (const verb of ['leap', 'unlocked', 'skip-version', 'relate-undeclared', 'send-nowhere']) {
    const { status } = await s.post('engineer', `/probes/${probe}/${verb}`);
    assert.is(status, 500, verb);
  }
  const outcomes = (await s.get('auditor', `/receipts?subject_id=${probe}`)).body.items.map(({ outcome }: { outcome: string }) => outcome);
  assert.equal(outcomes, ['failed', 'failed', 'failed', 'failed', 'failed', 'allowed']);
});

test('a policy that no bundle answers lets nothing through', async () => {
  const of = "WHERE tenant_id = 'demo-external' AND package = 'high_risk.operations'";
  const [policy] = await s.asApp(`SELECT digest FROM policies ${of}`);
  await s.tamper('policies', `UPDATE policies SET digest = NULL ${of}`);
  try {
    const { status, body } = await s.post('engineer', requests, accessRequest());
    assert.equal([status, body.code], [503, 'unavailable']);
  } finally {
    await s.tamper('policies', `UPDATE policies SET digest = '${policy?.digest}' ${of}`);
  }
});

test('usage events stand in the transaction of what they count', async () => {
  const before = await s.asApp('SELECT type, count(*) AS n FROM usage_events GROUP BY type ORDER BY type');
  await s.post('engineer', requests, accessRequest());
  await s.post('ae', requests, accessRequest());
  await s.post('engineer', requests, {});
  const after = await s.asApp('SELECT type, count(*) AS n FROM usage_events GROUP BY type ORDER BY type');
  const counted = after.map(({ type, n }, index) => [type, Number(n) - Number(before[index]?.n)]);
  assert.equal(counted, [
    ['policy_decision', 2],
    ['workflow_run', 1],
  ]);
  const [event] = await s.asApp("SELECT * FROM usage_events WHERE type = 'workflow_run' ORDER BY id DESC LIMIT 1");
  assert.equal(
    [event?.pack, event?.source, event?.quantity, event?.metadata],
    ['high-risk-ops', '/packs/high-risk-ops', '1', { workflow: 'high-risk-ops.request' }],
  );
});

test.run();

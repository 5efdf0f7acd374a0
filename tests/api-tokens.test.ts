import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TenantFile } from '../kernel/config/tenant.ts';
import { hashOfApiToken, newApiToken, tenantOfApiToken } from '../kernel/identity/api-token-secret.ts';
import { errorsIn } from '../kernel/validation.ts';
import { sendSignIn } from './support/browser.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('API tokens');
const TENANT = 'demo-external';
const requests = '/high-risk-ops/requests';
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
});
test.after(() => s?.close());

function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString();
}

/** A token of somebody's, as the API answers it the one time. */
async function made(handle: string, fields: Readonly<Record<string, unknown>> = {}) {
  const { status, body } = await s.post(handle, '/api-tokens', { title: 'nightly export', expires_at: inDays(30), ...fields });
  assert.is(status, 201, JSON.stringify(body));
  return body;
}

function by(token: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return s.send(method, path, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

const remove = (handle: string, id: string) => s.delete(handle, `/api-tokens/${id}`);

test('a token that a person has made works on every route, as that person', async () => {
  const { token, receipt, ...shown } = await made('engineer');
  assert.match(token, /^smt_demo-external_[0-9A-Za-z]{36}$/);
  assert.equal(
    [shown.title, shown.status, shown.expired, shown.roles, shown.read_only, shown.created_by, shown.last_used_at, shown.revoked_at],
    ['nightly export', 'active', false, ['engineer'], false, 'engineer', null, null],
  );
  assert.is((await by(token, 'GET', '/me')).body.handle, 'engineer');
  const created = await by(token, 'POST', requests, accessRequest());
  assert.equal([created.status, created.body.requester], [201, 'engineer']);
  assert.is((await by(token, 'POST', '/access/v1/evaluations', { evaluations: [] })).status, 400, 'AuthZEN knows who asks, and says what is missing');
  assert.is((await by(token, 'GET', '/no/such/route')).status, 404);
  const { body: receipts } = await s.get('auditor', `/receipts?subject_id=${shown.id}`);
  assert.equal(
    receipts.items.map(({ id, action, actor }: Record<string, string>) => [id, action, actor]),
    [[receipt.id, 'api-token.create', 'engineer']],
  );
});

test('the decision on what a token does says by which it was done, and that on what a person does is as it was', async () => {
  const { id, token } = await made('engineer');
  const properties = async ({ body }: Answer) => {
    const [decision] = body.decision_ids;
    return (await s.get('auditor', `/policy-decisions/${decision}`)).body.input.subject.properties;
  };
  assert.equal(await properties(await by(token, 'POST', requests, accessRequest())), {
    roles: ['engineer'],
    authentication: { by: 'api-token', id, read_only: false },
  });
  assert.equal(await properties(await s.post('engineer', requests, accessRequest())), { roles: ['engineer'] });
});

test('the secret is shown once, and kept nowhere', async () => {
  const headers = { 'idempotency-key': 'make-a-token-once' };
  const input = { title: 'shown once', expires_at: inDays(1) };
  const first = await s.post('finance', '/api-tokens', input, { headers });
  const again = await s.post('finance', '/api-tokens', input, { headers });
  assert.equal([again.status, again.headers.get('idempotent-replayed')], [201, 'true']);
  assert.equal(again.body, { ...first.body, token: null });
  const secret = first.body.token.slice('smt_demo-external_'.length);
  const tables = await s.asOwner('SELECT relname AS name FROM pg_class WHERE relforcerowsecurity AND NOT relispartition');
  assert.ok(tables.length > 20);
  const holding = async (text: string) => {
    const found = [];
    for (const { name } of tables) {
      // The bytes of a receipt are shown in hex.
      const shown = name === 'receipts' ? "concat(t, convert_from(bytes, 'UTF8'))" : 't::text';
      if ((await s.asApp(`SELECT 1 FROM ${name} t WHERE ${shown} LIKE '%${text}%'`)).length > 0) found.push(name);
    }
    return found;
  };
  assert.equal(await holding(secret), []);
  const hash = hashOfApiToken(first.body.token);
  assert.equal(
    (await holding(hash)).filter((name) => !String(name).startsWith('receipts')),
    ['api_tokens'],
    'it was looked for',
  );
});

test('a token is misspelt, unknown, of another tenant, revoked or expired, and each is said', async () => {
  const { id, token } = await made('engineer', { expires_at: inDays(3) });
  assert.is(tenantOfApiToken(token), TENANT);
  const refusal = async (sent: string) => {
    const { status, headers, body } = await by(sent, 'GET', '/me');
    assert.match(headers.get('www-authenticate') ?? '', 'Bearer');
    return [status, body.code, body.detail];
  };
  const misspelt = 'This is no API token: it is misspelt or cut off.';
  const last = token.at(-1) === 'x' ? 'y' : 'x';
  for (const sent of [token.slice(0, -1), token.slice(0, -1) + last, 'smt_', token.replace('external', 'internal')])
    assert.equal(await refusal(sent), [401, 'unauthenticated', misspelt], sent);
  for (const tenant of [TENANT, 'summit-internal', 'nobody-here'])
    assert.equal(await refusal(newApiToken(tenant)), [401, 'unauthenticated', 'There is no such API token.']);
  assert.is((await by(token, 'GET', '/me')).status, 200);
  assert.equal([(await remove('engineer', id)).body.status, (await remove('engineer', id)).body.code], ['revoked', 'invalid-state']);
  assert.equal(await refusal(token), [401, 'unauthenticated', 'The API token was revoked.']);
  const short = await made('engineer', { expires_at: inDays(2) });
  assert.is((await by(short.token, 'GET', '/me')).status, 200);
  s.advance({ minutes: 2 * 24 * 60 });
  s.summit.services.access.forget(TENANT);
  assert.equal(await refusal(short.token), [401, 'unauthenticated', `The API token has expired at ${short.expires_at}: make another.`]);
  assert.is((await s.get('engineer', `/api-tokens/${short.id}`)).body.expired, true);
  s.advance({ minutes: -2 * 24 * 60 });
});

test('a token lasts at most a year, from now on', async () => {
  const errors = async (fields: Readonly<Record<string, unknown>>) => {
    const { status, body } = await s.post('engineer', '/api-tokens', { title: 'x', ...fields });
    return [status, body.code, body.errors];
  };
  const wrong = (path: string, message: string) => [400, 'invalid-input', [{ path, message }]];
  assert.equal(await errors({ expires_at: inDays(366) }), wrong('expires_at', 'must be within 365 days'));
  assert.equal(await errors({ expires_at: inDays(-1) }), wrong('expires_at', 'must be in the future'));
  assert.equal(await errors({}), wrong('expires_at', 'is required'));
  assert.equal(
    await errors({ expires_at: inDays(1), roles: ['engineer', 'operator'] }),
    wrong('roles.1', 'is none of your roles, which are engineer'),
  );
});

test('a token that only reads changes nothing, and asks what it likes', async () => {
  const { token } = await made('operator', { read_only: true });
  assert.is((await by(token, 'GET', '/users')).status, 200);
  const asked = await by(token, 'POST', '/dry-run', { action: 'tenant.set-pack', subject_id: 'revops', input: { enabled: true } });
  assert.equal([asked.status, asked.body.allowed, asked.body.code], [200, false, 'forbidden']);
  const { status, body } = await by(token, 'PUT', `/tenants/${TENANT}/packs/revops`, { enabled: true });
  assert.equal([status, body.code], [403, 'forbidden']);
  assert.match(body.detail, /this API token only reads/);
});

test('a token has the roles that it was made for, and of those the ones that its person still has', async () => {
  const { token } = await made('lead-and-security', { roles: ['team_lead'] });
  const all = await made('lead-and-security');
  const rolesBy = async (sent: string) => (await by(sent, 'GET', '/me')).body.roles;
  assert.equal([await rolesBy(token), (await rolesBy(all.token)).toSorted()], [['team_lead'], ['security_officer', 'team_lead']]);
  assert.is((await by(token, 'GET', '/alerts')).status, 403, 'that is for security officers');
  assert.match((await by(token, 'GET', '/alerts')).body.detail, /by this token you have team_lead\.$/);
  const person = await s.userId('lead-and-security');
  assert.is((await s.put('operator', `/users/${person}/roles`, { roles: ['security_officer', 'engineer'] })).status, 200);
  assert.equal([await rolesBy(token), await rolesBy(all.token)], [[], ['security_officer']], 'and none that came later');
});

test('a token makes no tokens, sets no roles and becomes no session', async () => {
  const { token } = await made('operator');
  const made2 = await by(token, 'POST', '/api-tokens', { title: 'another', expires_at: inDays(1) });
  assert.equal([made2.status, made2.body.code], [403, 'forbidden']);
  const set = await by(token, 'PUT', `/users/${await s.userId('engineer-2')}/roles`, { roles: ['operator'] });
  assert.equal([set.status, set.body.code], [403, 'forbidden']);
  const signIn = await sendSignIn(s, { token });
  assert.equal([signIn.status, signIn.headers.get('set-cookie')], [403, null]);
});

test('people see and revoke their own; operators those of all; auditors look', async () => {
  const { id, token } = await made('ae');
  const seen = async (handle: string, query = '') => {
    const { body } = await s.get(handle, `/api-tokens?status=active&limit=200${query}`);
    return body.items.some((item: { id: string }) => item.id === id);
  };
  assert.equal([await seen('ae'), await seen('ae-2'), await seen('operator'), await seen('auditor')], [true, false, true, true]);
  assert.equal(
    [await seen('operator', '&created_by=ae'), await seen('operator', '&created_by=ae-2'), await seen('ae-2', '&created_by=ae')],
    [true, false, false],
  );
  const uncounted = [
    '/api-tokens?created_by=ae',
    `${requests}?requester=nobody-here`,
    '/receipts?actor=nobody-here',
    '/revops/leads?owner=nobody-here',
  ];
  for (const path of uncounted) {
    assert.equal((await s.get('ae-2', path)).body, { items: [], next_cursor: null, total: 0 }, path);
    assert.equal((await s.get('ae-2', `${path}&count=false`)).body, { items: [], next_cursor: null }, path);
  }
  assert.equal(
    [(await s.get('ae-2', `/api-tokens/${id}`)).status, (await remove('ae-2', id)).status, (await remove('auditor', id)).status],
    [404, 404, 403],
  );
  assert.is((await s.get('operator', `/api-tokens/${id}`, { tenant: 'summit-internal' })).status, 404);
  assert.is((await by(token, 'GET', '/me')).status, 200);
  const { status, body } = await remove('operator', id);
  assert.equal([status, body.status, body.created_by, body.version], [200, 'revoked', 'ae', 2]);
  assert.ok(body.revoked_at > body.created_at);
  assert.is((await by(token, 'GET', '/me')).status, 401);
});

test('whoever leaves has no token that works, and coming back brings none to life', async () => {
  const [early, late] = [await made('engineer-2'), await made('engineer-2')];
  const outcome = async ({ token }: { token: string }) => {
    const { status, body } = await by(token, 'GET', '/me');
    return [status, body.detail ?? body.handle];
  };
  const withUsers = (users: (users: TenantFile['users']) => TenantFile['users']) =>
    s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, users: users(tenant.users) } : tenant)));
  assert.equal(await outcome(early), [200, 'engineer-2']);
  await withUsers((users) => users.filter(({ handle }) => handle !== 'engineer-2'));
  assert.equal(await outcome(early), [401, 'The token or session belongs to nobody who is active in this tenant.']);
  assert.is(await s.runJob('api-token.withdraw'), 2);
  assert.is(await s.runJob('api-token.withdraw'), 0);
  await withUsers((users) => users);
  assert.is((await s.get('engineer-2', '/me')).status, 200, 'they are back');
  for (const token of [early, late]) assert.equal(await outcome(token), [401, 'The API token was revoked.']);
  const { body: receipts } = await s.get('auditor', `/receipts?subject_id=${late.id}&action=api-token.withdraw`);
  assert.is(receipts.items[0].actor, 'system:api-token.withdraw');
});

test('whoever is erased has no token that works, and its title is erased with them', async () => {
  const { id, token } = await made('engineer-2');
  assert.is((await s.post('operator', `/users/${await s.userId('engineer-2')}/erase`)).status, 200);
  const { status, body } = await by(token, 'GET', '/me');
  assert.equal([status, body.code], [401, 'unauthenticated']);
  assert.is(await s.runJob('api-token.withdraw'), 1);
  const { body: shown } = await s.get('operator', `/api-tokens/${id}`);
  assert.equal([shown.status, shown.title], ['revoked', null]);
});

test('that it was used is on record, once a minute', async () => {
  const { id, token } = await made('manager');
  const lastUsed = async () => {
    s.summit.services.access.forget(TENANT);
    await by(token, 'GET', '/me');
    return (await s.get('manager', `/api-tokens/${id}`)).body.last_used_at;
  };
  const first = await lastUsed();
  assert.is(typeof first, 'string');
  assert.is(await lastUsed(), first);
  s.advance({ minutes: 2 });
  assert.ok((await lastUsed()) > first);
  assert.is((await s.get('manager', `/api-tokens/${id}`)).body.version, 1, 'it is no change of the token');
});

test('the OpenAPI document says what is answered', async () => {
  const { paths } = (await s.send('GET', '/openapi.json')).body;
  const answer = paths['/api-tokens'].post.responses[201].content['application/json'].schema;
  const { receipt: _, ...properties } = answer.properties;
  const { receipt: __, ...body } = await made('engineer');
  const required = answer.required.filter((name: string) => name !== 'receipt');
  assert.equal(errorsIn({ ...answer, properties, required }, body), []);
  const list = paths['/api-tokens'].get.responses[200].content['application/json'].schema;
  assert.equal(errorsIn(list, (await s.get('engineer', '/api-tokens')).body), []);
});

test.run();

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DatabaseUnavailable } from '../kernel/database/errors.ts';
import { createLog } from '../kernel/log.ts';
import { Problem } from '../sdk/index.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { assertSound, verifiedEvidence } from './support/verified-evidence.ts';

const test = suite('SCIM');
const TENANT = 'demo-external';
const ROOT = '/scim/v2';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
let s: TestSummit;
let secret: string;
const logged: { readonly service: string; readonly err: { readonly message: string } }[] = [];

test.before(async () => {
  const log = createLog('error', { write: (line: string) => void logged.push(JSON.parse(line)) });
  s = await testSummit(undefined, undefined, log);
  // Jobs run when the test says so.
  await s.summit.services.jobs.stop();
  secret = (await tokenOf('operator', { scope: 'scim' })).body.token;
});
test.after(() => s?.close());

function tokenOf(handle: string, fields: Readonly<Record<string, unknown>>): Promise<Answer> {
  return s.post(handle, '/api-tokens', { title: 'Okta', expires_at: new Date(Date.now() + 86_400_000).toISOString(), ...fields });
}

function scim(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const sent = { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json', ...headers };
  return s.send(method, ROOT + path, { headers: sent, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

const patched = (id: string, ...Operations: readonly object[]) => scim('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations });
const found = async (filter: string) => (await scim('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body;

/** Actions on somebody that were allowed, by whom, newest first. */
async function receiptsOf(id: string): Promise<readonly string[]> {
  const { items } = (await s.get('auditor', `/receipts?subject_id=${id}`)).body;
  return items.map(({ action, actor }: Record<string, string>) => `${action} ${actor}`);
}

/** As Okta sends it: developer.okta.com, SCIM 2.0, create a user. */
const fromOkta = (userName: string, externalId: string) => ({
  schemas: [USER],
  userName,
  name: { givenName: 'Test', familyName: 'User' },
  emails: [{ primary: true, value: userName, type: 'work' }],
  displayName: 'Test User',
  locale: 'en-US',
  externalId,
  groups: [],
  password: '1mz050nq',
  active: true,
});

/** As Entra ID sends it: learn.microsoft.com, develop a SCIM endpoint. */
const fromEntra = (userName: string, externalId: string) => ({
  schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  externalId,
  userName,
  active: true,
  emails: [{ primary: true, type: 'work', value: userName }],
  meta: { resourceType: 'User' },
  name: { formatted: 'givenName familyName', familyName: 'familyName', givenName: 'givenName' },
  roles: [],
});

test('Okta takes somebody in, changes them, and takes them out', async () => {
  const name = 'Test.User@okta.local';
  const none = await found(`userName eq "${name}"`);
  assert.equal([none.totalResults, none.itemsPerPage, none.startIndex, none.Resources], [0, 0, 1, []]);
  const { status, headers, body } = await scim('POST', '/Users', fromOkta(name, '00ujl29u0le5T6Aj10h7'));
  assert.is(status, 201, JSON.stringify(body));
  assert.match(headers.get('content-type') ?? '', 'application/scim+json');
  const { id, meta, ...shown } = body;
  assert.equal(shown, { schemas: [USER], externalId: '00ujl29u0le5T6Aj10h7', userName: name, active: true });
  assert.equal([headers.get('location'), headers.get('etag')], [meta.location, meta.version]);
  assert.match(meta.location, `${ROOT}/Users/${id}`);
  const { items } = (await s.get('operator', '/users?q=test-user')).body;
  assert.equal([items[0].id, items[0].handle, items[0].roles], [id, 'test-user', []], 'with no role');
  assert.equal((await found(`userName eq "${name.toUpperCase()}"`)).Resources, [body], 'names have no case');
  assert.equal((await scim('GET', `/Users/${id}`)).body, body);

  const same = await scim('PUT', `/Users/${id}`, { ...fromOkta(name, '00ujl29u0le5T6Aj10h7'), id, meta });
  assert.equal([same.status, same.body], [200, body], 'nothing has changed, the version neither');
  const { externalId: _, ...profile } = fromOkta('other.user@okta.local', '');
  const renamed = await scim('PUT', `/Users/${id}`, profile);
  assert.equal([renamed.body.userName, renamed.body.externalId], ['other.user@okta.local', '00ujl29u0le5T6Aj10h7'], 'what is left out stays');
  assert.is((await found(`userName eq "${name}"`)).totalResults, 0);

  const off = await patched(id, { op: 'replace', value: { active: false } });
  assert.equal([off.status, off.body.active], [200, false]);
  assert.is((await patched(id, { op: 'replace', value: { active: false } })).body.meta.version, off.body.meta.version);
  assert.is((await found('userName eq "other.user@okta.local"')).Resources[0].active, false, 'who is out is found still');
  const on = await scim('PUT', `/Users/${id}`, { ...profile, active: true });
  assert.is(on.body.active, true);
  assert.equal(await receiptsOf(id), [
    'scim.user.change operator',
    'scim.user.change operator',
    'scim.user.change operator',
    'scim.user.create operator',
  ]);
});

test('Entra ID does the same in its own words, and deletes in the end', async () => {
  const name = 'bill@contoso.example';
  const { id } = (await scim('POST', '/Users', fromEntra(name, '0a21f0f2-8d2a'))).body;
  assert.is((await found('externalId eq "0a21f0f2-8d2a"')).Resources[0].id, id);
  const changed = await patched(
    id,
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@contoso.example' },
    { op: 'Replace', path: 'name.familyName', value: 'Updated' },
    { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Sales' },
  );
  assert.equal([changed.status, changed.body.meta.version], [200, 'W/"1"'], 'what is not kept is taken, and changes nothing');
  const renamed = await patched(
    id,
    { op: 'Replace', path: 'userName', value: 'william@contoso.example' },
    { op: 'Replace', path: 'externalId', value: 'b' },
  );
  assert.equal([renamed.body.userName, renamed.body.externalId], ['william@contoso.example', 'b']);
  const off = await patched(id, { op: 'Replace', path: 'active', value: 'False' });
  assert.is(off.body.active, false);
  assert.is((await found('externalId eq "b"')).Resources[0].id, id, 'also once they are out');
  assert.is((await patched(id, { op: 'Replace', path: `${USER}:active`, value: 'True' })).body.active, true);

  const gone = await scim('DELETE', `/Users/${id}`);
  assert.equal([gone.status, gone.body], [204, '']);
  for (const method of ['GET', 'DELETE']) assert.equal((await scim(method, `/Users/${id}`)).body.status, '404', method);
  assert.is((await patched(id, { op: 'Replace', path: 'active', value: 'True' })).status, 404);
  assert.equal([(await found('externalId eq "b"')).totalResults, (await found('userName eq "william@contoso.example"')).totalResults], [0, 0]);
  const person = (await s.get('operator', '/users?limit=200')).body.items.find((item: { id: string }) => item.id === id);
  assert.equal([person.status, person.deactivated_by], ['deactivated', 'scim'], 'here they are known still');
  const anew = await scim('POST', '/Users', fromEntra('bill@contoso.example', 'b'));
  assert.equal([anew.status, anew.body.id === id], [201, false]);
  const handle = (await s.get('operator', '/users?q=bill-2')).body.items[0];
  assert.is(handle.id, anew.body.id, 'and nobody inherits a handle');
});

test('somebody whom the file of the tenant has made is found by handle, and leaves with all that was theirs', async () => {
  const { id, active } = (await found('userName eq "engineer-2"')).Resources[0];
  assert.is(active, true);
  const mine = (await tokenOf('engineer-2', {})).body.token;
  const { id: pending } = (await s.post('engineer-2', '/high-risk-ops/requests', accessRequest())).body;
  const jwt = await s.token('engineer-2');
  assert.is((await patched(id, { op: 'replace', path: 'active', value: false })).body.active, false);
  for (const token of [mine, jwt]) assert.is((await s.send('GET', '/me', { headers: { authorization: `Bearer ${token}` } })).status, 401);
  for (const job of ['api-token.withdraw', 'high-risk-ops.request.cancel-left-behind']) assert.is(await s.runJob(job), 1, job);
  assert.is((await s.get('engineer', `/high-risk-ops/requests/${pending}`)).body.status, 'cancelled');
  assertSound(await verifiedEvidence(s, `/evidence/high-risk-ops/${pending}`), ['LOGGED', 'COMPLETE', 'REPRODUCED 1 of 1']);

  const [file] = s.config.tenants.filter((tenant) => tenant.id === TENANT);
  if (!file) throw new Error('the tenant is configured');
  await s.summit.services.tenants.apply([{ ...file, title: 'Applied again' }]);
  const { Resources } = await found('userName eq "engineer-2"');
  assert.equal([Resources[0].active, (await found('userName eq "other.user@okta.local"')).Resources[0].active], [false, true]);
  assert.is((await patched(id, { op: 'replace', path: 'active', value: true })).body.active, true);
  const { items } = (await s.get('operator', '/users?q=engineer-2')).body;
  assert.equal(items[0].roles, [], 'and comes back with nothing');
  assert.is((await s.send('GET', '/me', { headers: { authorization: `Bearer ${mine}` } })).status, 401);
});

test('what a request says of the schema of users it says of the user', async () => {
  const { id } = (await scim('POST', '/Users', fromEntra('nested@contoso.example', 'nested'))).body;
  const active = async () => (await scim('GET', `/Users/${id}`)).body.active;
  assert.is((await patched(id, { op: 'replace', value: { [USER]: { active: false } } })).body.active, false);
  assert.is((await patched(id, { op: 'replace', path: USER, value: { active: 'True' } })).body.active, true);
  assert.is((await patched(id, { op: 'add', path: ` ${USER.toUpperCase()} `, value: { Active: false } })).body.active, false);
  assert.is((await scim('PUT', `/Users/${id}`, { schemas: [USER], [USER]: { active: true } })).body.active, true);
  const off = await patched(id, { op: 'replace', value: { [USER]: false } });
  assert.equal([off.status, off.body.scimType, await active()], [400, 'invalidSyntax', true]);
  const gone = await patched(id, { op: 'remove', path: USER });
  assert.equal([gone.status, gone.body.scimType, await active()], [400, 'mutability', true]);
  // As JSON, since what an object literal calls __proto__ is no member.
  const strange = `{"schemas":["${USER}"],"constructor":"x","toString":"y","__proto__":{"active":false}}`;
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/scim+json' };
  const { status } = await s.send('PUT', `${ROOT}/Users/${id}`, { headers, body: strange });
  assert.equal([status, await active()], [200, true], 'names that every object has are passed over like others');
});

test('a provider does not say who signs in as somebody of the file, or as somebody who has roles', async () => {
  const { id, version } = (await s.get('operator', '/users?q=security-officer')).body.items[0];
  const stays = async (sent: Promise<Answer>, why: RegExp) => {
    const { status, body } = await sent;
    assert.equal([status, body.scimType], [400, 'mutability']);
    assert.match(body.detail, why);
  };
  const theFile = /^externalId: .* the tenant's file/;
  await stays(patched(id, { op: 'replace', path: 'externalId', value: 'mallory' }), theFile);
  await stays(patched(id, { op: 'remove', path: 'externalId' }, { op: 'add', value: { externalId: 'mallory' } }), theFile);
  await stays(scim('PUT', `/Users/${id}`, fromOkta('security-officer', 'mallory')), theFile);
  assert.is((await s.get('operator', '/users?q=security-officer')).body.items[0].version, version);

  const { id: made } = (await scim('POST', '/Users', { schemas: [USER], userName: 'rose@okta.local' })).body;
  assert.is((await patched(made, { op: 'add', path: 'externalId', value: 'rose-0' })).body.externalId, 'rose-0', 'who has no role yet');
  assert.is((await s.put('operator', `/users/${made}/roles`, { roles: ['engineer'] })).status, 200);
  const theirRoles = /^externalId: .* has roles/;
  for (const externalId of ['mallory', null])
    await stays(scim('PUT', `/Users/${made}`, { schemas: [USER], userName: 'rose@okta.local', externalId }), theirRoles);
  const same = await scim('PUT', `/Users/${made}`, fromOkta('rose.r@okta.local', 'rose-0'));
  assert.equal([same.status, same.body.userName], [200, 'rose.r@okta.local'], 'all else is theirs to say');

  const gone = await scim('PUT', `/Users/${made}`, { ...fromOkta('rose.r@okta.local', 'mallory'), active: false });
  assert.equal([gone.status, gone.body.active, gone.body.externalId], [200, false, 'rose-0'], 'who leaves is not kept in by a name');
});

test('people of the file are matched by name, and leave, whatever the provider calls them besides', async () => {
  const { id } = (await found('userName eq "team-lead"')).Resources[0];
  const { externalId: _, ...profile } = fromOkta('Team-Lead', '');
  assert.is((await scim('PUT', `/Users/${id}`, profile)).body.userName, 'Team-Lead');
  const off = { ...fromOkta('Team-Lead', '00u-lead'), active: false };
  for (const _time of [1, 2]) {
    const { status, body } = await scim('PUT', `/Users/${id}`, off);
    assert.equal([status, body.active, body.externalId], [200, false, undefined]);
  }
  assert.is((await patched(id, { op: 'replace', path: 'externalId', value: '00u-lead' })).body.scimType, 'mutability', 'also while they are gone');
});

test('who is to leave leaves, also under names that somebody else has, and keeps their own', async () => {
  const leaver = async (n: number) => (await scim('POST', '/Users', fromOkta(`leaver-${n}@okta.local`, `leaver-${n}`))).body.id as string;
  await scim('POST', '/Users', fromOkta('stayer@okta.local', 'stayer'));
  const ways: readonly ((id: string) => Promise<Answer>)[] = [
    (id) => scim('PUT', `/Users/${id}`, { ...fromOkta('stayer@okta.local', 'stayer'), active: false }),
    (id) => scim('PUT', `/Users/${id}`, { ...fromOkta('team-lead', 'new'), active: false }),
    (id) => patched(id, { op: 'replace', value: { externalId: 'stayer', active: false } }),
    (id) => patched(id, { op: 'Replace', path: 'userName', value: 'STAYER@okta.local' }, { op: 'Replace', path: 'active', value: 'False' }),
  ];
  for (const [n, way] of ways.entries()) {
    const id = await leaver(n);
    assert.is((await way(id)).status, 200, String(n));
    const { body } = await way(id);
    const externalId = n === 1 ? 'new' : `leaver-${n}`;
    assert.equal([body.active, body.userName, body.externalId], [false, `leaver-${n}@okta.local`, externalId], 'what is free they are called');
    const back = await scim('PUT', `/Users/${id}`, { ...fromOkta('stayer@okta.local', 'stayer'), active: true });
    assert.equal([back.status, back.body.scimType], [409, 'uniqueness'], 'who is to come back is told');
  }
});

test('a provider does not bring back whom an operator has deactivated', async () => {
  const { id } = (await found('userName eq "manager"')).Resources[0];
  assert.is((await s.post('operator', `/users/${id}/deactivate`)).status, 200);
  const { status, body } = await patched(id, { op: 'replace', value: { active: true } });
  assert.equal([status, body.schemas, body.status, body.scimType], [400, [ERROR], '400', 'mutability']);
  assert.match(body.detail, /an operator has deactivated this person/);
  assert.is((await s.post('operator', `/users/${id}/reactivate`)).status, 200);
});

test('people who come at once, and would be called the same, all come', async () => {
  for (const round of [1, 2, 3]) {
    const names = ['a', 'b', 'c', 'd'].map((domain) => `same${round}@${domain}.example`);
    const answers = await Promise.all(names.map((userName) => scim('POST', '/Users', { schemas: [USER], userName })));
    assert.equal(
      answers.map(({ status, body }) => `${status} ${body.userName ?? body.detail}`),
      names.map((name) => `201 ${name}`),
    );
    const { items } = (await s.get('operator', `/users?q=same${round}`)).body;
    assert.equal(
      items.map(({ handle }: { handle: string }) => handle).sort(),
      ['', '-2', '-3', '-4'].map((suffix) => `same${round}${suffix}`),
    );
  }
});

test('of several who are to be called the same at once one is, and the others are told', async () => {
  const create = async (n: number) => (await scim('POST', '/Users', { schemas: [USER], userName: `renamed${n}@a.example` })).body.id;
  const ids = [await create(1), await create(2), await create(3)];
  const answers = await Promise.all(ids.map((id) => patched(id, { op: 'replace', path: 'userName', value: 'one@a.example' })));
  assert.equal(answers.map(({ status, body }) => `${status} ${body.scimType}`).sort(), ['200 undefined', '409 uniqueness', '409 uniqueness']);
});

test('each refusal has the shape and the word that SCIM has for it', async () => {
  const { id } = (await found('userName eq "ae"')).Resources[0];
  const user = { schemas: [USER] };
  const refused: readonly [string, string, unknown, number, string | undefined, RegExp][] = [
    ['POST', '/Users', { ...user, userName: 'AE' }, 409, 'uniqueness', /^userName is somebody else's/],
    ['POST', '/Users', { ...user, userName: 'x', externalId: 'b' }, 409, 'uniqueness', /^externalId is/],
    ['POST', '/Users', user, 400, 'invalidValue', /^userName is required/],
    ['POST', '/Users', { ...user, userName: ' ' }, 400, 'invalidValue', /^userName /],
    ['POST', '/Users', { userName: 'x' }, 400, 'invalidSyntax', /^schemas must have urn/],
    ['PUT', `/Users/${id}`, { ...user, userName: 'manager' }, 409, 'uniqueness', /^userName/],
    [
      'PATCH',
      `/Users/${id}`,
      { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: 'off' }] },
      400,
      'invalidValue',
      /^active must be boolean/,
    ],
    ['PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [] }, 400, 'invalidSyntax', /^Operations/],
    ['PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'move' }] }, 400, 'invalidSyntax', /^Operations\.0\.op/],
    ['PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'remove' }] }, 400, 'noTarget', /^Operations\.0\.path/],
    ['PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'remove', path: 'userName' }] }, 400, 'mutability', /userName/],
    ['PATCH', `/Users/${id}`, { schemas: [PATCH], Operations: [{ op: 'add', path: 1, value: 1 }] }, 400, 'invalidPath', /path/],
    ['GET', '/Users?filter=title%20pr', undefined, 400, 'invalidFilter', /userName eq/],
    ['GET', '/Users?filter=a&filter=b', undefined, 400, 'invalidFilter', /userName eq/],
    ['GET', '/Users?count=many', undefined, 400, 'invalidValue', /^count/],
    ['GET', '/Users/nobody', undefined, 404, undefined, /nobody/],
    ['GET', `/Users/${crypto.randomUUID()}`, undefined, 404, undefined, /user/],
    ['GET', '/Nothing', undefined, 404, undefined, /Nothing/],
    ['POST', '/Groups', { displayName: 'x' }, 501, undefined, /no groups/],
    ['POST', '/Bulk', {}, 501, undefined, /one by one/],
  ];
  for (const [method, path, sent, status, scimType, detail] of refused) {
    const { headers, ...answer } = await scim(method, path, sent);
    const what = `${method} ${path} ${JSON.stringify(sent)}: ${JSON.stringify(answer.body)}`;
    assert.equal([answer.status, answer.body.schemas, answer.body.status, answer.body.scimType], [status, [ERROR], String(status), scimType], what);
    assert.match(answer.body.detail, detail, what);
    assert.match(headers.get('content-type') ?? '', 'application/scim+json');
  }
  const stale = await scim(
    'PATCH',
    `/Users/${id}`,
    { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] },
    { 'if-match': 'W/"9"' },
  );
  assert.equal([stale.status, stale.body.status], [412, '412']);
});

test('what goes wrong on our side has that shape too, and is logged', async () => {
  const { access } = s.summit.services;
  const { principal } = access;
  const failing = async (error: Error) => {
    access.principal = () => Promise.reject(error);
    const answer = await scim('GET', '/Users').finally(() => Object.assign(access, { principal }));
    assert.match(answer.headers.get('content-type') ?? '', 'application/scim+json');
    return answer;
  };
  const away = await failing(new DatabaseUnavailable(false));
  assert.equal([away.status, away.body.schemas, away.body.status, away.headers.get('retry-after')], [503, [ERROR], '503', '5']);
  const caused = await failing(new Problem('unavailable', 'The policy has failed.', {}, { cause: new Error('of ours') }));
  assert.equal([caused.status, caused.body.schemas, caused.body.detail], [503, [ERROR], 'The policy has failed.']);
  const defect = await failing(new Error('what nobody is to read'));
  assert.equal([defect.status, defect.body.schemas, defect.body.status], [500, [ERROR], '500']);
  assert.match(defect.body.detail, /^An error on our side\. Report it with the request id \S+\.$/);
  assert.equal(
    logged.map(({ service, err }) => [service, err.message]),
    [
      ['scim', 'The policy has failed.'],
      ['scim', 'what nobody is to read'],
    ],
  );
});

test('the token for SCIM is an operator’s, and does nothing else', async () => {
  for (const [path, method] of [
    ['/me', 'GET'],
    ['/users', 'GET'],
    ['/access/v1/evaluations', 'POST'],
    ['/events', 'GET'],
    ['/no/such', 'GET'],
  ] as const) {
    const { status, body } = await s.send(method, path, { headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' } });
    assert.equal([status, body.code], [403, 'forbidden'], path);
  }
  const other = (await tokenOf('operator', {})).body.token;
  const by = async (token: string | null) => {
    const { status, headers, body } = await s.send('GET', `${ROOT}/Users`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } });
    return [status, body.status, headers.get('www-authenticate') !== null];
  };
  assert.equal(await by(other), [403, '403', false], 'an API token for all else is none for SCIM');
  assert.equal(await by(await s.token('operator')), [403, '403', false]);
  assert.equal(
    [await by(null), await by('smt_x')],
    [
      [401, '401', true],
      [401, '401', true],
    ],
  );
  assert.equal(
    [(await tokenOf('engineer', { scope: 'scim' })).body.code, (await tokenOf('operator', { scope: 'all' })).body.code],
    ['forbidden', 'invalid-input'],
  );
  const { body } = await s.get('operator', '/api-tokens?status=active&limit=200');
  assert.ok(body.items.some(({ scope, roles }: { scope: string | null; roles: string[] }) => scope === 'scim' && roles.join() === 'operator'));
});

test('lists are pages, counted from 1, and the server says what it can', async () => {
  const { totalResults: total } = (await scim('GET', '/Users?count=0')).body;
  const { body } = await scim('GET', '/Users?startIndex=2&count=3');
  assert.equal([body.totalResults, body.startIndex, body.itemsPerPage, body.Resources.length], [total, 2, 3, 3]);
  const all = (await scim('GET', '/Users')).body.Resources;
  assert.equal(all.slice(1, 4), body.Resources);
  assert.is(all.length, total);
  const { patch, bulk, filter } = (await scim('GET', '/ServiceProviderConfig')).body;
  assert.equal([patch.supported, bulk.supported, filter.supported], [true, false, true]);
  const types = (await scim('GET', '/ResourceTypes')).body.Resources;
  assert.equal(
    types.map(({ endpoint }: Record<string, string>) => endpoint),
    ['/Users'],
  );
  assert.is((await scim('GET', '/ResourceTypes/User')).body.schema, USER);
  const { attributes } = (await scim('GET', `/Schemas/${USER}`)).body;
  assert.equal(
    attributes.map(({ name }: Record<string, string>) => name),
    ['userName', 'externalId', 'active'],
  );
  assert.is((await scim('GET', '/Groups?excludedAttributes=members')).body.totalResults, 0);
});

test('whoever is erased is nobody to the provider, whose names for them are free again', async () => {
  const { id } = (await scim('POST', '/Users', fromOkta('to.be.erased@okta.local', 'e1'))).body;
  assert.is((await s.post('operator', `/users/${id}/erase`)).status, 200);
  assert.equal([(await found('userName eq "to.be.erased@okta.local"')).totalResults, (await found('externalId eq "e1"')).totalResults], [0, 0]);
  assert.is((await scim('GET', `/Users/${id}`)).status, 404);
  const kept = await s.asApp("SELECT count(*)::int AS n FROM disclosures WHERE value LIKE '%to.be.erased%'");
  assert.is(kept[0]?.n, 0);
  assert.is((await scim('POST', '/Users', fromOkta('to.be.erased@okta.local', 'e1'))).status, 201);
});

test.run();

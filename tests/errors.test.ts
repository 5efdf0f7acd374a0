import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Errors');
let s: TestSummit;
let id: string;

test.before(async () => {
  s = await testSummit((config) => ({ ...config, bodyLimit: 4_096 }));
  id = (await s.post('engineer', requests, accessRequest())).body.id;
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';
const json = { 'content-type': 'application/json' };

test('every error is a problem document with a stable code and the request id', async () => {
  const { status, headers, body } = await s.get('engineer', `${requests}/${crypto.randomUUID()}`, { headers: { 'x-request-id': 'mine-1' } });
  assert.is(status, 404);
  assert.is(headers.get('content-type'), 'application/problem+json');
  assert.equal([body.code, body.status, body.request_id, headers.get('x-request-id')], ['not-found', 404, 'mine-1', 'mine-1']);
  assert.equal(Object.keys(body).sort(), ['code', 'detail', 'instance', 'request_id', 'status', 'title', 'type']);
});

test('a body that is not JSON, or fails its schema, names every field', async () => {
  const authorization = `Bearer ${await s.token('engineer')}`;
  const headers = { ...json, authorization };
  for (const body of ['{"type":', '[]', '"text"', 'null', '\u0000']) {
    const answer = await s.send('POST', requests, { headers, body });
    assert.equal([answer.status, answer.body.code], [400, 'invalid-input'], body);
  }
  const { body } = await s.post('engineer', requests, { type: 'ROOT', target: 7, duration_minutes: 'long', justification: '', colour: 'red' });
  assert.equal(body.errors.map(({ path }: { path: string }) => path).sort(), [
    'colour',
    'duration_minutes',
    'environment',
    'justification',
    'justification',
    'target',
    'type',
  ]);
  for (const duration_minutes of [0, -1, 1.5, '60', null, 1e300]) {
    const answer = await s.post('engineer', requests, accessRequest({ duration_minutes }));
    assert.equal([answer.status, answer.body.errors[0].path], [400, 'duration_minutes'], String(duration_minutes));
  }
  const unknown = await s.post('engineer', requests, accessRequest({ target: 'no-such-db' }));
  assert.equal([unknown.status, unknown.body.errors[0].path], [400, 'target']);
});

test('text that the database cannot keep is refused by the name of its field', async () => {
  const authorization = `Bearer ${await s.token('engineer')}`;
  for (const text of ['\\u0000', 'a\\ud800b']) {
    const body = JSON.stringify(accessRequest({ justification: '@' })).replace('@', text);
    const answer = await s.send('POST', requests, { headers: { ...json, authorization }, body });
    assert.equal([answer.status, answer.body.errors?.[0].path], [400, 'justification'], text);
  }
  const query = await s.get('auditor', `${requests}?requester=%00`);
  assert.equal([query.status, query.body.errors[0].path], [400, 'requester']);
  for (const path of [`${requests}/%E0%A4%A`, `${requests}/%00`, '/receipts?actor=%E0%A4%A', '/%', `/graph/entities/user:%00/neighbors`]) {
    assert.ok((await s.get('auditor', path)).status < 500, path);
  }
});

test('values that only the database would refuse are refused by their field, and harm nobody', async () => {
  for (const [path, field] of [
    [`/receipts?subject_id=urn:uuid:${crypto.randomUUID()}`, 'subject_id'],
    [`${requests}?created_since=0000-01-01T00:00:00Z`, 'created_since'],
    [`${requests}?created_since=2020-01-01T00:00:00%2B20:00`, 'created_since'],
    ['/receipts?since=2020-02-30T00:00:00Z', 'since'],
    [`/graph/entities/${id}/neighbors?cursor=urn:uuid:${id}`, 'cursor'],
  ] as const) {
    const { status, body } = await s.get('auditor', path);
    assert.equal([status, body.errors?.[0].path], [400, field], path);
  }
  assert.is((await s.get('auditor', requests)).status, 200);
});

test('one person who asks too often is told to wait, and others are not', async () => {
  const limited = await testSummit((config) => ({ ...config, requestsPerMinute: 3 }));
  try {
    const answers = [];
    for (let n = 0; n < 4; n++) answers.push(await limited.get('auditor', requests));
    assert.equal(
      answers.map(({ status }) => status),
      [200, 200, 200, 429],
    );
    assert.is(answers[3]?.body.code, 'rate-limited');
    assert.ok(Number(answers[3]?.headers.get('retry-after')) > 0);
    assert.is((await limited.get('engineer', requests)).status, 200);
  } finally {
    await limited.close();
  }
});

test('a database that does not answer is 503, for reads, writes and unknown routes, and readiness says so', async () => {
  const broken = await testSummit();
  const token = await broken.token('engineer');
  await broken.token('auditor');
  await broken.summit.services.jobs.stop();
  await broken.summit.services.database.close();
  const headers = { ...json, authorization: `Bearer ${token}` };
  for (const [method, path, body] of [
    ['GET', requests],
    ['POST', requests, JSON.stringify(accessRequest())],
    ['GET', '/no/such/route'],
  ] as const) {
    const answer = await broken.send(method, path, { headers, ...(body ? { body } : {}) });
    assert.equal([answer.status, answer.body.code, answer.headers.get('retry-after')], [503, 'unavailable', '5'], `${method} ${path}`);
  }
  const ready = await broken.send('GET', '/readyz');
  assert.equal([ready.status, ready.body.checks.database], [503, 'unreachable']);
  assert.is((await broken.send('GET', '/livez')).status, 200);
  await broken.summit.stopListening();
});

test('without a good token there is nothing to learn', async () => {
  const other = await s.summit.services.tokens.issue({ tenant: 'demo-external', userId: crypto.randomUUID() });
  const abroad = await s.summit.services.tokens.issue({ tenant: 'no-such-tenant', userId: await s.userId('engineer') });
  const [head, , signature] = (await s.token('engineer')).split('.');
  const forged = `${head}.${Buffer.from(JSON.stringify({ tenant: 'demo-external', sub: await s.userId('operator'), iss: 'summit.local', aud: 'summit', exp: 4e9 })).toString('base64url')}.${signature}`;
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${forged.split('.')[1]}.`;
  for (const authorization of [
    undefined,
    'Bearer',
    'Basic YTpi',
    'Bearer nonsense',
    `Bearer ${forged}`,
    `Bearer ${unsigned}`,
    `Bearer ${other}`,
    `Bearer ${abroad}`,
  ]) {
    for (const path of [requests, `${requests}/${id}`, '/no/such/route', '/receipts']) {
      const answer = await s.send('GET', path, authorization === undefined ? {} : { headers: { authorization } });
      assert.equal([answer.status, answer.body.code], [401, 'unauthenticated'], `${authorization} ${path}`);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
    }
  }
  const first = await s.send('POST', requests, { headers: json, body: '{' });
  assert.is(first.status, 401, '401 comes before 400');
});

test('the role comes before the body, the body before the state', async () => {
  const headers = { ...json, authorization: `Bearer ${await s.token('auditor')}` };
  const answer = await s.send('POST', requests, { headers, body: '{' });
  assert.equal([answer.status, answer.body.code], [403, 'forbidden']);
  const unknown = await s.post('engineer', `${requests}/${crypto.randomUUID()}/execute`, { colour: 1 });
  assert.is(unknown.status, 400);
});

test('the auditor changes nothing', async () => {
  for (const path of [requests, ...['approve', 'reject', 'cancel', 'execute', 'revoke'].map((verb) => `${requests}/${id}/${verb}`)]) {
    const { status, body } = await s.post('auditor', path, {});
    assert.equal([status, body.code], [403, 'forbidden'], path);
  }
});

test('an unknown id, a malformed id and an unknown route are 404', async () => {
  for (const path of [
    `${requests}/${crypto.randomUUID()}`,
    `${requests}/no-uuid`,
    `${requests}/%00`,
    '/receipts/no-uuid',
    '/no/such/route',
    '/graph/entities/user:nobody/neighbors',
  ]) {
    const { status, body } = await s.get('engineer', path);
    assert.equal([status, body.code], [404, 'not-found'], path);
  }
});

test('a wrong method is 405 with Allow, a wrong content type 415, a large body 413', async () => {
  const authorization = `Bearer ${await s.token('engineer')}`;
  const wrong = await s.send('DELETE', requests, { headers: { authorization } });
  assert.equal([wrong.status, wrong.body.code], [405, 'method-not-allowed']);
  assert.equal(new Set(wrong.headers.get('allow')?.split(', ')), new Set(['GET', 'HEAD', 'POST']));
  const open = await s.send('POST', '/livez');
  assert.equal([open.status, open.headers.get('allow')], [405, 'HEAD, GET']);
  const type = await s.send('POST', requests, { headers: { authorization, 'content-type': 'text/plain' }, body: '{}' });
  assert.equal([type.status, type.body.code], [415, 'unsupported-media-type']);
  const large = await s.post('engineer', requests, accessRequest({ justification: 'x'.repeat(5_000) }));
  assert.equal([large.status, large.body.code], [413, 'too-large']);
});

test('a version that is not current is a conflict, in the body and as If-Match', async () => {
  const stale = await s.post('team-lead', `${requests}/${id}/approve`, { expected_version: 7 });
  assert.equal([stale.status, stale.body.code], [409, 'conflict']);
  const header = await s.post('team-lead', `${requests}/${id}/approve`, {}, { headers: { 'if-match': '"7"' } });
  assert.equal([header.status, header.body.code], [409, 'conflict']);
  const nonsense = await s.post('team-lead', `${requests}/${id}/approve`, {}, { headers: { 'if-match': 'seven' } });
  assert.is(nonsense.status, 400);
  const text = await s.post('team-lead', `${requests}/${id}/approve`, { expected_version: 'one' });
  assert.equal([text.status, text.body.errors[0].path], [400, 'expected_version']);
  const read = await s.get('team-lead', `${requests}/${id}`);
  const current = await s.post('team-lead', `${requests}/${id}/approve`, {}, { headers: { 'if-match': read.headers.get('etag') ?? '' } });
  assert.equal([current.status, current.body.version], [200, 2]);
});

test('refusals by rule leave no receipt; a refusal by role leaves one a minute', async () => {
  const total = async () => (await s.get('auditor', '/receipts')).body.total;
  const before = await total();
  await s.post('engineer', requests, {});
  await s.get('engineer', `${requests}/${crypto.randomUUID()}`);
  await s.post('engineer', `${requests}/${id}/execute`);
  assert.is(await total(), before, '400, 404 and 409 leave none');
  for (let n = 0; n < 5; n++) await s.post('finance', `${requests}/${id}/execute`);
  const refused = await s.get('auditor', '/receipts?actor=finance&outcome=refused');
  assert.equal([refused.body.total, refused.body.items[0].seq, refused.body.items[0].action], [1, null, 'high-risk-ops.request.execute']);
});

test('what a stranger may ask needs no token', async () => {
  for (const [path, type] of [
    ['/livez', 'json'],
    ['/readyz', 'json'],
    ['/metrics', 'text/plain'],
    ['/openapi.json', 'json'],
    ['/docs', 'text/html'],
    ['/docs.css', 'text/css'],
    ['/print.css', 'text/css'],
  ]) {
    const { status, headers } = await s.send('GET', path as string);
    assert.is(status, 200, path);
    assert.match(headers.get('content-type') ?? '', type as string);
    assert.match(headers.get('content-security-policy') ?? '', "default-src 'none'");
    assert.ok(headers.get('x-request-id'));
  }
});

test.run();

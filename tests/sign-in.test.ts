import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../kernel/config/config.ts';
import { errorsIn } from '../kernel/validation.ts';
import { cookieOf, sendSignIn, signedIn } from './support/browser.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Sign-in');
let s: TestSummit;

test.before(async () => {
  s = await testSummit();
});
test.after(() => s?.close());

const requests = '/high-risk-ops/requests';
const json = { 'content-type': 'application/json' };
const tenant = 'demo-external';

function sessionBy(cookie: string): Promise<Answer> {
  return s.send('GET', '/session', { headers: { cookie } });
}

/** To the sign-in page, by a client that may say any Host, as fetch may not. */
async function sent(method: 'GET' | 'POST', headers: Readonly<Record<string, string>>, fields: Readonly<Record<string, string>> = {}) {
  const asked = request(`${s.summit.url}/sign-in`, { method, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });
  asked.end(new URLSearchParams(fields).toString());
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  return { status: answer?.statusCode, body: answer ? await text(answer) : '' };
}

/** What a refused sign-in shows; null where it shows nothing to that effect. */
function alertOf({ body }: Answer): string | null {
  return /<div class="problem" role="alert"><h2>There is a problem<\/h2><p>(.*?)<\/p>/.exec(body)?.[1] ?? null;
}

test('the page offers each person of each tenant, with their roles, and a form for a token', async () => {
  const { status, headers, body } = await s.send('GET', '/sign-in');
  assert.is(status, 200);
  assert.match(headers.get('content-type') ?? '', 'text/html');
  assert.is(headers.get('cache-control'), 'no-store');
  assert.match(headers.get('content-security-policy') ?? '', "form-action 'self'");
  assert.not.match(body, /<script|<style| style=| on\w+=/);
  assert.match(body, 'Development sign-in');
  const offered = [...body.matchAll(/<button name="handle" value="([^"]+)"><strong>\1<\/strong> <span>([^<]+)<\/span>/g)];
  assert.is(offered.length, 22, 'eleven in each tenant');
  const roles = new Map(offered.map(([, handle, names]) => [handle, names]));
  assert.equal([roles.get('team-lead'), roles.get('lead-and-security')], ['team lead', 'team lead, security officer']);
  assert.match(body, /<input id="token" name="token"/);
  const style = await s.send('GET', '/sign-in.css');
  assert.match(style.headers.get('content-type') ?? '', 'text/css');
});

test('the tenant that is named comes first', async () => {
  const first = async (path: string) => /name="tenant" value="([^"]+)"/.exec((await s.send('GET', path)).body)?.[1];
  assert.is(await first('/sign-in'), 'demo-external');
  assert.is(await first('/sign-in?tenant=summit-internal'), 'summit-internal');
  assert.is(await first('/sign-in?tenant=no-such-tenant'), 'demo-external');
});

test('who chooses a person is led back, with a cookie that scripts and other sites cannot have', async () => {
  const answer = await sendSignIn(s, { tenant, handle: 'engineer', return_to: '/w/security?status=pending&q=a%20b' });
  assert.equal([answer.status, answer.headers.get('location')], [303, '/w/security?status=pending&q=a%20b']);
  assert.is(answer.headers.get('cache-control'), 'no-store');
  assert.match(
    answer.headers.get('set-cookie') ?? '',
    /^__Host-summit=demo-external\.[A-Za-z0-9_-]{43}; Max-Age=43200; Path=\/; Secure; HttpOnly; SameSite=Lax$/,
  );
  const { status, headers, body } = await sessionBy(cookieOf(answer));
  assert.equal([status, headers.get('cache-control')], [200, 'no-store']);
  assert.equal(Object.keys(body).sort(), ['csrf_token', 'expires_at', 'sign_in', 'tenant', 'user']);
  assert.equal([body.tenant, body.user], [tenant, { id: await s.userId('engineer'), handle: 'engineer', roles: ['engineer'] }]);
  const left = Date.parse(body.expires_at) - Date.now();
  assert.ok(left > 719 * 60_000 && left <= 720 * 60_000, body.expires_at);
});

test('a bearer token can be had as a session', async () => {
  const answer = await sendSignIn(s, { token: ` ${await s.token('finance', 'summit-internal')}\n`, return_to: '/docs' });
  assert.equal([answer.status, answer.headers.get('location')], [303, '/docs']);
  const { body } = await sessionBy(cookieOf(answer));
  assert.equal([body.tenant, body.user.handle], ['summit-internal', 'finance']);
});

test('by cookie everything is answered as by token', async () => {
  const { cookie, csrf } = await signedIn(s, 'engineer');
  const created = await s.send('POST', requests, {
    headers: { ...json, cookie, 'x-csrf-token': csrf, 'idempotency-key': 'by-cookie-1' },
    body: JSON.stringify(accessRequest()),
  });
  assert.equal([created.status, created.body.requester], [201, 'engineer']);
  assert.ok(created.body.receipt.promise);
  const again = await s.post('engineer', requests, accessRequest(), { headers: { 'idempotency-key': 'by-cookie-1' } });
  assert.equal([again.body, again.headers.get('idempotent-replayed')], [created.body, 'true'], 'it is the same person');
  for (const path of [requests, `${requests}/${created.body.id}`, '/me', '/users', '/log/policy', '/no/such/route', `${requests}?limit=x`]) {
    const [byCookie, byToken] = [await s.send('GET', path, { headers: { cookie } }), await s.get('engineer', path)];
    const told = ({ status, headers, body }: Answer) => [
      status,
      typeof body === 'object' ? { ...body, request_id: null } : body,
      ...['content-type', 'cache-control', 'etag', 'vary', 'www-authenticate'].map((name) => headers.get(name)),
    ];
    assert.equal(told(byCookie), told(byToken), path);
    assert.is(byCookie.headers.get('vary'), 'Authorization, Cookie', 'a browser keeps nothing of it for whoever signs in next');
  }
});

test('the OpenAPI document knows sessions, and describes what is answered', async () => {
  const { cookie } = await signedIn(s, 'engineer');
  const { paths, security, components } = (await s.send('GET', '/openapi.json')).body;
  const schema = paths['/session'].get.responses[200].content['application/json'].schema;
  assert.equal(errorsIn(schema, (await sessionBy(cookie)).body), []);
  assert.equal(security, [{ bearer: [] }, { session: [] }]);
  assert.equal([components.securitySchemes.session.in, components.securitySchemes.session.name], ['cookie', '__Host-summit']);
  assert.equal(Object.keys(paths['/sign-in']), ['get', 'post']);
  assert.is(paths['/sign-out'].post.parameters[0].name, 'X-CSRF-Token');
});

test('a session is of its tenant alone', async () => {
  const { cookie } = await signedIn(s, 'auditor', 'summit-internal');
  const { body: mine } = await s.post('engineer', requests, accessRequest());
  const abroad = await s.send('GET', `${requests}/${mine.id}`, { headers: { cookie } });
  assert.equal([abroad.status, abroad.body.code], [404, 'not-found']);
  const renamed = await sessionBy(cookie.replace('summit-internal', tenant));
  assert.equal([renamed.status, renamed.body.code], [401, 'unauthenticated']);
});

test('a cookie that is not whole is nobody', async () => {
  const { cookie } = await signedIn(s, 'engineer');
  const [name, value = ''] = cookie.split('=');
  const [, secret = ''] = value.split('.');
  const tampered = [
    '',
    'x',
    secret,
    `${tenant}.`,
    `${tenant}.${secret.slice(1)}`,
    `${tenant}.${secret}A`,
    `${tenant}.${secret.startsWith('A') ? 'B' : 'A'}${secret.slice(1)}`,
    `${tenant}.${createHash('sha256').update(secret).digest('base64url')}`,
    `no-such-tenant.${secret}`,
    `Demo-External.${secret}`,
    `${tenant}';--.${secret}`,
    `.${secret}`,
  ];
  for (const wrong of tampered) {
    for (const path of ['/session', requests, '/no/such/route']) {
      const answer = await s.send('GET', path, { headers: { cookie: `${name}=${wrong}` } });
      assert.equal([answer.status, answer.body.code], [401, 'unauthenticated'], `${wrong} ${path}`);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/);
    }
  }
  assert.is((await sessionBy(cookie)).status, 200);
});

test('without a cookie there is no session, whatever token is sent', async () => {
  assert.is((await s.send('GET', '/session')).status, 401);
  assert.is((await s.get('engineer', '/session')).status, 401);
  assert.is((await s.post('engineer', '/sign-out')).status, 401);
});

test('a write by cookie needs the token of that very session', async () => {
  const { cookie, csrf } = await signedIn(s, 'operator');
  const other = await signedIn(s, 'operator');
  const id = await s.userId('ae-2');
  const wrong = { missing: {}, empty: { 'x-csrf-token': '' }, shorter: { 'x-csrf-token': csrf.slice(1) }, other: { 'x-csrf-token': other.csrf } };
  for (const [how, headers] of Object.entries(wrong)) {
    for (const [method, path] of [
      ['PUT', `/users/${id}/roles`],
      ['POST', `/users/${id}/erase`],
      ['POST', '/access/v1/evaluation'],
      ['POST', '/sign-out'],
      ['DELETE', '/no/such/route'],
    ] as const) {
      const answer = await s.send(method, path, { headers: { ...json, cookie, ...headers }, body: '{"roles":[]}' });
      assert.equal([answer.status, answer.body.code], [403, 'bad-csrf-token'], `${how} ${method} ${path}`);
    }
  }
  const { body } = await s.get('operator', '/users');
  const { roles, status } = body.items.find((user: { id: string }) => user.id === id);
  assert.equal([roles, status], [['ae'], 'active'], 'nothing of it was done');
  assert.is((await sessionBy(cookie)).status, 200, 'not even signed out');
  assert.is((await s.send('HEAD', '/me', { headers: { cookie } })).status, 200);
});

test('where a token is sent it alone counts', async () => {
  const { cookie } = await signedIn(s, 'auditor');
  const created = await s.post('engineer', requests, accessRequest(), { headers: { cookie } });
  assert.equal([created.status, created.body.requester], [201, 'engineer']);
  const bad = await s.send('GET', requests, { headers: { cookie, authorization: 'Bearer nonsense' } });
  assert.is(bad.status, 401);
});

test('who signs out is out at once, and nobody else', async () => {
  const { cookie, csrf } = await signedIn(s, 'manager');
  const elsewhere = await signedIn(s, 'manager');
  const headers = { cookie, 'x-csrf-token': csrf };
  assert.is((await s.send('GET', requests, { headers })).status, 200, 'this replica believes in it now');
  const out = await s.send('POST', '/sign-out', { headers });
  assert.equal([out.status, out.body], [204, '']);
  assert.is(out.headers.get('set-cookie'), '__Host-summit=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax');
  for (const path of ['/session', requests]) {
    const { status, body } = await s.send('GET', path, { headers });
    assert.equal([status, body.code], [401, 'unauthenticated'], path);
  }
  assert.is((await s.send('POST', '/sign-out', { headers })).status, 401);
  assert.is((await sessionBy(elsewhere.cookie)).status, 200);
});

test('who signs in again in the same browser leaves no session behind', async () => {
  const before = await signedIn(s, 'engineer');
  assert.is((await s.send('GET', '/sign-in', { headers: { cookie: before.cookie } })).status, 200, 'to become somebody else');
  const failed = await sendSignIn(s, { tenant, handle: 'nobody' }, { cookie: before.cookie });
  assert.equal([failed.status, (await sessionBy(before.cookie)).status], [401, 200]);
  const after = await signedIn(s, 'team-lead', 'summit-internal', { cookie: before.cookie });
  assert.equal([(await sessionBy(before.cookie)).status, (await sessionBy(after.cookie)).status], [401, 200]);
});

test('wrong credentials show the page again, say what is wrong, and set no cookie', async () => {
  const forged = (await s.token('operator')).replace(/\.[^.]+$/, '.AAAA');
  for (const [fields, status, says] of [
    [{ tenant, handle: 'nobody' }, 401, 'has the handle nobody'],
    [{ tenant, handle: '<b>"' }, 401, '&#60;b&#62;&#34;'],
    [{ tenant, handle: '\0' }, 401, 'has the handle'],
    [{ tenant: 'no-such-tenant', handle: 'engineer' }, 401, 'no-such-tenant'],
    [{ tenant: "'; --", handle: 'engineer' }, 401, 'is active'],
    [{ token: forged }, 401, 'token is not valid'],
    [{ token: await s.summit.services.tokens.issue({ tenant, userId: crypto.randomUUID() }) }, 401, 'nobody who is active'],
    [{ token: '  ' }, 400, 'enter a token'],
    [{ handle: 'engineer' }, 400, 'enter a token'],
    [{ tenant }, 400, 'enter a token'],
    [{}, 400, 'enter a token'],
    [{ token: 'x'.repeat(20_000) }, 413, 'over the limit'],
  ] as const) {
    const answer = await sendSignIn(s, { ...fields, return_to: '/w/security' });
    assert.is(answer.status, status, JSON.stringify(fields).slice(0, 100));
    assert.match(alertOf(answer) ?? '', says);
    assert.match(answer.headers.get('content-type') ?? '', 'text/html');
    assert.is(answer.headers.get('set-cookie'), null);
    assert.is(answer.headers.has('www-authenticate'), status === 401);
    if (status !== 413) assert.match(answer.body, 'name="return_to" value="/w/security"');
    assert.not.match(answer.body, forged, 'a token is not shown');
  }
  const typed = await s.send('POST', '/sign-in', { headers: json, body: JSON.stringify({ tenant, handle: 'engineer' }) });
  assert.equal([typed.status, typed.headers.get('set-cookie')], [415, null]);
});

test('a form that another site sends signs nobody in', async () => {
  const here = new URL(s.summit.url).host;
  const refused: readonly Readonly<Record<string, string>>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: `http://${here}` },
    { 'sec-fetch-site': '', origin: 'https://evil.example' },
    { 'sec-fetch-site': '', origin: 'null' },
    { 'sec-fetch-site': '', origin: `http://${here}.evil.example` },
  ];
  for (const headers of refused) {
    const answer = await sendSignIn(s, { tenant, handle: 'engineer' }, headers);
    assert.equal([answer.status, answer.headers.get('set-cookie')], [403, null], JSON.stringify(headers));
    assert.match(alertOf(answer) ?? '', 'another site');
  }
  const taken: readonly Readonly<Record<string, string>>[] = [
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': '', origin: `http://${here}` },
    { 'sec-fetch-site': '' },
  ];
  for (const headers of taken) assert.is((await sendSignIn(s, { tenant, handle: 'engineer' }, headers)).status, 303, JSON.stringify(headers));
});

test('a sign-in leads to this server and nowhere else', async () => {
  for (const path of [
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/w/\\evil.example',
    '/\t/evil.example',
    '/w\r\nSet-Cookie: a=b',
    '\t//evil.example',
    ' //evil.example',
    '/\u0085/evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    'docs',
    '',
    `/${'a'.repeat(3_000)}`,
  ]) {
    const answer = await sendSignIn(s, { tenant, handle: 'engineer', return_to: path });
    assert.equal([answer.status, answer.headers.get('location')], [303, '/'], JSON.stringify(path));
    assert.equal(answer.headers.getSetCookie().length, 1);
    const page = await s.send('GET', `/sign-in?return_to=${encodeURIComponent(path)}`);
    const kept = [...page.body.matchAll(/name="return_to" value="([^"]*)"/g)].map(([, value]) => value);
    assert.equal([...new Set(kept)], ['/'], JSON.stringify(path));
  }
  const quoted = await s.send('GET', `/sign-in?return_to=${encodeURIComponent('/w/"><b>')}`);
  assert.match(quoted.body, 'value="/w/&#34;&#62;&#60;b&#62;"');
  const twice = await s.send('GET', '/sign-in?return_to=/a&return_to=/b');
  assert.match(twice.body, 'name="return_to" value="/"');
});

test('who has been erased is out, is not offered, and does not get in again', async () => {
  const { cookie } = await signedIn(s, 'ae-2');
  const [id, token] = [await s.userId('ae-2'), await s.token('ae-2')];
  assert.is((await s.post('operator', `/users/${id}/erase`)).status, 200);
  for (const path of ['/session', requests, '/no/such/route']) {
    const { status, body } = await s.send('GET', path, { headers: { cookie } });
    assert.equal([status, body.code], [401, 'unauthenticated'], path);
  }
  const offered = [...(await s.send('GET', '/sign-in')).body.matchAll(/name="handle" value="ae-2"/g)];
  assert.is(offered.length, 1, 'the other tenant has one too');
  assert.is((await sendSignIn(s, { tenant, handle: 'ae-2' })).status, 401);
  assert.is((await sendSignIn(s, { token })).status, 401);
});

test('what the database knows of a session opens none, and the app can only end it', async () => {
  const { cookie } = await signedIn(s, 'finance');
  const secret = cookie.slice(cookie.indexOf('.') + 1);
  const hash = createHash('sha256').update(secret).digest('hex');
  const rows = await s.asApp("SELECT *, encode(secret_hash, 'hex') AS hash FROM sessions WHERE tenant_id = $1", [tenant]);
  const mine = rows.filter((row) => row.hash === hash);
  assert.equal([mine.length, mine[0]?.user_id, mine[0]?.ended_at], [1, await s.userId('finance'), null]);
  assert.not.match(JSON.stringify(rows), secret);
  assert.equal(await s.asApp('SELECT * FROM sessions WHERE tenant_id = $1', [tenant], 'summit-internal'), []);
  for (const change of ["expires_at = expires_at + interval '1 day'", 'user_id = id', 'secret_hash = secret_hash']) {
    const error = await s.asApp(`UPDATE sessions SET ${change} WHERE tenant_id = $1`, [tenant]).then(
      () => null,
      (reason: { code?: string }) => reason.code,
    );
    assert.is(error, '42501', change);
  }
});

test('who may not ask by another method is told which, once it is known who asks', async () => {
  const { cookie, csrf } = await signedIn(s, 'auditor');
  const open = await s.send('DELETE', '/sign-in');
  assert.equal([open.status, new Set(open.headers.get('allow')?.split(', '))], [405, new Set(['GET', 'HEAD', 'POST'])]);
  assert.is((await s.send('GET', '/sign-out')).status, 401);
  const out = await s.send('GET', '/sign-out', { headers: { cookie } });
  assert.equal([out.status, out.headers.get('allow')], [405, 'POST']);
  assert.is((await s.send('POST', '/session', { headers: { cookie, 'x-csrf-token': csrf } })).status, 405);
});

test('who comes through a proxy, or by a name that is not of this machine, is offered nobody and is nobody by a handle', async () => {
  const abroad: readonly Readonly<Record<string, string>>[] = [
    { forwarded: 'for=203.0.113.7' },
    { 'x-forwarded-for': '203.0.113.7' },
    { 'x-forwarded-host': 'summit.example' },
    { 'x-real-ip': '203.0.113.7' },
    { via: '1.1 proxy' },
    { host: 'summit.example' },
    { host: '127.0.0.1.evil.example' },
    { host: '10.0.0.7:8080' },
  ];
  const byHandle = { tenant, handle: 'engineer' };
  for (const headers of abroad) {
    const { status, body } = await sent('GET', headers);
    assert.is(status, 200);
    for (const word of ['handle"', 'engineer', 'Development']) assert.not.match(body, word, JSON.stringify(headers));
    assert.is((await sent('POST', headers, byHandle)).status, 403, JSON.stringify(headers));
    assert.is((await sent('POST', headers, { token: await s.token('engineer') })).status, 303, 'a token does');
  }
  for (const host of ['127.0.0.1:8080', '127.8.9.10', 'localhost:1', 'LOCALHOST', '[::1]:8080'])
    assert.is((await sent('POST', { host }, byHandle)).status, 303, host);
});

test('an address that keeps failing has to wait; those who get in do not count, and who has a valid token need not wait', async () => {
  const limited = await testSummit();
  try {
    const attempt = (handle: string) => sendSignIn(limited, { tenant, handle });
    for (let n = 0; n < 61; n++) assert.is((await attempt('engineer')).status, 303);
    for (let n = 0; n < 60; n++) assert.is((await attempt('nobody')).status, 401);
    const late = await attempt('engineer');
    assert.is(late.status, 429);
    assert.match(alertOf(late) ?? '', 'try again in');
    assert.ok(Number(late.headers.get('retry-after')) > 0);
    assert.is((await sendSignIn(limited, { token: 'nonsense' })).status, 429);
    assert.is((await sendSignIn(limited, { token: await limited.token('engineer') })).status, 303, 'whatever a stranger behind the same proxy sends');
    assert.is((await limited.get('engineer', '/me')).status, 200);
  } finally {
    await limited.close();
  }
});

test('a person who asks too often by cookie is told to wait', async () => {
  const limited = await testSummit((config) => ({ ...config, requestsPerMinute: 3 }));
  try {
    const { cookie } = await signedIn(limited, 'engineer');
    const answers = [await limited.send('GET', requests, { headers: { cookie } }), await limited.send('GET', requests, { headers: { cookie } })];
    assert.equal(
      answers.map(({ status }) => status),
      [200, 429],
      'the sign-in and GET /session counted too',
    );
  } finally {
    await limited.close();
  }
});

const notForItsOwnMachine: Readonly<Record<string, (config: Config) => Config>> = {
  'in production': (config) => ({ ...config, environment: { ...config.environment, NODE_ENV: 'production' } }),
  'where the network reaches the server': (config) => ({ ...config, environment: { ...config.environment, HOST: '0.0.0.0' } }),
  'behind a proxy that makes the server public': (config) => ({ ...config, publicUrl: 'https://summit.example' }),
};

for (const [where, change] of Object.entries(notForItsOwnMachine)) {
  test(`${where} nobody is offered or signed in by handle, and a token does`, async () => {
    const production = await testSummit(change);
    try {
      const { body } = await production.send('GET', `/sign-in?tenant=${tenant}`);
      for (const word of ['handle"', 'engineer', 'Development', tenant]) assert.not.match(body, word);
      const refused = await sendSignIn(production, { tenant, handle: 'engineer' });
      assert.equal([refused.status, refused.headers.get('set-cookie')], [403, null]);
      assert.match(alertOf(refused) ?? '', 'for development');
      const answer = await sendSignIn(production, { token: await production.token('engineer') });
      assert.is(answer.status, 303);
      const { body: session } = await production.send('GET', '/session', { headers: { cookie: cookieOf(answer) } });
      assert.is(session.user.handle, 'engineer');
    } finally {
      await production.close();
    }
  });
}

// Last, since the clock only goes forward.
test('a session ends when its time is over, used or not, and is forgotten a week later', async () => {
  const [used, unused] = [
    cookieOf(await sendSignIn(s, { tenant, handle: 'engineer' })),
    cookieOf(await sendSignIn(s, { tenant, handle: 'engineer' })),
  ];
  s.advance({ minutes: 719 });
  assert.is((await sessionBy(used)).status, 200);
  s.advance({ minutes: 1 });
  const { status, body } = await sessionBy(unused);
  assert.equal([status, body.code], [401, 'unauthenticated']);
  const count = async () => Number((await s.asApp('SELECT count(*) AS n FROM sessions WHERE tenant_id = $1', [tenant]))[0]?.n);
  await s.summit.services.jobs.forget([tenant]);
  assert.ok((await count()) > 0);
  s.advance({ hours: 24 * 7 });
  await s.summit.services.jobs.forget([tenant]);
  assert.is(await count(), 0);
});

test.run();

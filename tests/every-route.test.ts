import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Every route');
const WRITES = ['post', 'put', 'patch', 'delete'];
/** Anybody may ask for these: there is no token yet. */
const isOpen = (path: string) => path === '/sign-in' || path.startsWith('/auth/');

let s: TestSummit;
let routes: readonly { readonly method: string; readonly path: string; readonly body: boolean }[];
let cookie: string;

test.before(async () => {
  s = await testSummit();
  // Until the log is signed for the first time it has no checkpoint to answer with.
  await s.summit.services.transparencyLog.advance('demo-external');
  const { paths } = (await s.send('GET', '/openapi.json')).body as { paths: Record<string, Record<string, { requestBody?: object }>> };
  routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => ({
      method,
      path: path.replaceAll(/\{[a-z_]+\}/g, '019b0d1e-7d0c-7b1e-8a55-2f4c9e6b1a01'),
      body: requestBody !== undefined,
    })),
  );
  const signedIn = await fetch(`${s.summit.url}/sign-in`, {
    ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: await s.token('operator') }) },
  });
  cookie = signedIn.headers.getSetCookie()[0] ?? '';
});
test.after(() => s?.close());

const send = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body?: string) =>
  s.send(method.toUpperCase(), path, { headers, ...(body === undefined ? {} : { body }) });
/** A stream has no end that could be waited for. */
const ending = () => routes.filter(({ path }) => path !== '/events');
const closed = () => routes.filter(({ path }) => !isOpen(path));

test('asks who calls before all else, and tells a stranger nothing', async () => {
  assert.ok(routes.length > 100, `${routes.length}`);
  for (const { method, path } of closed()) {
    const { status, body, headers } = await send(method, path, { 'content-type': 'text/plain' }, method === 'get' ? undefined : '{');
    assert.equal([status, body.code, headers.get('cache-control')], [401, 'unauthenticated', 'no-store'], `${method} ${path}`);
  }
});

test('says what a browser may do with the answer', async () => {
  const authorization = `Bearer ${await s.token('operator')}`;
  for (const { method, path } of ending().filter(({ method: verb }) => verb === 'get')) {
    const { status, headers } = await send(method, path, { authorization, origin: 'https://elsewhere.example' });
    const where = `${method} ${path}: ${status}`;
    assert.ok(status < 500, where);
    const policy = headers.get('content-security-policy') ?? '';
    for (const directive of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"])
      assert.match(policy, directive, where);
    assert.not.match(policy, 'unsafe', where);
    assert.equal(
      ['x-content-type-options', 'x-frame-options', 'cross-origin-opener-policy', 'cross-origin-resource-policy', 'x-powered-by'].map((name) =>
        headers.get(name),
      ),
      ['nosniff', 'SAMEORIGIN', 'same-origin', 'same-origin', null],
      where,
    );
    assert.match(headers.get('strict-transport-security') ?? '', 'max-age=31536000', where);
    assert.match(headers.get('referrer-policy') ?? '', isOpen(path) ? 'same-origin' : 'no-referrer', where);
    assert.match(headers.get('cache-control') ?? 'none', /^(no-store|private, )/, where);
    assert.equal(
      [...headers.keys()].filter((name) => name.startsWith('access-control-')),
      [],
      where,
    );
    // What an issuer has led back is done with, whatever came of it.
    const ended = path.startsWith('/auth/callback/') ? /^__Host-summit-sign-in=; .*Max-Age=0/ : /^$/;
    assert.match(headers.get('set-cookie') ?? '', ended, where);
  }
});

test('gives no other origin leave to ask', async () => {
  const preflight = {
    origin: 'https://elsewhere.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  };
  for (const { path } of routes) {
    const { status, headers } = await send('options', path, preflight);
    assert.ok(status >= 400, `${path}: ${status}`);
    assert.equal(
      [...headers.keys()].filter((name) => name.startsWith('access-control-')),
      [],
      path,
    );
  }
});

test('takes no write by a cookie alone, which any page could make a browser send', async () => {
  assert.match(cookie, /^__Host-summit=[^;]+; Max-Age=\d+; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  const session = cookie.split(';')[0] ?? '';
  assert.is((await send('get', '/me', { cookie: session })).status, 200);
  for (const { method, path } of closed().filter(({ method: verb }) => WRITES.includes(verb)))
    for (const token of [{}, { 'x-csrf-token': 'guess' }]) {
      const { status, body } = await send(method, path, { cookie: session, 'content-type': 'application/json', ...token }, '{}');
      assert.equal([status, body.code], [403, 'bad-csrf-token'], `${method} ${path}`);
    }
  assert.is((await send('get', '/me', { cookie: session })).status, 200, 'the session is still there');
  const abroad = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' };
  assert.is((await send('post', '/sign-in', abroad, 'token=x')).status, 403, 'nor a sign-in');
});

test('takes no body of another type, such as a form of another site would have', async () => {
  const authorization = `Bearer ${await s.token('operator')}`;
  const answers = new Map<number, number>();
  for (const { method, path } of closed().filter(({ method: verb, body }) => body && WRITES.includes(verb)))
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      const { status } = await send(method, path, { authorization, 'content-type': type }, '{"comment": "x"}');
      assert.ok([403, 404, 415].includes(status), `${method} ${path}: ${status}`);
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  assert.ok((answers.get(415) ?? 0) > 30, JSON.stringify([...answers]));
});

test.run();

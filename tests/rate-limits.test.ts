import { pino } from 'pino';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rateLimitErrors, rateLimitsOf } from '../kernel/config/rate-limits.ts';
import { Lockout } from '../kernel/http/lockout.ts';
import { Metrics } from '../kernel/metrics.ts';
import { Problem } from '../sdk/index.ts';
import { cookieOf, sendSignIn } from './support/browser.ts';
import { testSummit } from './support/summit.ts';

const test = suite('Rate limits and lockouts');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('a token that is used up leaves its person the rest, a person the tenant, and a tenant the others', async () => {
  const limits = { tokenRequestsPerMinute: 2, requestsPerMinute: 3, tenantRequestsPerMinute: 5 };
  const s = await testSummit((config) => ({ ...config, ...limits }));
  try {
    const script = await s.token('engineer');
    const [cookie = ''] = (
      await fetch(`${s.summit.url}/sign-in`, { method: 'POST', body: new URLSearchParams({ token: script }), redirect: 'manual' })
    ).headers.getSetCookie();
    const me = (headers: Readonly<Record<string, string>>) => s.send('GET', '/me', { headers });

    const first = await me(bearer(script));
    assert.equal(
      [first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')],
      [200, '"token";q=2;w=60, "person";q=3;w=60, "tenant";q=5;w=60', '"token";r=1;t=60, "person";r=1;t=60'],
      'the sign-in was one request of the person',
    );
    assert.is((await me(bearer(script))).status, 200);
    const over = await me(bearer(script));
    assert.equal([over.status, over.body.code], [429, 'rate-limited']);
    assert.match(over.body.detail, 'this token may make 2 a minute');
    assert.ok(Number(over.headers.get('retry-after')) > 0);
    const byCookie = await me({ cookie: cookie.split(';')[0] ?? '' });
    assert.equal([byCookie.status, byCookie.body.code], [429, 'rate-limited']);
    assert.match(byCookie.body.detail, 'this person may make 3 a minute');

    assert.is((await s.get('auditor', '/me')).status, 200);
    assert.is((await s.get('auditor', '/me')).status, 200);
    assert.match((await s.get('finance', '/me')).body.detail, 'this tenant may make 5 a minute');
    assert.is((await s.get('finance', '/me', { tenant: 'summit-internal' })).status, 200);
    const metrics = (await s.send('GET', '/metrics')).body;
    for (const limit of ['token', 'person', 'tenant']) assert.match(metrics, `summit_rate_limited_total{limit="${limit}"} 1`);
  } finally {
    await s.close();
  }
});

test('limits that contradict one another are refused by their names', () => {
  assert.equal(rateLimitsOf({ requests_per_minute: 5 }), { requestsPerMinute: 5, tokenRequestsPerMinute: 3, tenantRequestsPerMinute: 100 });
  assert.equal(rateLimitErrors({ requests_per_minute: 5 }), []);
  const errors = rateLimitErrors({ requests_per_minute: 5, token_requests_per_minute: 6, tenant_requests_per_minute: 4 });
  assert.equal(
    errors.map((error) => error.split(' ')[0]),
    ['http.token_requests_per_minute', 'http.tenant_requests_per_minute'],
  );
});

test('a flood of bad tokens is refused without being looked at, and who has shown a good one comes through', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const s = await testSummit(undefined, undefined, log);
  try {
    const { bearers, sessions } = s.summit.services;
    let looked = 0;
    for (const verifier of [bearers, sessions]) {
      const verify = verifier.verify.bind(verifier) as (shown: string) => Promise<never>;
      verifier.verify = (shown: string) => {
        looked++;
        return verify(shown);
      };
    }
    assert.is((await s.get('engineer', '/me')).status, 200);
    looked = 0;
    const guess = (n: number) => s.send('GET', '/me', { headers: n % 2 === 0 ? bearer(`guess-${n}`) : { cookie: `__Host-summit=guess-${n}` } });
    for (let n = 0; n < 60; n++) assert.is((await guess(n)).status, 401);
    assert.is(looked, 60);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => guess(1_000 + n)));
    assert.is(
      answers.every(({ status, headers }) => status === 429 && Number(headers.get('retry-after')) > 0),
      true,
    );
    assert.is(looked, 70, 'ten a minute are tried');
    assert.is((await s.get('engineer', '/me')).status, 200, 'whatever a stranger behind the same proxy sends');
    assert.is((await s.get('auditor', '/me')).status, 429, 'and this one was not there before');
    assert.is((await s.send('GET', '/me')).status, 401, 'who shows nothing guesses nothing');
    assert.equal(
      lines.filter(({ msg }) => String(msg).startsWith('address locked out')).map(({ address, seconds }) => [address, seconds]),
      [['127.0.0.1', 60]],
    );
    assert.match((await s.send('GET', '/metrics')).body, 'summit_lockouts_total 1');
  } finally {
    await s.close();
  }
});

test('cookies are counted wherever they are shown, and a session that was there before comes through', async () => {
  const s = await testSummit();
  try {
    const { sessions } = s.summit.services;
    const cookie = cookieOf(await sendSignIn(s, { token: await s.token('engineer') }));
    const sent = (method: string, path: string, headers: Readonly<Record<string, string>>) => s.send(method, path, { headers, redirect: 'manual' });
    assert.is((await sent('GET', '/session', { cookie })).status, 200);
    const verify = sessions.verify.bind(sessions);
    let looked = 0;
    sessions.verify = (shown) => {
      looked++;
      return verify(shown);
    };
    const ways = [
      ['GET', '/session'],
      ['POST', '/sign-out'],
      ['GET', '/auth/start'],
    ] as const;
    const guess = async (n: number) => {
      const [method, path] = ways[n % ways.length] ?? ways[0];
      return (await sent(method, path, { cookie: `__Host-summit=demo-external.${String(n).padStart(43, 'x')}` })).status;
    };
    for (const way of ways.keys()) assert.is(await guess(way), [401, 401, 303][way]);
    for (let n = ways.length; n < 60; n++) await guess(n);
    const statuses = [];
    for (let n = 60; n < 120; n++) statuses.push(await guess(n));
    assert.is(looked, 70, 'ten a minute are tried');
    assert.equal([...new Set(statuses)].sort(), [303, 429], 'whom /auth/start does not look at it leads to where they choose');
    assert.is((await sent('GET', '/session', {})).status, 401, 'who shows nothing guesses nothing');
    assert.is((await sent('GET', '/session', { cookie })).status, 200, 'whatever a stranger behind the same proxy sends');
  } finally {
    await s.close();
  }
});

test('behind proxies that the operator names, an address is that of the client', async () => {
  const s = await testSummit((config) => ({ ...config, trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] }));
  try {
    const guess = (forwarded: string) => s.send('GET', '/me', { headers: { ...bearer('guess'), 'x-forwarded-for': forwarded } });
    for (let n = 0; n < 60; n++) await guess(`198.51.100.${n}, 203.0.113.7, 10.0.0.1`);
    for (let n = 0; n < 10; n++) await guess('203.0.113.7');
    assert.is((await guess('203.0.113.7')).status, 429, 'whatever it says of others');
    assert.is((await guess('203.0.113.8')).status, 401);
  } finally {
    await s.close();
  }
});

test('whatever port a proxy writes beside it, the address is the same, and what is none is the peer', async () => {
  const s = await testSummit((config) => ({ ...config, trustedProxies: ['127.0.0.0/8', '10.0.0.0/8'] }));
  try {
    const guess = (forwarded: string) => s.send('GET', '/me', { headers: { ...bearer('guess'), 'x-forwarded-for': forwarded } });
    for (const [written, same] of [
      [(n: number) => `203.0.113.7:${51_000 + n}`, '203.0.113.7'],
      [(n: number) => `[2001:db8:0:1::${n + 1}]:${51_000 + n}`, '2001:db8:0:1::ffff'],
      [(n: number) => `[2001:db8:0:2::${n + 1}]`, '[2001:db8:0:2::ffff]:443'],
      [(n: number) => `203.0.113.9, 10.0.0.${n}:${51_000 + n}`, '203.0.113.9'],
      [(n: number) => (n % 2 === 0 ? `_hidden-${n}` : `${n}`), '127.0.0.1'],
    ] as const) {
      for (let n = 0; n < 60; n++) assert.is((await guess(`198.51.100.${n}, ${written(n)}`)).status, 401, written(n));
      for (let n = 0; n < 10; n++) await guess(same);
      assert.is((await guess(same)).status, 429, written(0));
    }
  } finally {
    await s.close();
  }
});

test('without them nobody is believed about where they come from', async () => {
  const s = await testSummit();
  try {
    const statuses = [];
    for (let n = 0; n < 72; n++)
      statuses.push((await s.send('GET', '/me', { headers: { ...bearer('guess'), 'x-forwarded-for': `203.0.113.${n}` } })).status);
    assert.equal([statuses[0], statuses.at(-1)], [401, 429]);
  } finally {
    await s.close();
  }
});

test('a lockout ends by itself, and is longer each time, up to a quarter of an hour', async () => {
  let now = 1;
  const lockout = new Lockout({ metrics: new Metrics(), log: pino({ level: 'silent' }), now: () => now });
  const refused = () => Promise.reject(new Problem('unauthenticated', 'no'));
  const waits: unknown[] = [];
  for (let flood = 0; flood < 6; flood++) {
    for (let n = 0; n < 60; n++) await lockout.attempt('2001:db8::1', null, refused).catch(() => undefined);
    try {
      lockout.assertMayGuess('2001:db8::ffff');
      assert.unreachable();
    } catch (error) {
      assert.instance(error, Problem);
      const seconds = Number((error as Problem).details.retry_after);
      waits.push(seconds);
      now += seconds * 1_000;
    }
    lockout.assertMayGuess('2001:db8::1');
  }
  assert.equal(waits, [60, 120, 240, 480, 900, 900], 'and the network of an IPv6 address is one');
});

test.run();

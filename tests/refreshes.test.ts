import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RefreshAnswer } from '../kernel/identity/refresh-answers.ts';
import { createLog } from '../kernel/log.ts';
import { CLIENT_SECRET, type IdentityProvider, identityProvider } from './support/identity-provider.ts';
import { type Answer, type TestSummit, testSummit } from './support/summit.ts';
import { Wanderer } from './support/wanderer.ts';

const test = suite('Issuers that do not vouch for somebody any more');
const TENANT = 'demo-external';
let idp: IdentityProvider;
let s: TestSummit;
const logged: string[] = [];

test.before(async () => {
  idp = await identityProvider();
  const { sign_in } = idp.entry();
  assert.ok(sign_in);
  const scopes = ['openid', 'offline_access'];
  const entries = [
    idp.entry({ sign_in: { ...sign_in, scopes } }),
    idp.entry({ audience: 'another', sign_in: { ...sign_in, id: 'another', scopes } }),
  ];
  // What asks the issuer, the test asks.
  s = await testSummit((config) => idp.configured(config, entries), undefined, createLog('warn', { write: (line) => logged.push(line) }));
  await idp.serve(s);
});
test.before.each(() => idp.fail(null));
test.after(async () => {
  await s?.close();
  await idp?.close();
});

async function signIn(handle: string, id = 'example'): Promise<Wanderer> {
  const browser = new Wanderer();
  idp.visitor.sub = `idp|${handle}`;
  const { status, body } = await browser.go(`${s.summit.url}/auth/start/${id}?return_to=/session`);
  assert.equal([status, body.user?.handle], [200, handle], typeof body === 'string' ? /<p>(.*?)<\/p><\/div>/.exec(body)?.[1] : '');
  return browser;
}

const session = (browser: Wanderer): Promise<Answer> => s.send('GET', '/session', { headers: { cookie: browser.cookie(s.summit.url) } });

/** A minute goes by, and with it the job. */
async function aMinute(): Promise<void> {
  s.advance({ minutes: 1 });
  await s.summit.services.refreshes.sweep([TENANT]);
}

const person = async (handle: string) =>
  (await s.get('operator', '/users?limit=100')).body.items.find((user: { handle: string }) => user.handle === handle);
const rows = () => s.asApp('SELECT refresh_token, refreshing_since FROM sessions WHERE tenant_id = $1 AND refresh_token IS NOT NULL', [TENANT]);

/** Nobody else is asked about. */
const nobodyElse = () => s.asApp('UPDATE sessions SET refresh_token = NULL WHERE tenant_id = $1', [TENANT]);

async function signOut(browser: Wanderer): Promise<void> {
  const headers = { cookie: browser.cookie(s.summit.url), 'x-csrf-token': (await session(browser)).body.csrf_token };
  assert.is((await s.send('POST', '/sign-out', { headers })).status, 204);
}

test('who is vouched for stays, by a token that is kept sealed, and by the one that the issuer has given last', async () => {
  const browser = await signIn('ae');
  const [before] = await rows();
  await aMinute();
  const [after, ...others] = await rows();
  assert.equal(others, []);
  const [was, is] = [Buffer.from(before?.refresh_token as Buffer), Buffer.from(after?.refresh_token as Buffer)];
  assert.not.equal(was, is);
  assert.ok(is.length > 40 && !/^[\w-]+$/.test(is.toString('latin1')), 'it is not in clear');
  assert.is(after?.refreshing_since, null);
  await aMinute();
  assert.is((await session(browser)).status, 200);
  const [first, second] = idp.taken;
  assert.is.not(first, second);
  const again = await fetch(`${idp.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`summit:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: first ?? '' }),
  });
  assert.equal([again.status, ((await again.json()) as { error: string }).error], [400, 'invalid_grant'], 'the one before would not have done');
  await signOut(browser);
});

test('an issuer that is down has said nothing, and is asked again', async () => {
  const browser = await signIn('ae-2');
  for (const status of [500, 503, 429]) {
    idp.fail(status);
    await aMinute();
    assert.is((await session(browser)).status, 200, String(status));
  }
  assert.is(await vouchedInTime(), true);
  s.advance({ minutes: 2 });
  assert.is(await vouchedInTime(), false, 'and somebody is told');
  idp.fail(null);
  await aMinute();
  assert.equal([(await session(browser)).status, (await person('ae-2')).status, await vouchedInTime()], [200, 'active', true]);
});

/** @returns whether the indicator meets its target */
async function vouchedInTime(): Promise<boolean> {
  const { indicators } = (await s.get('operator', '/slo')).body;
  return indicators.find(({ id }: { id: string }) => id === 'summit.unvouched_sessions').met;
}

test('who is not vouched for any more is deactivated within a minute, by every session and token, with a receipt', async () => {
  const [browser, elsewhere] = [await signIn('manager'), await signIn('manager')];
  const { id } = await person('manager');
  assert.is((await s.get('manager', '/me')).status, 200);
  await idp.revokeAll();
  await aMinute();
  const { status, roles } = await person('manager');
  assert.equal([status, roles], ['deactivated', []]);
  for (const each of [browser, elsewhere]) assert.is((await session(each)).status, 401);
  assert.is((await s.get('manager', '/me')).status, 401);
  const [receipt] = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.deactivate`)).body.items;
  assert.equal([receipt.actor.id ?? receipt.actor, receipt.outcome], ['system:sign-ins', 'allowed']);
  const { body: kept } = await s.get('auditor', `/receipts/${receipt.id}`);
  assert.not.match(JSON.stringify(kept), /refresh_token/);
});

test('who signs in there again is back, without roles; at another issuer they are not', async () => {
  idp.visitor.sub = 'idp|manager';
  const stranger = await new Wanderer().go(`${s.summit.url}/auth/start/another?return_to=/session`);
  assert.is(stranger.status, 401);
  const browser = await signIn('manager');
  assert.equal((await session(browser)).body.user.roles, []);
  const { id, status } = await person('manager');
  assert.is(status, 'active');
  const [receipt] = (await s.get('auditor', `/receipts?subject_id=${id}&action=user.reactivate`)).body.items;
  assert.is(receipt.actor.id ?? receipt.actor, 'system:sign-ins');
});

test('whom an operator has deactivated no sign-in brings back', async () => {
  await signIn('finance');
  const { id } = await person('finance');
  await idp.revokeAll();
  await aMinute();
  assert.is((await person('finance')).status, 'deactivated');
  assert.is((await s.post('operator', `/users/${id}/deactivate`)).status, 200);
  idp.visitor.sub = 'idp|finance';
  assert.is((await new Wanderer().go(`${s.summit.url}/auth/start/example?return_to=/session`)).status, 401);
  assert.is((await person('finance')).status, 'deactivated');
});

test('a refusal after an answer that was lost ends the session, and proves nothing about the person', async () => {
  const browser = await signIn('engineer');
  idp.fail(504);
  await aMinute();
  idp.fail(null);
  await idp.revokeAll();
  await aMinute();
  assert.equal([(await session(browser)).status, (await person('engineer')).status], [401, 'active']);
});

test('who has signed out is asked about no more', async () => {
  const browser = await signIn('engineer');
  const before = (await rows()).length;
  await signOut(browser);
  assert.is((await rows()).length, before - 1);
  await idp.revokeAll();
  await aMinute();
  assert.is((await person('engineer')).status, 'active');
});

test('an answer that comes after another replica has asked deactivates nobody', async () => {
  await nobodyElse();
  const browser = await signIn('ae');
  const { arrived, release } = idp.holdNext();
  const slow = aMinute();
  await arrived;
  await aMinute();
  release();
  await slow;
  assert.equal([(await session(browser)).status, (await person('ae')).status], [200, 'active']);
  await aMinute();
  assert.equal(
    [(await session(browser)).status, (await person('ae')).status],
    [401, 'active'],
    'the issuer takes it for stolen, and that proves nothing',
  );
});

/** Each minute's question to the issuer is answered when the test says so, one after the other or not. */
function byHand(minutes: number) {
  const { signIns } = s.summit.services;
  const { refresh } = signIns;
  const questions = Array.from({ length: minutes }, () => ({ asked: Promise.withResolvers<void>(), answer: Promise.withResolvers<RefreshAnswer>() }));
  const left = questions.values();
  signIns.refresh = () => {
    const { value } = left.next();
    if (!value) throw new Error('nobody else is asked about');
    value.asked.resolve();
    return value.answer.promise;
  };
  const sweeps: Promise<void>[] = [];
  return {
    async ask(): Promise<void> {
      sweeps.push(aMinute());
      await questions[sweeps.length - 1]?.asked.promise;
    },
    async answer(minute: number, answer: RefreshAnswer): Promise<void> {
      questions[minute]?.answer.resolve(answer);
      await sweeps[minute];
    },
    end: () => Object.assign(signIns, { refresh }),
  };
}
const NO: RefreshAnswer = { vouches: 'no' };
const yes = (refreshToken: string): RefreshAnswer => ({ vouches: 'yes', refreshToken });
const standing = async (browser: Wanderer) => [(await session(browser)).status, (await person('ae')).status];

test('an answer that comes late leaves the claim to whoever asks by then, whose token is kept, and makes the next refusal unsure', async () => {
  for (const late of [NO, yes('lost')]) {
    await nobodyElse();
    const browser = await signIn('ae');
    const issuer = byHand(3);
    try {
      logged.length = 0;
      for (const _replica of [1, 2]) await issuer.ask();
      await issuer.answer(0, late);
      const said = logged.some((line) => line.includes('came too late'));
      assert.is(said, late !== NO, 'that a token is lost is said');
      await issuer.answer(1, yes('kept'));
      assert.is((await rows())[0]?.refreshing_since, null, 'nobody awaits an answer any longer');
      await issuer.ask();
      await issuer.answer(2, NO);
      assert.equal(await standing(browser), [401, 'active']);
    } finally {
      issuer.end();
    }
  }
});

test('a refusal is unsure also where a token was used late while it was awaited', async () => {
  await nobodyElse();
  const browser = await signIn('ae');
  const issuer = byHand(3);
  try {
    for (const _replica of [1, 2]) await issuer.ask();
    await issuer.answer(1, yes('kept'));
    await issuer.ask();
    await issuer.answer(0, NO);
    await issuer.answer(2, NO);
    assert.equal(await standing(browser), [401, 'active']);
  } finally {
    issuer.end();
  }
});

test('once the issuer has taken a token after that, a refusal is one', async () => {
  await nobodyElse();
  const browser = await signIn('ae');
  const issuer = byHand(4);
  try {
    for (const _replica of [1, 2]) await issuer.ask();
    await issuer.answer(1, yes('kept'));
    await issuer.answer(0, NO);
    await issuer.ask();
    await issuer.answer(2, yes('good still'));
    await issuer.ask();
    await issuer.answer(3, NO);
    assert.equal(await standing(browser), [401, 'deactivated']);
  } finally {
    issuer.end();
  }
  assert.equal(await standing(await signIn('ae')), [200, 'active']);
});

test('who signs out while their issuer is asked is not deactivated', async () => {
  await nobodyElse();
  const browser = await signIn('ae');
  const { arrived, release } = idp.holdNext();
  const asking = aMinute();
  await arrived;
  await signOut(browser);
  await idp.revokeAll();
  release();
  await asking;
  assert.is((await person('ae')).status, 'active');
});

test('a deactivation that could not be written is made up for', async () => {
  const browser = await signIn('ae-2');
  await idp.revokeAll();
  const { runner } = s.summit.services;
  const { runAsSystem } = runner;
  runner.runAsSystem = () => Promise.reject(new Error('the connection is lost'));
  await aMinute().then(
    () => assert.unreachable(),
    () => undefined,
  );
  runner.runAsSystem = runAsSystem;
  assert.equal([(await session(browser)).status, (await person('ae-2')).status], [401, 'active']);
  await aMinute();
  assert.is((await person('ae-2')).status, 'deactivated');
});

test('a refusal after an answer that said something else is one', async () => {
  await signIn('ae');
  idp.fail(503);
  await aMinute();
  idp.fail(null);
  await idp.revokeAll();
  await aMinute();
  assert.is((await person('ae')).status, 'deactivated');
});

test('who has come back is not asked about by a session of before', async () => {
  await signIn('ae');
  const { id } = await person('ae');
  assert.is((await s.post('operator', `/users/${id}/deactivate`)).status, 200);
  assert.is((await s.post('operator', `/users/${id}/reactivate`)).status, 200);
  await idp.revokeAll();
  const browser = await signIn('ae');
  await aMinute();
  assert.equal([(await session(browser)).status, (await person('ae')).status], [200, 'active']);
});

test('a token that nobody can unseal ends its session, and nothing else', async () => {
  await nobodyElse();
  const browser = await signIn('ae');
  await s.asApp("UPDATE sessions SET refresh_token = '\\x00' WHERE tenant_id = $1 AND refresh_token IS NOT NULL", [TENANT]);
  await aMinute();
  assert.equal([(await session(browser)).status, (await person('ae')).status], [401, 'active']);
  assert.equal(await rows(), []);
});

/** At another issuer than the one that has refused them. */
async function elsewhere(handle: string): Promise<number> {
  idp.visitor.sub = `idp|${handle}`;
  return (await new Wanderer().go(`${s.summit.url}/auth/start/another?return_to=/session`)).status;
}

test('who was refused is brought back by the same issuer alone, however long it takes', async () => {
  await signIn('ae');
  await idp.revokeAll();
  await aMinute();
  assert.is((await person('ae')).status, 'deactivated');
  s.advance({ days: 30 });
  await s.summit.services.jobs.forget([TENANT]);
  assert.is(await elsewhere('ae'), 401);
  await signIn('ae');
  assert.is((await person('ae')).status, 'active');
  s.advance({ days: 30 });
  await s.summit.services.jobs.forget([TENANT]);
  assert.equal(
    await s.asApp('SELECT id FROM sessions WHERE tenant_id = $1 AND refused_at IS NOT NULL AND user_id = $2', [TENANT, await s.userId('ae')]),
    [],
  );
  s.advance({ days: -60 });
});

test('of whose refusal nothing is on record no sign-in brings back', async () => {
  await signIn('ae');
  await idp.revokeAll();
  await aMinute();
  const { id } = await person('ae');
  await s.tamper('sessions', `DELETE FROM sessions WHERE user_id = '${id}'`);
  assert.is(await elsewhere('ae'), 401);
  assert.is((await person('ae')).status, 'deactivated');
});

test('whose name somebody else has now stays away, and that one signs in', async () => {
  await signIn('manager');
  await idp.revokeAll();
  await aMinute();
  const [file, ...others] = s.config.tenants.filter(({ id }) => id === TENANT);
  assert.ok(file);
  assert.equal(others, []);
  const users = file.users.filter(({ handle }) => handle !== 'manager');
  const successor = { handle: 'successor', external_id: 'idp|manager', roles: [], teams: [] };
  await s.summit.services.tenants.apply([{ ...file, users: [...users, successor] }]);
  idp.visitor.sub = 'idp|manager';
  const { status, body } = await new Wanderer().go(`${s.summit.url}/auth/start/example?return_to=/session`);
  assert.equal([status, body.user?.handle, (await person('manager')).status], [200, 'successor', 'deactivated']);
});

test.run();

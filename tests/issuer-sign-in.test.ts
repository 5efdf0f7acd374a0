import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Issuer } from '../kernel/config/issuers.ts';
import { signInsOf } from '../kernel/config/sign-ins.ts';
import { examineSurroundings } from '../kernel/doctor/surroundings.ts';
import { errorsIn } from '../kernel/validation.ts';
import { cookieOf, sendSignIn } from './support/browser.ts';
import { CLIENT_SECRET, type IdentityProvider, identityProvider } from './support/identity-provider.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { Wanderer } from './support/wanderer.ts';

const test = suite('Signing in at an issuer');
const TENANT = 'demo-external';
const COOKIE = '__Host-summit-sign-in';
const requests = '/high-risk-ops/requests';
const groups = { claim: 'groups', roles: { platform: ['engineer'], leads: ['team_lead'] } };
let idp: IdentityProvider;
let s: TestSummit;

test.before(async () => {
  idp = await identityProvider();
  const { sign_in } = idp.entry();
  assert.ok(sign_in);
  const entries = [
    idp.entry(),
    idp.entry({ audience: 'grouped', groups, sign_in: { ...sign_in, id: 'grouped', title: 'Example & groups' } }),
    idp.entry({ audience: 'elsewhere', tenant: { claim: 'sub', is: { nobody: TENANT } }, sign_in: { ...sign_in, id: 'elsewhere' } }),
    idp.entry({ audience: 'refused', sign_in: { ...sign_in, id: 'refused', client_id: 'unheard-of' } }),
  ];
  s = await testSummit((config) => idp.configured(config, entries));
  await idp.serve(s);
});
test.before.each(() => {
  Object.assign(idp.visitor, { sub: 'idp|engineer', groups: [], acr: 'urn:password', agrees: true });
  idp.fail(null);
});
test.after(async () => {
  await s?.close();
  await idp?.close();
});

const start = (id = 'example', query = 'return_to=/session') => `${s.summit.url}/auth/start/${id}?${query}`;
const alertOf = ({ body }: Answer): string | undefined => /<h2>There is a problem<\/h2><p>(.*?)<\/p>/.exec(body)?.[1];
/** Up to where the issuer sends the browser back. */
const upToCallback = (browser: Wanderer, from = start()) => browser.go(from, ({ pathname }) => pathname === '/auth/callback/example');
const refusalOf = (answer: Answer) => [answer.status, alertOf(answer)];

async function session(browser: Wanderer): Promise<Answer> {
  return s.send('GET', '/session', { headers: { cookie: browser.cookie(s.summit.url) } });
}

/** By the cookie of a browser, as a page of ours sends it. */
async function post(browser: Wanderer, path: string, body: unknown = {}): Promise<Answer> {
  const csrf = (await session(browser)).body.csrf_token;
  const headers = { 'content-type': 'application/json', 'x-csrf-token': csrf, cookie: browser.cookie(s.summit.url) };
  return s.send('POST', path, { headers, body: JSON.stringify(body) });
}

test('the page has a button for each issuer, which says where it leads', async () => {
  const { body } = await s.send('GET', '/sign-in?return_to=/w/security%3Fa%3Db');
  const links = [...body.matchAll(/<a class="primary" href="([^"]+)">([^<]+)<\/a>/g)].map(([, href, text]) => [href, text]);
  assert.equal(links.slice(0, 2), [
    ['/auth/start/example?return_to=%2Fw%2Fsecurity%3Fa%3Db', 'Sign in with Example'],
    ['/auth/start/grouped?return_to=%2Fw%2Fsecurity%3Fa%3Db', 'Sign in with Example &#38; groups'],
  ]);
  assert.match(body, 'Development sign-in');
  assert.not.match(body, 'You are signed out');
});

test('who signs in there comes back to where they wanted to go, as who they are here', async () => {
  const browser = new Wanderer();
  const { status, url, body, way } = await browser.go(start('example', 'return_to=/session?deep=link'));
  assert.equal([status, url.pathname + url.search], [200, '/session?deep=link'], way.join('\n'));
  assert.equal(
    [body.tenant, body.user.handle, body.user.roles, body.sign_in],
    [TENANT, 'engineer', ['engineer'], { id: 'example', title: 'Example' }],
  );
  assert.match(browser.cookie(s.summit.url), /^__Host-summit=demo-external\.[A-Za-z0-9_-]{43}$/, 'what was kept of the sign-in is gone');
  const sent = idp.asked.at(-1);
  assert.equal(
    [sent?.get('response_type'), sent?.get('scope'), sent?.get('code_challenge_method'), sent?.get('redirect_uri'), sent?.get('acr_values')],
    ['code', 'openid groups', 'S256', `${s.summit.url}/auth/callback/example`, 'urn:password'],
  );
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok(sent?.get(name), name);
  assert.is(sent?.get('prompt'), null, 'who is signed in there need not do it again');
});

test('what the browser keeps meanwhile is sealed, for ten minutes, and for this host alone', async () => {
  const answer = await s.send('GET', '/auth/start/example', { redirect: 'manual' });
  const [line = ''] = answer.headers.getSetCookie();
  assert.match(line, /^__Host-summit-sign-in=[\w.-]+; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  assert.equal([answer.status, answer.headers.get('cache-control')], [303, 'no-store']);
  const state = new URL(answer.headers.get('location') ?? '').searchParams.get('state') ?? '';
  const kept = line.split(/[=;]/)[1] ?? '';
  for (const part of kept.split('.')) assert.not.match(Buffer.from(part, 'base64url').toString('latin1'), state);
});

test('a session is of their roles those alone that their groups there give them', async () => {
  idp.visitor.sub = 'idp|lead-and-security';
  idp.visitor.groups = ['leads', 'platform'];
  const browser = new Wanderer();
  const { body } = await browser.go(start('grouped'));
  assert.equal(body.user.roles, ['team_lead'], 'security_officer is given by no group, and engineer is not theirs');
  const { body: me } = await s.send('GET', '/me', { headers: { cookie: browser.cookie(s.summit.url) } });
  assert.equal(me.roles, ['team_lead']);
  idp.visitor.groups = [];
  const nobody = new Wanderer();
  assert.equal((await nobody.go(start('grouped'))).body.user.roles, []);
  const refused = await post(nobody, requests, accessRequest());
  assert.equal([refused.status, refused.body.code], [403, 'forbidden']);
  assert.match(refused.body.detail, /by this token or session you have none\.$/);
});

test('how and when they signed in there is what the policy is asked about', async () => {
  const before = Math.floor(Date.now() / 1_000);
  const browser = new Wanderer();
  await browser.go(start());
  const { body } = await post(browser, requests, accessRequest());
  const { subject } = (await s.get('auditor', `/policy-decisions/${body.decision_ids[0]}`)).body.input;
  const { auth_time, ...said } = subject.properties.authentication;
  assert.equal(said, { by: 'issuer', issuer: idp.issuer, acr: 'urn:password' });
  assert.ok(auth_time >= before - 1 && auth_time <= Date.now() / 1_000 + 1, String(auth_time));
});

test('a sign-in that must be fresh, or with more, is made anew there', async () => {
  const browser = new Wanderer();
  await browser.go(start());
  idp.visitor.acr = 'urn:mfa';
  const again = await browser.go(`${s.summit.url}/auth/start?return_to=/session&max_age=60&acr_values=urn:mfa`);
  assert.is(again.status, 200, again.way.join('\n'));
  assert.is(again.way[1], `${s.summit.url}/auth/start/example?return_to=/session&max_age=60&acr_values=urn:mfa`, 'where the session was begun');
  const sent = idp.asked.at(-1);
  assert.equal([sent?.get('max_age'), sent?.get('acr_values'), sent?.get('prompt')], ['60', 'urn:mfa', 'login']);
  const { body } = await post(browser, requests, accessRequest());
  const decision = (await s.get('auditor', `/policy-decisions/${body.decision_ids[0]}`)).body;
  assert.is(decision.input.subject.properties.authentication.acr, 'urn:mfa');
  const nobody = await new Wanderer().go(`${s.summit.url}/auth/start?return_to=/docs&max_age=60`);
  assert.match(nobody.body, 'href="/auth/start/example?return_to=%2Fdocs&#38;max_age=60"', 'who has no session chooses where');
  for (const query of ['max_age=soon', 'max_age=-1', 'acr_values=%00', 'max_age=1&max_age=2']) {
    const { status, body: page } = await s.send('GET', `/auth/start/example?${query}`);
    assert.is(status, 400, query);
    assert.match(page, 'There is a problem');
  }
});

test('without PKCE, or with another, no answer of the issuer is taken', async () => {
  const browser = new Wanderer();
  const { url } = await upToCallback(browser);
  const code = url.searchParams.get('code') ?? '';
  const exchange = (fields: Readonly<Record<string, string>>) =>
    fetch(`${idp.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`summit:${CLIENT_SECRET}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: `${s.summit.url}/auth/callback/example`, ...fields }),
    });
  assert.is((await exchange({})).status, 400);
  assert.is((await exchange({ code_verifier: 'x'.repeat(43) })).status, 400);
  const thief = new Wanderer();
  await upToCallback(thief);
  const stolen = await upToCallback(new Wanderer());
  const [, state] = /state=([^&]+)/.exec((await upToCallback(thief)).url.search) ?? [];
  const { status, body } = await thief.go(
    `${s.summit.url}/auth/callback/example?code=${stolen.url.searchParams.get('code')}&state=${state}&iss=${idp.issuer}`,
  );
  assert.is(status, 401);
  assert.match(body, 'used before, or is too old');
  assert.is((await session(thief)).status, 401);
});

const said = {
  nothing: 'No sign-in was begun in this browser, or it took too long, or is over already. Begin again.',
  other: 'This is the end of another sign-in than the one that was begun last in this browser. Begin again.',
  used: 'Example does not take this answer of its own any longer: it was used before, or is too old. Begin again.',
  wrong: 'What Example answered does not hold, and so it does not say who you are. Begin again.',
};

test('an answer counts once, in the browser that asked for it', async () => {
  const browser = new Wanderer();
  const { url } = await upToCallback(browser);
  const kept = browser.cookie(s.summit.url).replace(`${COOKIE}=`, '');
  assert.equal(refusalOf(await new Wanderer().go(url.href)), [400, said.nothing], 'in another browser');
  assert.is((await browser.go(url.href)).status, 200);
  assert.equal(refusalOf(await browser.go(url.href)), [400, said.nothing], 'again');
  browser.keep(s.summit.url, COOKIE, kept);
  assert.equal(refusalOf(await browser.go(url.href)), [401, said.used], 'again, by somebody who has kept it');
  assert.is((await session(browser)).status, 200, 'who is signed in stays so');
});

test('an answer to another question, or of another issuer, is refused', async () => {
  const browser = new Wanderer();
  const first = await upToCallback(browser);
  const second = await upToCallback(browser);
  assert.equal(refusalOf(await browser.go(first.url.href)), [400, said.other]);
  assert.equal(refusalOf(await browser.go(second.url.href)), [400, said.nothing], 'and that was the end of it');
  const elsewhere = await upToCallback(browser);
  elsewhere.url.searchParams.set('iss', 'https://evil.example');
  assert.equal(refusalOf(await browser.go(elsewhere.url.href)), [401, said.wrong], 'RFC 9207');
  const unsaid = await upToCallback(browser);
  unsaid.url.searchParams.delete('iss');
  assert.equal(refusalOf(await browser.go(unsaid.url.href)), [401, said.wrong], 'where the issuer says that it says who it is');
  const forged = await upToCallback(browser);
  browser.keep(s.summit.url, COOKIE, `${browser.cookie(s.summit.url).replace(`${COOKIE}=`, '').slice(0, -2)}AA`);
  assert.equal(refusalOf(await browser.go(forged.url.href)), [400, 'What your browser kept of the sign-in was not made here. Begin again.']);
  const { now: clock } = Date;
  const late = await upToCallback(browser);
  Date.now = () => clock() + 601_000;
  // The library that opens it asks the clock by this.
  const RealDate = globalThis.Date;
  globalThis.Date = class extends RealDate {
    constructor(...given: readonly unknown[]) {
      super(...((given.length === 0 ? [clock() + 601_000] : given) as [number]));
    }
  } as DateConstructor;
  try {
    assert.equal(refusalOf(await browser.go(late.url.href)), [400, 'The sign-in took longer than 10 minutes. Begin again.']);
  } finally {
    globalThis.Date = RealDate;
    Date.now = clock;
  }
});

test('who is not let in is told why, and may try again with where they wanted to go', async () => {
  const tried = async (id: string, sub = 'idp|engineer') => {
    idp.visitor.sub = sub;
    const answer = await new Wanderer().go(start(id, 'return_to=/w/security&max_age=600'));
    assert.match(answer.headers.get('content-type') ?? '', 'text/html');
    assert.match(answer.body, `href="/auth/start/example?return_to=%2Fw%2Fsecurity&#38;max_age=600"`);
    assert.is(
      answer.headers.getSetCookie().some((line) => line.startsWith('__Host-summit=')),
      false,
    );
    return refusalOf(answer);
  };
  const unknown = 'Nobody who is active in the tenant demo-external has the external id idp|';
  assert.equal(await tried('example', 'idp|stranger'), [401, `${unknown}stranger.`]);
  assert.is((await s.post('operator', `/users/${await s.userId('engineer-2')}/erase`)).status, 200);
  assert.equal(await tried('example', 'idp|engineer-2'), [401, `${unknown}engineer-2.`]);
  assert.equal(await tried('elsewhere'), [401, 'The token&#39;s claim sub names no tenant that its issuer may speak for.']);
  idp.visitor.agrees = false;
  assert.equal(await tried('example'), [403, 'You did not agree at Example, or it does not let you in here.']);
});

test('while the issuer is down nobody comes, and others sign in as ever', async () => {
  const browser = new Wanderer();
  const { url } = await upToCallback(browser);
  idp.fail(503);
  const { status, headers, body } = await browser.go(url.href);
  assert.equal([status, headers.get('retry-after')], [503, '5']);
  assert.match(body, 'Example does not answer now. Try again in a moment.');
  assert.is((await sendSignIn(s, { tenant: TENANT, handle: 'auditor' })).status, 303);
});

test('what is no way to sign in is said', async () => {
  assert.equal(refusalOf(await s.send('GET', '/auth/start/unheard-of')), [404, 'Nobody signs in here by this way. Choose another.']);
  for (const path of ['/auth/start/example', '/auth/callback/example']) {
    const { status, headers } = await s.send('POST', path);
    assert.equal([status, headers.get('allow')], [405, 'HEAD, GET'], path);
  }
});

test('who signs out is out of Summit, and may go on to sign out there', async () => {
  const browser = new Wanderer();
  await browser.go(start());
  assert.is((await post(browser, '/sign-out')).status, 204);
  assert.is((await session(browser)).status, 401);
  const { body } = await s.send('GET', '/sign-in?signed_out=example');
  assert.match(body, 'You are signed out of Summit.');
  assert.match(body, 'href="/auth/sign-out/example"');
  assert.not.match((await s.send('GET', '/sign-in?signed_out=<b>')).body, 'You are signed out');
  const { url } = await browser.go(`${s.summit.url}/auth/sign-out/example`, ({ origin }) => origin === idp.issuer);
  assert.equal(
    [url.pathname, url.searchParams.get('client_id'), url.searchParams.get('post_logout_redirect_uri')],
    ['/session/end', 'summit', `${s.summit.url}/sign-in`],
  );
  assert.is((await browser.go(url.href)).status, 200, 'it asks whether they mean it');
  assert.is((await s.send('GET', '/auth/sign-out/unheard-of', { redirect: 'manual' })).headers.get('location'), '/sign-in');
});

test('answers that their issuer does not take are counted, and then refused', async () => {
  const limited = await testSummit((config) => idp.configured(config));
  try {
    const begun = await limited.send('GET', '/auth/start/example', { redirect: 'manual' });
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const query = new URLSearchParams({ code: 'invented', state, iss: idp.issuer });
    const guess = () => limited.send('GET', `/auth/callback/example?${query}`, { headers: { cookie: cookieOf(begun) } });
    const statuses = new Set<number>();
    for (let time = 0; time < 75; time++) statuses.add((await guess()).status);
    assert.equal([...statuses], [401, 429]);
    assert.match((await guess()).body, 'Too many bad tokens or sign-ins');
    assert.is((await limited.send('GET', '/auth/callback/example')).status, 400, 'who shows nothing guesses nothing');
  } finally {
    await limited.close();
  }
});

test('a page elsewhere, which sends no cookie of ours, locks nobody out', async () => {
  const limited = await testSummit((config) => idp.configured(config));
  try {
    const sent = (cookie: string) => limited.send('GET', '/auth/callback/example?code=x&state=y', { headers: { cookie } });
    const statuses = new Set<number>();
    for (let time = 0; time < 40; time++) for (const cookie of ['', `${COOKIE}=made-up`]) statuses.add((await sent(cookie)).status);
    assert.equal([...statuses], [400]);
    const begun = await limited.send('GET', '/auth/start/example', { redirect: 'manual' });
    for (let time = 0; time < 70; time++) statuses.add((await sent(cookieOf(begun))).status);
    assert.equal([...statuses], [400], 'and the answer to another question shows nobody, and is no guess');
    const fresh = await limited.send('GET', '/me', { headers: { authorization: 'Bearer bad' } });
    assert.is(fresh.status, 401);
    assert.is((await limited.send('GET', '/me', { headers: { authorization: `Bearer ${await limited.token('engineer')}` } })).status, 200);
    assert.match((await limited.send('GET', '/metrics')).body, 'summit_lockouts_total 0');
  } finally {
    await limited.close();
  }
});

test('what is configured wrongly is said at the start, and no secret with it', () => {
  const base = idp.entry({ issuer: 'https://login.example.com', jwks_url: 'https://login.example.com/keys' });
  const { sign_in } = base;
  assert.ok(sign_in);
  const around = { root: '/', path: 'summit.json', production: true, variables: { EXAMPLE_SECRET: CLIENT_SECRET } };
  const faults = (entries: readonly Issuer[], more: object = {}, public_url = 'https://summit.example.com') => {
    const errors: string[] = [];
    const found = signInsOf({ identity: { issuers: entries }, http: { public_url } }, { ...around, ...more }, errors);
    return errors.length > 0 ? errors : found.map(({ id, clientSecret }) => [id, clientSecret]);
  };
  const at = 'summit.json: identity.issuers.';
  assert.equal(faults([base]), [['example', CLIENT_SECRET]]);
  const { client_secret_variable: _, ...publicClient } = sign_in;
  assert.equal(faults([{ ...base, sign_in: publicClient }], { variables: {} }), [['example', null]]);
  assert.equal(faults([{ ...base, issuer: 'http://127.0.0.1:1' }]), [`${at}0.issuer must be https in production, since people sign in there`]);
  assert.equal(faults([{ ...base, issuer: 'example' }]), [`${at}0.issuer is no URL, since people sign in there`]);
  assert.equal(faults([{ ...base, sign_in: { ...sign_in, scopes: ['profile'] } }]), [`${at}0.sign_in.scopes must have openid`]);
  const asBearer = 'sign_in.client_id is an audience of that issuer';
  assert.match(faults([{ ...base, audience: 'summit' }]).join(), `${at}0.${asBearer}`);
  const { sign_in: _none, ...forPrograms } = base;
  assert.match(faults([{ ...forPrograms, audience: 'summit' }, base]).join(), `${at}1.${asBearer}`, 'of any entry');
  assert.equal(faults([{ ...forPrograms, audience: 'summit', issuer: 'https://other.example.com' }, base]), [['example', CLIENT_SECRET]]);
  assert.equal(faults([base, { ...base, audience: 'two' }]), [`${at}1.sign_in.id "example" is there twice`]);
  assert.equal(faults([base], { variables: {} }), [`${at}0.sign_in: neither EXAMPLE_SECRET nor EXAMPLE_SECRET_FILE is set in the environment`]);
  assert.match(
    faults([base], { variables: { EXAMPLE_SECRET_FILE: '/no/such/file' } }).join(),
    /EXAMPLE_SECRET_FILE: \/no\/such\/file cannot be read/,
  );
  assert.match(faults([base], {}, 'http://summit.example.com').join(), 'http.public_url must be set in production, and be https');
  assert.equal(
    errorsIn(Issuer, { ...base, sign_in: { ...sign_in, client_secret: 'x' } })[0]?.path,
    'sign_in.client_secret',
    'not in the file itself',
  );
});

test('the doctor asks each issuer how to sign in there', async () => {
  const findings = async () =>
    (await examineSurroundings(s.config)).flatMap(({ check, status, detail }) => (check === 'sign-in' ? [[status, detail]] : []));
  assert.equal((await findings())[0], ['ok', `example: ${idp.issuer} says how to sign in there`]);
  idp.fail(500);
  assert.equal((await findings())[0], [
    'unreachable',
    `example: ${idp.issuer} does not say how to sign in there: unexpected HTTP response status code`,
  ]);
});

test('the OpenAPI document describes what a session says of where it was begun', async () => {
  const browser = new Wanderer();
  await browser.go(start());
  const { paths } = (await s.send('GET', '/openapi.json')).body;
  const schema = paths['/session'].get.responses[200].content['application/json'].schema;
  assert.equal(errorsIn(schema, (await session(browser)).body), []);
  for (const path of ['/auth/start', '/auth/start/{id}', '/auth/callback/{id}', '/auth/sign-out/{id}']) assert.ok(paths[path].get, path);
});

test.run();

import { setTimeout as sleep } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import nock from 'nock';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../kernel/config/config.ts';
import type { Issuer } from '../kernel/config/issuers.ts';
import { type Answer, type TestSummit, testSummit } from './support/summit.ts';
import { Wanderer } from './support/wanderer.ts';

/** Longer than an issuer's keys are not asked for again after it has failed. */
const PATIENCE_MS = 10_000;
const test = suite('Signing in at an issuer that answers oddly');
const IDP = 'https://odd.example';
const OTHER = 'https://other.example';
const metadata = {
  issuer: IDP,
  authorization_endpoint: `${IDP}/authorize`,
  token_endpoint: `${IDP}/token`,
  jwks_uri: 'https://never-asked.example/keys',
  response_types_supported: ['code'],
  id_token_signing_alg_values_supported: ['RS256'],
};
const key = await keyOf('k1');
let s: TestSummit;

// It stands between this process and the network from when it is loaded: no other suite is to meet it.
nock.restore();
test.before(async () => {
  nock.activate();
  s = await testSummit(configured);
});
test.before.each(() => {
  nock.cleanAll();
  nock(IDP).get('/.well-known/openid-configuration').reply(200, metadata);
  nock(IDP)
    .persist()
    .get('/keys')
    .reply(200, () => ({ keys: [key.jwk] }));
});
test.after(async () => {
  nock.cleanAll();
  nock.restore();
  await s?.close();
});

function configured(config: Config): Config {
  const sign_in = { id: 'odd', title: 'Odd', client_id: 'summit', client_authentication: 'client_secret_post' as const, scopes: ['openid'] };
  const user = { claim: 'name', is: 'handle' as const };
  const of: Issuer = { issuer: IDP, audience: 'api', jwks_url: `${IDP}/keys`, algorithms: ['RS256'], tenant: 'demo-external', user, sign_in };
  const another = { ...sign_in, id: 'other', title: 'Other' };
  const ofOther: Issuer = { ...of, issuer: OTHER, jwks_url: `${OTHER}/keys`, sign_in: another };
  const signIns = [
    { ...sign_in, of, clientSecret: 'between us' },
    { ...another, of: ofOther, clientSecret: 'between others' },
  ];
  return { ...config, issuers: [of, ofOther], signIns };
}

async function keyOf(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
}

const now = () => Math.floor(Date.now() / 1_000);

interface Odd {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly query?: string;
  readonly by?: typeof key;
  readonly refreshToken?: string;
  /** What the token endpoint answers in place of an ID token that is signed. */
  readonly idToken?: (claims: Readonly<Record<string, unknown>>) => string;
}

/** A whole sign-in, which is as it should be but for what is odd. */
async function signIn({ claims = {}, query = '', by = key, refreshToken, idToken }: Odd = {}): Promise<Answer> {
  const browser = new Wanderer();
  const begun = await browser.go(`${s.summit.url}/auth/start/odd?return_to=/session${query}`, ({ origin }) => origin === IDP);
  const [state, nonce] = [begun.url.searchParams.get('state'), begun.url.searchParams.get('nonce')];
  const all = { iss: IDP, aud: 'summit', sub: '1', name: 'engineer', nonce, iat: now(), exp: now() + 300, ...claims };
  const id_token = idToken ? idToken(all) : await new SignJWT(all).setProtectedHeader({ alg: 'RS256', kid: by.kid }).sign(by.privateKey);
  nock(IDP).post('/token').reply(200, { access_token: 'a', token_type: 'bearer', id_token, refresh_token: refreshToken });
  return browser.go(`${s.summit.url}/auth/callback/odd?code=c&state=${state}`);
}

const alertOf = ({ body }: Answer): string | undefined => /<h2>There is a problem<\/h2><p>(.*?)<\/p>/.exec(body)?.[1];
const told = async (odd: Odd) => {
  const answer = await signIn(odd);
  return [answer.status, alertOf(answer)];
};
const WRONG = [401, 'What Odd answered does not hold, and so it does not say who you are. Begin again.'];

test('one that answers as it should lets people in, and a secret goes to it as it was configured', async () => {
  let sent = '';
  nock.cleanAll();
  nock(IDP).get('/.well-known/openid-configuration').reply(200, metadata);
  nock(IDP)
    .persist()
    .get('/keys')
    .reply(200, { keys: [key.jwk] });
  nock(IDP)
    .post('/token', (body) => {
      sent = new URLSearchParams(body).toString();
      return false;
    })
    .reply(500);
  assert.is((await signIn()).body.user.handle, 'engineer');
  assert.match(sent, /client_secret=between\+us/);
  assert.match(sent, /code_verifier=[\w-]{43}/);
});

test('an ID token for another client, of another issuer, or for another sign-in is not believed', async () => {
  assert.equal(await told({ claims: { aud: 'another' } }), WRONG);
  assert.equal(await told({ claims: { aud: ['summit', 'another'], azp: 'another' } }), WRONG);
  assert.equal(await told({ claims: { iss: 'https://evil.example' } }), WRONG);
  assert.equal(await told({ claims: { nonce: undefined } }), WRONG);
  assert.equal(await told({ claims: { nonce: 'of another' } }), WRONG);
  assert.equal(await told({ claims: { sub: undefined } }), WRONG);
});

test('an ID token that nobody signed, or somebody else, is not believed', async () => {
  assert.equal(await told({ idToken: (claims) => new UnsecuredJWT(claims).encode() }), WRONG, 'alg none');
  assert.equal(await told({ idToken: () => 'gibberish' }), WRONG);
  assert.equal(await told({ by: await keyOf('k1') }), [401, 'The bearer token is not valid.'], 'another key by that name');
  assert.equal(await told({ by: await keyOf('k9') }), [401, 'No key of its issuer fits the token.']);
});

test('clocks may differ by half a minute', async () => {
  assert.is((await signIn({ claims: { exp: now() - 20, iat: now() - 320 } })).status, 200);
  assert.equal(await told({ claims: { exp: now() - 60, iat: now() - 360 } }), WRONG);
  assert.equal(await told({ claims: { nbf: now() + 60 } }), WRONG);
});

test('who must sign in afresh, and is not said to have, does not come in', async () => {
  assert.is((await signIn({ query: '&max_age=60', claims: { auth_time: now() - 10 } })).status, 200);
  assert.equal(await told({ query: '&max_age=60', claims: { auth_time: now() - 600 } }), WRONG);
  assert.equal(await told({ query: '&max_age=60' }), WRONG, 'it does not say when');
});

test('a browser can keep what a sign-in is to lead to, however long that is', async () => {
  const cookies = async (return_to: string) => {
    const query = new URLSearchParams({ return_to, max_age: '999999999', acr_values: Array(10).fill('y'.repeat(200)).join(' ') });
    const { status, headers } = await s.send('GET', `/auth/start/odd?${query}`, { redirect: 'manual' });
    assert.is(status, 303);
    return headers.getSetCookie().map((line) => Buffer.byteLength(line));
  };
  for (const path of [`/${'x'.repeat(1_999)}`, `/${'"'.repeat(1_999)}`, `/${'€'.repeat(999)}`]) {
    const [length = Number.POSITIVE_INFINITY] = await cookies(path);
    assert.ok(length <= 4_096, String(length));
  }
  assert.is((await s.send('GET', '/auth/start/odd?acr_values=%22', { redirect: 'manual' })).status, 400, 'no word that a header could quote');
});

test('an issuer that is down when somebody begins is asked again the next time', async () => {
  const other = await testSummit(configured);
  try {
    const begin = () => other.send('GET', '/auth/start/odd', { redirect: 'manual' });
    for (const answer of [
      () =>
        nock(IDP)
          .get(/openid/)
          .reply(502),
      () =>
        nock(IDP)
          .get(/openid/)
          .replyWithError('ECONNREFUSED'),
    ]) {
      nock.cleanAll();
      answer();
      const { status, headers, body } = await begin();
      assert.equal([status, headers.get('retry-after')], [503, '5']);
      assert.match(body, 'Odd cannot be asked how to sign in there now.');
      assert.match(body, 'href="/auth/start/odd', 'and may be asked again');
    }
    nock.cleanAll();
    nock(IDP)
      .get(/openid/)
      .reply(200, { ...metadata, issuer: 'https://evil.example' });
    assert.is((await begin()).status, 503, 'what says that it is another is not led to');
    nock(IDP)
      .get(/openid/)
      .reply(200, metadata);
    assert.is((await begin()).status, 303);
    assert.is((await begin()).status, 303, 'what it said is known for a while');
  } finally {
    await other.close();
  }
});

test('an issuer that leads a browser on to another does not learn what that one answers', async () => {
  let learned = false;
  nock(OTHER)
    .get(/openid/)
    .reply(200, { ...metadata, issuer: OTHER, authorization_endpoint: `${OTHER}/authorize`, token_endpoint: `${OTHER}/token` });
  nock(OTHER)
    .post('/token')
    .reply(400, () => {
      learned = true;
      return { error: 'invalid_grant' };
    });
  const browser = new Wanderer();
  const { url } = await browser.go(`${s.summit.url}/auth/start/other`, ({ origin }) => origin === OTHER);
  assert.is(url.searchParams.get('redirect_uri'), `${s.summit.url}/auth/callback/other`);
  const answer = await browser.go(`${s.summit.url}/auth/callback/odd?code=of-odd&state=${url.searchParams.get('state')}`);
  assert.equal(
    [answer.status, alertOf(answer), learned],
    [400, 'This is the answer of another issuer than the one at which the sign-in was begun. Begin again.', false],
  );
});

test('while its keys cannot be had nobody is believed', async () => {
  const other = await testSummit(configured);
  const { summit } = s;
  try {
    s = { ...s, summit: other.summit };
    nock.cleanAll();
    nock(IDP)
      .get(/openid/)
      .reply(200, metadata);
    nock(IDP).get('/keys').reply(500);
    const answer = await signIn();
    assert.is(answer.status, 503);
    assert.match(alertOf(answer) ?? '', 'keys of https://odd.example cannot be had now');
    nock(IDP)
      .get('/keys')
      .reply(200, { keys: [key.jwk] });
    // It is not asked again at once.
    const deadline = Date.now() + PATIENCE_MS;
    let { status } = await signIn();
    while (status === 503 && Date.now() < deadline) {
      await sleep(500);
      ({ status } = await signIn());
    }
    assert.is(status, 200);
  } finally {
    s = { ...s, summit };
    await other.close();
  }
});

test('what the token endpoint refuses is told to whom it concerns', async () => {
  const refused = async (status: number, body: object | string, headers = {}) => {
    const browser = new Wanderer();
    const { url } = await browser.go(`${s.summit.url}/auth/start/odd`, ({ origin }) => origin === IDP);
    nock(IDP).post('/token').reply(status, body, headers);
    const answer = await browser.go(`${s.summit.url}/auth/callback/odd?code=c&state=${url.searchParams.get('state')}`);
    return [answer.status, alertOf(answer)];
  };
  assert.equal(await refused(400, { error: 'invalid_grant' }), [
    401,
    'Odd does not take this answer of its own any longer: it was used before, or is too old. Begin again.',
  ]);
  assert.equal(await refused(401, { error: 'invalid_client' }), [
    503,
    'Odd does not take what Summit asks of it (invalid_client). An operator must mend the configuration.',
  ]);
  const challenge = { 'WWW-Authenticate': 'Basic realm="odd"' };
  for (const body of [{ error: 'invalid_client' }, 'no'])
    assert.equal(await refused(401, body, challenge), [
      503,
      'Odd does not take what Summit asks of it (invalid_client). An operator must mend the configuration.',
    ]);
  assert.equal(await refused(200, '<html>'), [503, 'Odd does not answer now. Try again in a moment.']);
  assert.equal(await refused(200, { access_token: 'a', token_type: 'bearer' }), WRONG);
});

test('a refusal to refresh counts, unless the answer before was lost on its way', async () => {
  const aMinute = () => {
    s.advance({ minutes: 1 });
    return s.summit.services.refreshes.sweep(['demo-external']);
  };
  const statusAfter = async (answer: (token: nock.Interceptor) => nock.Scope) => {
    nock.cleanAll();
    nock(IDP)
      .persist()
      .get('/keys')
      .reply(200, { keys: [key.jwk] });
    nock(IDP)
      .get(/openid/)
      .reply(200, metadata);
    assert.is((await signIn({ claims: { name: 'ae' }, refreshToken: 'r' })).status, 200);
    answer(nock(IDP).post('/token'));
    await aMinute();
    nock(IDP).post('/token').reply(400, { error: 'invalid_grant' });
    await aMinute();
    const { items } = (await s.get('operator', '/users?limit=100')).body;
    return items.find(({ handle }: { handle: string }) => handle === 'ae').status;
  };
  const challenge = { 'WWW-Authenticate': 'Basic realm="odd"' };
  const failing = (code: string) => Object.assign(new Error(code), { code });
  assert.is(await statusAfter((token) => token.replyWithError(failing('ECONNRESET'))), 'active');
  assert.is(await statusAfter((token) => token.reply(504)), 'active');
  assert.is(await statusAfter((token) => token.reply(200, '{"refresh_token":')), 'active');
  assert.is(await statusAfter((token) => token.reply(401, { error: 'invalid_client' }, challenge)), 'deactivated');
  assert.is(await statusAfter((token) => token.replyWithError(failing('ECONNREFUSED'))), 'deactivated');
  assert.is(await statusAfter((token) => token.reply(503, '<html>')), 'deactivated');
});

test('what it says by way of the browser is shown only where it is a word', async () => {
  const said = async (error: string) => {
    const browser = new Wanderer();
    const { url } = await browser.go(`${s.summit.url}/auth/start/odd`, ({ origin }) => origin === IDP);
    const query = new URLSearchParams({ error, state: url.searchParams.get('state') ?? '' });
    const answer = await browser.go(`${s.summit.url}/auth/callback/odd?${query}`);
    return [answer.status, alertOf(answer)];
  };
  assert.equal(await said('login_required'), [403, 'Odd has not signed you in: it says login_required.']);
  assert.equal(await said('<b>call 555'), [403, 'Odd has not signed you in: it says what cannot be shown.']);
  assert.equal(await said('temporarily_unavailable'), [503, 'Odd cannot sign anybody in now. Try again in a moment.']);
});

test.run();

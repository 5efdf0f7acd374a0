import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import nock from 'nock';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Issuer, issuerErrors } from '../kernel/config/issuers.ts';
import type { TenantFile } from '../kernel/config/tenant.ts';
import { createLog } from '../kernel/log.ts';
import { errorsIn } from '../kernel/validation.ts';
import { FreshAuthentication } from '../sdk/index.ts';
import { sendSignIn } from './support/browser.ts';
import { codeBlocksIn } from './support/document.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('JWTs of an issuer');
const TENANT = 'demo-external';
const IDP = 'https://idp.example';
const requests = '/high-risk-ops/requests';

const groups = { claim: 'groups', roles: { platform: ['engineer'], leads: ['team_lead'], everything: ['operator', 'security_officer'] } };
const base = {
  audience: 'summit',
  jwks_url: `${IDP}/keys`,
  algorithms: ['RS256'],
  tenant: TENANT,
  user: { claim: 'sub', is: 'external_id' as const },
};
const issuers: readonly Issuer[] = [
  { ...base, issuer: IDP },
  { ...base, issuer: IDP, audience: 'summit-grouped', groups },
  { ...base, issuer: IDP, audience: 'summit-handles', user: { claim: 'preferred_username', is: 'handle' } },
  { ...base, issuer: IDP, audience: 'summit-orgs', tenant: { claim: 'org', is: { o1: TENANT, o2: 'summit-internal' } } },
  { ...base, issuer: 'https://down.example', jwks_url: 'https://down.example/keys' },
  { ...base, issuer: 'https://slow.example', jwks_url: 'https://slow.example/keys' },
  { ...base, issuer: 'https://grouped.example', groups },
  { ...base, issuer: 'https://rotating.example', jwks_url: 'https://rotating.example/keys' },
  { ...base, issuer: 'https://two.example', jwks_url: 'https://two.example/keys' },
  { ...base, issuer: 'https://set.example', jwks_url: 'https://set.example/keys' },
];

const key = await keyOf('k1');
const logged: string[] = [];
let s: TestSummit;

// It stands between this process and the network from when it is loaded: no other suite is to meet it.
nock.restore();
test.before(async () => {
  nock.activate();
  s = await testSummit(
    (config) => {
      const named = ({ handle, ...user }: (typeof config.tenants)[number]['users'][number]) => ({ handle, external_id: `idp|${handle}`, ...user });
      return { ...config, issuers, tenants: config.tenants.map((tenant) => ({ ...tenant, users: tenant.users.map(named) })) };
    },
    undefined,
    createLog('warn', { write: (line) => logged.push(line) }),
  );
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

async function keyOf(kid: string, alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  return { alg, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

const now = () => Math.floor(Date.now() / 1_000);

/** A JWT as the issuer makes it, with what a test wants otherwise. */
function jwt(claims: Readonly<Record<string, unknown>> = {}, { alg, kid, privateKey } = key): Promise<string> {
  const payload = { iss: IDP, aud: 'summit', sub: 'idp|engineer', exp: now() + 300, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);
}

function by(token: string, path = '/me', body?: unknown): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return s.send(body === undefined ? 'GET' : 'POST', path, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

async function refusal(token: string): Promise<readonly unknown[]> {
  const { status, body } = await by(token);
  return [status, body.code, body.detail];
}

/** When so much time has passed, by the clock that can be set and by the one that nobody can set. */
function after<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  return withClocks(seconds, seconds, work);
}

async function withClocks<T>(wallSeconds: number, steadySeconds: number, work: () => Promise<T>): Promise<T> {
  const [wall, steady] = [Date.now, performance.now];
  Date.now = () => wall() + wallSeconds * 1_000;
  performance.now = () => steady.call(performance) + steadySeconds * 1_000;
  try {
    return await work();
  } finally {
    Date.now = wall;
    performance.now = steady;
  }
}

const keysNotHad = () => logged.filter((line) => line.includes('the keys of an issuer cannot be had'));

const unauthenticated = (detail: string) => [401, 'unauthenticated', detail];

test('a person comes by a JWT of their issuer, and has the roles that they have', async () => {
  const { status, body } = await by(await jwt({ sub: 'idp|lead-and-security' }));
  assert.equal([status, body.handle, body.roles.toSorted()], [200, 'lead-and-security', ['security_officer', 'team_lead']]);
  const created = await by(await jwt(), requests, accessRequest());
  assert.equal([created.status, created.body.requester], [201, 'engineer']);
  assert.is((await by(await jwt({ aud: 'summit-handles', preferred_username: 'finance' }))).body.handle, 'finance');
});

test('how and when they signed in stands in what the policy is asked', async () => {
  const at = now() - 60;
  const properties = async (claims: Readonly<Record<string, unknown>>) => {
    const { body } = await by(await jwt(claims), requests, accessRequest());
    return (await s.get('auditor', `/policy-decisions/${body.decision_ids[0]}`)).body.input.subject.properties;
  };
  const by_issuer = { by: 'issuer', issuer: IDP };
  assert.equal(await properties({ acr: 'urn:mfa', auth_time: at }), {
    roles: ['engineer'],
    authentication: { ...by_issuer, acr: 'urn:mfa', auth_time: at },
  });
  assert.equal((await properties({ acr: ['odd'], auth_time: 'yesterday' })).authentication, by_issuer);
});

test('groups let roles count that the person has, and give none that they have not', async () => {
  const rolesOf = async (said: unknown) => (await by(await jwt({ aud: 'summit-grouped', sub: 'idp|lead-and-security', groups: said }))).body.roles;
  assert.equal(await rolesOf(['leads']), ['team_lead']);
  assert.equal((await rolesOf(['leads', 'everything', 'unheard-of'])).toSorted(), ['security_officer', 'team_lead'], 'and is no operator');
  for (const nothing of [[], ['platform'], undefined, 'leads', { leads: true }, ['constructor']]) assert.equal(await rolesOf(nothing), []);
  const denied = await by(await jwt({ aud: 'summit-grouped', sub: 'idp|engineer', groups: [] }), requests, accessRequest());
  assert.equal([denied.status, denied.body.code], [403, 'forbidden']);
  assert.match(denied.body.detail, /by this token or session you have none\.$/);
  assert.equal((await s.get('engineer', '/me')).body.roles, ['engineer'], 'who they are is as it was');
});

test('an issuer speaks for those tenants alone that are named', async () => {
  const tenantOf = async (org: unknown) => {
    const { status, body } = await by(await jwt({ aud: 'summit-orgs', org }));
    return body.tenant ?? [status, body.detail];
  };
  assert.equal([await tenantOf('o1'), await tenantOf('o2')], [TENANT, 'summit-internal']);
  const none = [401, "The token's claim org names no tenant that its issuer may speak for."];
  assert.equal([await tenantOf('summit-internal'), await tenantOf('toString')], [none, none]);
  assert.equal(await tenantOf(undefined), [401, 'The token has no text as its claim org.']);
});

test('nobody comes whom the tenant does not know, or no longer', async () => {
  const stranger = `Nobody who is active in the tenant ${TENANT} has the external id`;
  assert.equal(await refusal(await jwt({ sub: 'idp|stranger' })), unauthenticated(`${stranger} idp|stranger.`));
  assert.equal(await refusal(await jwt({ sub: 'engineer' })), unauthenticated(`${stranger} engineer.`));
  const token = await jwt({ sub: 'idp|engineer-2' });
  assert.is((await by(token)).status, 200);
  assert.is((await s.post('operator', `/users/${await s.userId('engineer-2')}/erase`)).status, 200);
  assert.equal(await refusal(token), unauthenticated(`${stranger} idp|engineer-2.`));
  assert.equal(await s.asApp("SELECT 1 FROM disclosures WHERE value = 'idp|engineer-2'"), [], 'it is erased with them');
});

test('what an issuer calls somebody is given to another by the file, in one go, also where two swap it', async () => {
  const handleOf = async (sub: string) => (await by(await jwt({ sub }))).body.handle;
  const apply = (edit: (users: TenantFile['users']) => TenantFile['users']) =>
    s.summit.services.tenants.apply(s.config.tenants.map((tenant) => (tenant.id === TENANT ? { ...tenant, users: edit(tenant.users) } : tenant)));
  const known = async () => [await handleOf('idp|ae'), await handleOf('idp|ae-2')];
  await apply((users) => users.map((user) => (user.handle === 'ae' ? { ...user, handle: 'ae-renamed' } : user)));
  assert.equal(await known(), ['ae-renamed', 'ae-2']);
  const swapped: Readonly<Record<string, string>> = { ae: 'idp|ae-2', 'ae-2': 'idp|ae' };
  await apply((users) => users.map((user) => ({ ...user, external_id: swapped[user.handle] ?? `idp|${user.handle}` })));
  assert.equal(await known(), ['ae-2', 'ae']);
  // So many at once travel as one document.
  await apply((users) => users.map((user, index) => ({ ...user, external_id: `idp|${users.at(index - 1)?.handle}` })));
  assert.equal([await handleOf('idp|ae'), await handleOf('idp|manager')], ['ae-2', 'finance']);
  await s.summit.services.tenants.apply(s.config.tenants);
  assert.equal(await known(), ['ae', 'ae-2']);
});

test('a JWT is for its audience and its time, of which clocks may differ by half a minute', async () => {
  assert.equal(await refusal(await jwt({ aud: 'another' })), unauthenticated('The token is for another audience.'));
  assert.is((await by(await jwt({ aud: ['another', 'summit'] }))).status, 200);
  assert.equal(await refusal(await jwt({ exp: now() - 60 })), unauthenticated('The token has expired.'));
  assert.equal(await refusal(await jwt({ exp: undefined })), unauthenticated("The token's claim exp does not hold."));
  assert.equal(await refusal(await jwt({ nbf: now() + 60 })), unauthenticated("The token's claim nbf does not hold."));
  assert.equal([(await by(await jwt({ exp: now() - 10 }))).status, (await by(await jwt({ nbf: now() + 10 }))).status], [200, 200]);
});

test('what the issuer has not signed, by an algorithm that is its own, is not believed', async () => {
  const claims = { iss: IDP, aud: 'summit', sub: 'idp|operator', exp: now() + 300 };
  const invalid = unauthenticated('The bearer token is not valid.');
  const none = new UnsecuredJWT(claims).encode();
  assert.equal(await refusal(none), invalid, 'none');
  const spki = new TextEncoder().encode(await exportSPKI(key.publicKey));
  const confused = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(spki);
  assert.equal(await refusal(confused), invalid, 'a public key taken for a secret');
  const another = await keyOf('k1');
  assert.equal(await refusal(await jwt(claims, another)), invalid, 'by another key of that name');
  const brought = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', jwk: another.jwk, kid: 'k1' }).sign(another.privateKey);
  assert.equal(await refusal(brought), invalid, 'by a key that it brings');
  assert.equal(await refusal(await jwt(claims, await keyOf('k1', 'ES256'))), invalid, 'by an algorithm that is not pinned');
  const [header, , signature] = (await jwt()).split('.');
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  assert.equal(await refusal(`${header}.${payload}.${signature}`), invalid, 'with other claims');
  assert.equal(await refusal(await jwt({ iss: 'https://evil.example' })), invalid, 'of an issuer that nobody trusts');
  assert.equal(await refusal(await jwt({ iss: 'summit.local' })), invalid, 'as if we had signed it');
});

test('while the keys cannot be had nobody comes, and others are not kept waiting for it', async () => {
  const down = 'https://down.example';
  const token = await jwt({ iss: down });
  const before = keysNotHad().length;
  nock(down).get('/keys').reply(500);
  const { status, headers, body } = await by(token);
  assert.equal([status, body.code, headers.get('retry-after')], [503, 'unavailable', '5']);
  assert.is((await by(token)).status, 503, 'without asking, which would have been refused');
  assert.is(keysNotHad().length, before + 1, 'and it is said once');
  assert.is((await s.get('engineer', '/me')).status, 200);
  const later = async (seconds: number) => after(seconds, async () => (await by(token)).status);
  nock(down).get('/keys').replyWithError('ECONNREFUSED');
  assert.is(await later(6), 503);
  nock(down).get('/keys').reply(200, '<html>');
  assert.is(await later(12), 503);
  nock(down)
    .get('/keys')
    .reply(302, '', { location: `${IDP}/keys` });
  assert.is(await later(18), 503, 'nobody is led elsewhere for keys');
  assert.is(keysNotHad().length, before + 4);
  nock(down)
    .get('/keys')
    .reply(200, { keys: [key.jwk] });
  assert.is(await later(24), 200, 'it is asked again');
  nock('https://slow.example').get('/keys').delay(30_000).reply(200);
  assert.is((await by(await jwt({ iss: 'https://slow.example' }))).status, 503);
});

test('a key that is rotated in is found, and one that nobody has is asked for once in half a minute', async () => {
  const rotating = 'https://rotating.example';
  const next = await keyOf('k2');
  let asked = 0;
  let published: readonly object[] = [key.jwk];
  let status = 200;
  nock(rotating)
    .persist()
    .get('/keys')
    .reply(() => {
      asked += 1;
      return [status, { keys: published }];
    });
  assert.is((await by(await jwt({ iss: rotating }))).status, 200);
  published = [next.jwk];
  const rotated = await jwt({ iss: rotating }, next);
  const unfit = unauthenticated('No key of its issuer fits the token.');
  assert.equal(await refusal(rotated), unfit, 'it was asked a moment ago');
  assert.is(asked, 1);
  const before = keysNotHad().length;
  await after(31, async () => {
    status = 500;
    for (const invented of ['a', 'b', 'c']) assert.equal(await refusal(await jwt({ iss: rotating }, { ...next, kid: invented })), unfit);
    assert.equal([asked, keysNotHad().length], [2, before + 1], 'an issuer that does not answer is not asked by each of them');
    assert.is((await by(await jwt({ iss: rotating, jti: 'known key' }))).status, 200, 'and whom it has signed for comes still');
  });
  await after(62, async () => {
    status = 200;
    assert.is((await by(rotated)).status, 200);
    assert.is(asked, 3);
    assert.equal(await refusal(await jwt({ iss: rotating, jti: 'old key' })), unfit);
    assert.is(asked, 3);
  });
});

test('a clock that is set back keeps nobody out for longer than the issuer is down, and no key in for longer than it was good', async () => {
  const set = 'https://set.example';
  const hour = 3_600;
  const next = await keyOf('k2');
  let answer: [number, object] = [500, {}];
  nock(set)
    .persist()
    .get('/keys')
    .reply(() => answer);
  const signed = (by = key) => jwt({ iss: set, exp: now() + 9 * hour, iat: now() - 9 * hour, jti: crypto.randomUUID() }, by);
  assert.is((await by(await signed())).status, 503);
  answer = [200, { keys: [key.jwk] }];
  assert.is(await withClocks(-hour, 6, async () => (await by(await signed())).status), 200);
  answer = [200, { keys: [next.jwk] }];
  assert.is(await withClocks(-2 * hour, 60, async () => (await by(await signed())).status), 200, 'what is fresh is used');
  assert.is(await withClocks(-2 * hour, 660, async () => (await by(await signed())).status), 401, 'it has been withdrawn for ten minutes');
  assert.is(await withClocks(-2 * hour, 660, async () => (await by(await signed(next))).status), 200);
});

test('where several keys of an issuer fit, a token says by which it was signed', async () => {
  const two = 'https://two.example';
  const second = await keyOf('k2');
  nock(two)
    .persist()
    .get('/keys')
    .reply(200, { keys: [key.jwk, second.jwk] });
  assert.is((await by(await jwt({ iss: two }, second))).status, 200);
  const nameless = await new SignJWT({ iss: two, aud: 'summit', sub: 'idp|engineer', exp: now() + 300 })
    .setProtectedHeader({ alg: 'RS256' })
    .sign(second.privateKey);
  assert.equal(
    await refusal(nameless),
    unauthenticated('Several keys of its issuer fit the token: its header must name the one that signed it, by kid.'),
  );
});

test('a JWT that was checked a moment ago is read once, however many issuers there are', async () => {
  const token = await jwt({ iss: 'https://two.example', jti: 'read once' });
  assert.is((await by(token)).status, 200);
  const { parse } = JSON;
  let read = 0;
  JSON.parse = (text, reviver) => {
    if (String(text).includes('"jti":"read once"')) read += 1;
    return parse(text, reviver);
  };
  try {
    assert.is((await by(token)).status, 200);
  } finally {
    JSON.parse = parse;
  }
  assert.is(read, 1);
});

test('who has come by groups makes no API token, which would outlive them; who has come without makes one', async () => {
  const input = { title: 'nightly export', expires_at: new Date(Date.now() + 86_400_000).toISOString() };
  const { status, body } = await by(
    await jwt({ sub: 'idp|lead-and-security', groups: ['leads'], iss: 'https://grouped.example' }),
    '/api-tokens',
    input,
  );
  assert.equal([status, body.code], [403, 'forbidden']);
  assert.match(
    body.detail,
    /would outlive the groups of https:\/\/grouped\.example by which your roles count\. Make it by a token that `summit token` prints/,
  );
  assert.is((await by(await jwt({ iss: 'https://two.example' }), '/api-tokens', input)).status, 201);
});

test('a JWT becomes no session: that would be worth more than it', async () => {
  const { status, headers } = await sendSignIn(s, { token: await jwt() });
  assert.equal([status, headers.get('set-cookie')], [403, null]);
});

test('what the documentation shows can be configured', () => {
  const shown = codeBlocksIn('docs/identity.md').flatMap(({ language, code }) => (language === 'json' ? [JSON.parse(`{${code}}`)] : []));
  const [identity] = shown.flatMap((said) => said.identity ?? []);
  const [sign_in] = shown.flatMap((said) => said.sign_in ?? []);
  assert.equal(errorsIn(Issuer, { ...identity.issuers[0], sign_in }), []);
  const [fresh] = shown.flatMap((said) => said.fresh_authentication ?? []);
  assert.equal(errorsIn(FreshAuthentication, fresh), []);
  assert.is(identity.issuers.length, 1);
  assert.equal(errorsIn(Issuer, identity.issuers[0]), []);
  assert.equal(issuerErrors(identity.issuers, { tenants: [TENANT], origin: 'summit.local', production: true }), []);
  assert.equal(errorsIn(Issuer, { ...identity.issuers[0], algorithms: ['HS256'] })[0]?.path, 'algorithms.0', 'no shared secrets');
});

test('what is configured wrongly is said', () => {
  const around = { tenants: [TENANT], origin: 'summit.local', production: true };
  const [entry] = issuers;
  assert.ok(entry);
  assert.equal(issuerErrors([entry], around), []);
  const at = 'identity.issuers.';
  assert.equal(issuerErrors([{ ...entry, jwks_url: 'http://127.0.0.1:1/keys' }], around), [`${at}0.jwks_url must be https in production`]);
  assert.equal(issuerErrors([{ ...entry, jwks_url: 'https://u:p@idp.example' }], around), [`${at}0.jwks_url must hold no user and no password`]);
  assert.equal(issuerErrors([entry, entry], around), [`${at}1: the same issuer and audience are there twice`]);
  assert.equal(issuerErrors([{ ...entry, issuer: 'summit.local' }], around), [`${at}0.issuer is log.origin, by which Summit signs tokens itself`]);
  assert.equal(issuerErrors([{ ...entry, tenant: { claim: 'org', is: { a: 'lost' } } }], around), [
    `${at}0.tenant names "lost", which is no tenant here`,
  ]);
});

test.run();

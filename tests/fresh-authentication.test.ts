import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { signedIn } from './support/browser.ts';
import { dealsOf, QUOTES } from './support/deal.ts';
import { type IdentityProvider, identityProvider } from './support/identity-provider.ts';
import { type Answer, accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { Wanderer } from './support/wanderer.ts';

const test = suite('Fresh authentication');
const requests = '/high-risk-ops/requests';
const wanted = { max_age_minutes: 15, acr_values: ['urn:mfa'] };
const required_authentication = { max_age: 900, acr_values: ['urn:mfa'] };
const told = 'Sign in again: this takes a sign-in within the last 15 minutes, by urn:mfa.';
let idp: IdentityProvider;
let s: TestSummit;

/** The shipped packs with the setting on. */
test.before(async () => {
  idp = await identityProvider();
  s = await testSummit((config) => {
    const asking = ({ packs, ...tenant }: (typeof config.tenants)[number]) => {
      const also = (id: string) => ({ [id]: { ...packs[id], settings: { ...packs[id]?.settings, fresh_authentication: wanted } } });
      return { ...tenant, packs: tenant.id === 'demo-external' ? { ...packs, ...also('high-risk-ops'), ...also('revops') } : packs };
    };
    return idp.configured({ ...config, tenants: config.tenants.map(asking) });
  });
  await idp.serve(s);
});
test.after(async () => {
  await s?.close();
  await idp?.close();
});

type By = (method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;

/** Somebody who signs in at their issuer. @param query of the start: how, and how lately */
async function person(handle: string, { acr = 'urn:mfa', query = '', browser = new Wanderer() } = {}): Promise<By> {
  Object.assign(idp.visitor, { sub: `idp|${handle}`, acr });
  const { status, body } = await browser.go(`${s.summit.url}/auth/start/example?return_to=/session${query}`);
  assert.equal([status, body.user?.handle], [200, handle]);
  const own = { cookie: browser.cookie(s.summit.url), 'x-csrf-token': body.csrf_token, 'content-type': 'application/json' };
  return (method, path, sent, headers = {}) =>
    s.send(method, path, { headers: { ...own, ...headers }, ...(sent === undefined ? {} : { body: JSON.stringify(sent) }) });
}

const pending = async (): Promise<string> => (await s.post('engineer', requests, accessRequest())).body.id;
const refusal = ({ status, body }: Answer) => [status, body.code, body.detail, body.reasons?.map(({ rule }: { rule: string }) => rule)];
const REFUSED = [403, 'policy-denied', told, ['fresh-authentication']];

test('who approves has signed in lately, and with what the tenant asks for', async () => {
  const id = await pending();
  const lead = await person('team-lead');
  const { status, body } = await lead('POST', `${requests}/${id}/approve`, {});
  assert.equal([status, body.approvals.length], [200, 1], JSON.stringify(body));
  const [decision] = (await s.get('auditor', `/policy-decisions?subject_id=${id}&action=high-risk-ops.request.approve`)).body.items;
  const { body: kept } = await s.get('auditor', `/policy-decisions/${decision.id}`);
  const { authentication } = kept.input.subject.properties;
  assert.equal([authentication.by, authentication.acr, kept.allowed], ['issuer', 'urn:mfa', true]);
  const { now, ...asked } = kept.input.context.fresh_authentication;
  assert.equal(asked, required_authentication);
  assert.ok(now - authentication.auth_time < 60);
});

test('who has not is refused, with a receipt, and with what a client needs to mend it', async () => {
  const id = await pending();
  const officer = await person('security-officer', { acr: 'urn:password' });
  const answer = await officer('POST', `${requests}/${id}/approve`, {});
  assert.equal(refusal(answer), REFUSED);
  assert.equal(answer.body.required_authentication, required_authentication);
  assert.is(
    answer.headers.get('www-authenticate'),
    'Bearer realm="summit", error="insufficient_user_authentication", error_description="A fresh sign-in is required", max_age="900", acr_values="urn:mfa"',
  );
  const receipts = (await s.get('auditor', `/receipts?subject_id=${id}&outcome=denied`)).body.items;
  assert.equal(
    receipts.map(({ id: receipt, action }: { id: string; action: string }) => [receipt, action]),
    [[answer.body.receipt.id, 'high-risk-ops.request.approve']],
  );
  const { items } = (await officer('GET', `/subjects/${id}/actions`)).body;
  const approve = items.find((item: { id: string }) => item.id === 'high-risk-ops.request.approve');
  assert.equal([approve.allowed, approve.required_authentication], [false, required_authentication], 'it is said before they try');
  const dry = (await officer('POST', '/dry-run', { action: 'high-risk-ops.request.approve', subject_id: id })).body;
  assert.equal([dry.allowed, dry.required_authentication], [false, required_authentication]);
});

test('after signing in again the same request goes through', async () => {
  const id = await pending();
  const browser = new Wanderer();
  const headers = { 'idempotency-key': 'approve-it-once' };
  const before = await person('security-officer', { acr: 'urn:password', browser });
  assert.equal(refusal(await before('POST', `${requests}/${id}/approve`, {}, headers)), REFUSED);
  const after = await person('security-officer', { browser, query: '&max_age=900&acr_values=urn:mfa' });
  assert.is((await after('POST', `${requests}/${id}/approve`, {}, headers)).status, 200, 'no refusal is kept for its key');
});

test('a sign-in grows old', async () => {
  const lead = await person('team-lead');
  const [first, second] = [await pending(), await pending()];
  s.advance({ minutes: 14 });
  assert.is((await lead('POST', `${requests}/${first}/approve`, {})).status, 200);
  s.advance({ minutes: 2 });
  assert.equal(refusal(await lead('POST', `${requests}/${second}/approve`, {})), REFUSED);
  s.advance({ minutes: -16 });
});

test('who has signed in without an issuer has shown nothing', async () => {
  const id = await pending();
  assert.equal(refusal(await s.post('team-lead', `${requests}/${id}/approve`)), REFUSED, 'by a token of ours');
  const { cookie, csrf } = await signedIn(s, 'team-lead');
  const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/json' };
  assert.equal(refusal(await s.send('POST', `${requests}/${id}/approve`, { headers, body: '{}' })), REFUSED, 'by choosing to be somebody');
  const lead = await person('team-lead');
  const made = await lead('POST', '/api-tokens', { title: 'a script', expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  const script = { authorization: `Bearer ${made.body.token}`, 'content-type': 'application/json' };
  assert.equal(refusal(await s.send('POST', `${requests}/${id}/approve`, { headers: script, body: '{}' })), REFUSED, 'by a script');
  assert.is((await s.post('team-lead', `${requests}/${id}/reject`, { comment: 'not today' })).status, 200, 'to say no takes nothing');
});

test('so has who executes, and not who asks', async () => {
  const id = await pending();
  for (const handle of ['team-lead', 'security-officer'])
    assert.is((await (await person(handle))('POST', `${requests}/${id}/approve`, {})).status, 200);
  const stale = await s.post('engineer', `${requests}/${id}/execute`);
  assert.equal(refusal(stale), REFUSED);
  const engineer = await person('engineer');
  assert.equal([(await engineer('POST', `${requests}/${id}/execute`, {})).body.status], ['executed']);
});

test('a discount is approved, and its quote activated, by who has signed in lately', async () => {
  const deals = dealsOf(s);
  const id = await deals.submitted({ discount_percent: '25' });
  for (const handle of ['manager', 'finance']) {
    assert.equal(refusal(await deals.act(handle, id, 'approve')), REFUSED);
    assert.is((await (await person(handle))('POST', `${QUOTES}/${id}/approve`, {})).status, 200);
  }
  assert.equal(refusal(await deals.act('ae', id, 'activate')), REFUSED);
  const { status, body } = await (await person('ae'))('POST', `${QUOTES}/${id}/activate`, {});
  assert.equal([status, body.status], [200, 'activated'], JSON.stringify(body));
});

test('a policy that is asked for it, and does not look at it, lets nothing through', async () => {
  const properties = { type: 'TEMP_DB_READ_ACCESS', target: 'orders-db', environment: 'prod', duration_minutes: 60, requester: 'ann' };
  // Of a request nobody asks how its requester has signed in: so is all that a bundle of before was asked.
  const asked = (auth_time: number) =>
    s.post('auditor', '/access/v1/evaluation', {
      subject: { type: 'user', id: 'ann', properties: { roles: ['engineer'], authentication: { by: 'issuer', issuer: idp.issuer, auth_time } } },
      action: { name: 'high-risk-ops.request.create' },
      resource: { type: 'high-risk-ops.request', id: 'orders-db', properties },
      context: { fresh_authentication: { now: 2_000, max_age: 900 } },
    });
  const { status, body } = await asked(1_000);
  assert.equal([status, body.reasons[0].rule], [503, 'policy-error']);
  assert.match(body.detail, 'this version does not look at that: activate a later one');
  assert.is((await asked(1_900)).body.decision, true);
});

test('a tenant that does not ask for it is asked for nothing', async () => {
  const at = { tenant: 'summit-internal' };
  const { id } = (await s.post('engineer', requests, accessRequest(), at)).body;
  assert.is((await s.post('team-lead', `${requests}/${id}/approve`, {}, at)).status, 200);
  const { items } = (await s.get('auditor', `/policy-decisions?subject_id=${id}`, at)).body;
  assert.equal(
    items.map(({ action }: { action: string }) => action),
    ['high-risk-ops.request.create'],
    'no policy is asked about the approval',
  );
});

test.run();

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createLog } from '../kernel/log.ts';
import { Receiver } from '../sdk/testing/receiver.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Secrets');
const TENANT = 'demo-external';
let s: TestSummit;
let receiver: Receiver;
const lines: string[] = [];
/** By what they are. */
const secrets = new Map<string, string>();

/** One of each kind, used well and badly, with all that can be logged. */
test.before(async () => {
  receiver = await Receiver.open();
  receiver.answer('/crm', { status: 500 });
  const webhooks = [{ id: 'crm', url: `${receiver.url}/crm`, events: ['*'] }];
  const logger = createLog('trace', { write: (line) => lines.push(line) });
  s = await testSummit((config) => ({ ...config, tenants: config.tenants.map((tenant) => ({ ...tenant, webhooks })) }), undefined, logger);
  const { services, url } = s.summit;

  const jwt = await s.token('operator');
  secrets.set('a bearer token', jwt);
  const signedIn = await fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: jwt }) });
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  secrets.set('a session', cookie.split('.')[1] ?? '');
  const session = (await s.send('GET', '/session', { headers: { cookie } })).body;
  secrets.set('a CSRF token', session.csrf_token);
  const expires_at = new Date(Date.now() + 86_400_000).toISOString();
  const made = (await s.post('operator', '/api-tokens', { title: 'script', expires_at }, { headers: { 'idempotency-key': 'once' } })).body;
  const apiToken = Object.values(made).find((value) => String(value).startsWith('smt_'));
  secrets.set('an API token', String(apiToken));
  secrets.set('a webhook secret', (await s.get('operator', '/webhooks')).body.items[0].secret.replace('whsec_', ''));
  secrets.set('the control secret', services.controlSecret);
  secrets.set('the key of tokens', JSON.parse(readFileSync(join(s.config.dataDir, 'keys/token.jwk'), 'utf8')).d);
  const seed = readFileSync(s.config.log.secret.path);
  for (const form of ['utf8', 'hex', 'base64', 'base64url'] as const) secrets.set(`the secret of the log, ${form}`, seed.toString(form).trim());
  const password = URL.parse(process.env.DATABASE_URL ?? '')?.password;
  if (password) secrets.set('the password of the database', password);

  for (const [kind, secret] of secrets) {
    const authorization = { authorization: `Bearer ${secret.replaceAll(/[^!-~]/g, 'x')}` };
    const asked = encodeURIComponent(secret);
    for (const [path, init] of [
      [`/me?token=${asked}`, { headers: authorization }],
      ['/no/such/route', { headers: { ...authorization, cookie: `__Host-summit=${asked}` } }],
      ['/high-risk-ops/requests', { method: 'POST', headers: { ...authorization, 'content-type': 'application/json' }, body: `{"token": ` }],
      ['/sign-in', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ token: `${secret}x`, return_to: '/' }) }],
    ] as const)
      assert.ok((await fetch(url + path, init)).status < 500, `${kind} ${path}`);
  }
  await s.send('GET', '/me', { headers: { cookie, 'x-csrf-token': 'guess' } });
  const { body } = await s.post('engineer', '/revops/leads', accessRequest());
  assert.is(body.status, 403);
  const lead = (await s.post('ae', '/revops/leads', { email: 'pat@acme.example', company: 'Acme', segment: 'enterprise' })).body;
  const quote = (await s.post('ae', '/revops/quotes', { opportunity_id: lead.opportunity.id, amount: 1, discount_percent: 1 })).body;
  for (const step of ['submit-for-approval', 'approve']) assert.is((await s.post('ae', `/revops/quotes/${quote.id}/${step}`)).status, 200);
  await services.outbox.sweep([TENANT]);
  await services.transparencyLog.advance(TENANT);
});
test.after(async () => {
  await s?.close();
  await receiver?.close();
});

function nowhereIn(text: string, where: string): void {
  for (const [kind, secret] of secrets) {
    assert.ok(secret.length >= 16, `${kind} is there to be looked for`);
    assert.not.ok(text.includes(secret), `${kind} is in ${where}`);
  }
}

test('are nowhere in the log, however much it says', () => {
  const log = lines.join('');
  assert.match(log, '"msg":"request"');
  assert.match(log, 'the endpoint crm answers 500');
  nowhereIn(log, 'the log');
  assert.not.match(log, 'smt_');
});

test('are nowhere in the database but as hashes', async () => {
  const tables = await s.asOwner(
    "SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')",
  );
  assert.ok(tables.length > 30);
  let filled = 0;
  for (const { name } of tables) {
    // Else its owner sees nothing of what belongs to tenants.
    await s.asOwner(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
    const [row] = await s.asOwner(`SELECT string_agg(t::text, ' ') AS text FROM ${name} t`);
    nowhereIn(String(row?.text), String(name));
    if (row?.text) filled++;
    if (['public.sessions', 'public.api_tokens', 'public.outbox'].includes(String(name))) assert.ok(row?.text, `${name} is not empty`);
  }
  assert.ok(filled > 20, `${filled} tables hold something`);
});

test('are in no file of the data directory but those that keep keys, which their owner alone may read', () => {
  const kept = readdirSync(s.config.dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(s.config.dataDir, name)).isFile());
  const keys = kept.filter((name) => join(s.config.dataDir, name) === s.config.log.secret.path || name.startsWith('keys/') || name === 'server.json');
  assert.ok(keys.length >= 3, kept.join(' '));
  for (const name of keys) assert.is(statSync(join(s.config.dataDir, name)).mode & 0o077, 0, name);
  for (const name of kept.filter((file) => !keys.includes(file))) nowhereIn(readFileSync(join(s.config.dataDir, name), 'latin1'), name);
});

test('are in no answer that does not give them', async () => {
  for (const path of ['/packs', '/tenants/demo-external', '/receipts?limit=200', '/api-tokens', '/users', '/policies'])
    nowhereIn(JSON.stringify((await s.get('operator', path)).body), path);
  nowhereIn((await s.send('GET', '/metrics')).body, '/metrics');
  nowhereIn(JSON.stringify((await s.send('GET', '/readyz')).body), '/readyz');
});

test.run();

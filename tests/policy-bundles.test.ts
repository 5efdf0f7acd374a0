import { generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../kernel/config/config.ts';
import { signedText } from '../kernel/policy/signature.ts';
import { bundleDigest } from '../policies/manifest.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';

const test = suite('Policy bundles');
const CANDIDATES = new URL('./policies/candidates/', import.meta.url);
const REQUESTS = '/high-risk-ops/requests';
const DECISION = 'high_risk/operations/decision';

function upload(name: string, fields: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'high_risk.operations',
    version: '9.0.0',
    opa: '1.22.2',
    entrypoints: [DECISION],
    wasm: readFileSync(new URL(`${name}.wasm`, CANDIDATES)).toString('base64'),
    sources: { [`${name}.rego`]: readFileSync(new URL(`${name}.rego`, CANDIDATES), 'utf8') },
    ...fields,
  };
}

/** A module of one section, base64. */
function module(section: number, content: readonly number[]): string {
  return Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, section, content.length, ...content]).toString('base64');
}

const confirming = (config: Config): Config => ({ ...config, policies: { ...config.policies, confirm: true } });

let s: TestSummit;
test.before(async () => {
  s = await testSummit();
});
test.after(() => s.close());

async function activeDigest(of: TestSummit = s): Promise<string> {
  const { body } = await of.get('auditor', '/policy-bundles');
  return body.items.find(({ active, id }: { active: boolean; id: string }) => active && id === 'high_risk.operations').digest;
}

test('a bundle that is added decides nothing until it is switched on, and from then on at once', async () => {
  const first = await activeDigest();
  const added = await s.post('operator', '/policy-bundles', upload('candidate'));
  assert.equal([added.status, added.body.active, added.body.version], [201, false, '9.0.0']);
  assert.ok(added.body.receipt.id);
  assert.is((await s.post('engineer', REQUESTS, accessRequest())).status, 201);
  assert.is(await activeDigest(), first);

  const switched = await s.post('operator', `/policy-bundles/${added.body.digest}/activate`, { comment: 'change 4711' });
  assert.equal([switched.status, switched.body.status, switched.body.digest], [200, 'active', added.body.digest]);
  const denied = await s.post('engineer', REQUESTS, accessRequest());
  assert.equal([denied.status, denied.body.reasons[0].rule], [403, 'half-an-hour']);
  const short = await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 30 }));
  assert.equal([short.status, short.body.required_approvals], [201, ['security_officer']]);
  const decision = (await s.get('auditor', `/policy-decisions/${short.body.decision_ids[0]}`)).body;
  assert.equal([decision.bundle_digest, decision.bundle_version], [added.body.digest, '9.0.0']);

  const back = await s.post('operator', `/policy-bundles/${first}/activate`);
  assert.equal([back.status, back.body.digest], [200, first]);
  assert.is((await s.post('engineer', REQUESTS, accessRequest())).status, 201);
  const receipts = (await s.get('auditor', `/receipts?subject_id=${back.body.id}`)).body.items;
  assert.equal(
    receipts.map(({ action }: { action: string }) => action),
    ['policy.activate', 'policy.activate', 'policy-bundle.add', 'policy.configured'],
  );
});

test('the same bundle again is a conflict; switching on what decides already is invalid-state; an unknown one is not found', async () => {
  assert.is((await s.post('operator', '/policy-bundles', upload('candidate'))).body.code, 'conflict');
  assert.is((await s.post('operator', `/policy-bundles/${await activeDigest()}/activate`)).body.code, 'invalid-state');
  assert.is((await s.post('operator', `/policy-bundles/${'0'.repeat(64)}/activate`)).body.code, 'not-found');
});

test("another tenant's bundle can be neither seen nor switched on", async () => {
  const { digest } = (await s.get('operator', '/policy-bundles')).body.items.find(({ version }: { version: string }) => version === '9.0.0');
  const elsewhere = { tenant: 'summit-internal' };
  assert.is((await s.post('operator', `/policy-bundles/${digest}/activate`, {}, elsewhere)).status, 404);
  const { items } = (await s.get('operator', '/policy-bundles', elsewhere)).body;
  assert.not.ok(items.some((bundle: { digest: string }) => bundle.digest === digest));
});

test('what one tenant says of a bundle is not what another reads of it', async () => {
  const elsewhere = { tenant: 'summit-internal' };
  const theirs = { version: 'theirs', sources: { 'theirs.rego': 'package theirs' } };
  const added = await s.post('operator', '/policy-bundles', upload('candidate', theirs), elsewhere);
  assert.is(added.status, 201);
  const ours = (await s.get('auditor', `/policy-bundles/${added.body.digest}`)).body;
  assert.equal([ours.version, Object.keys(ours.sources)], ['9.0.0', ['candidate.rego']]);
  const read = (await s.get('auditor', `/policy-bundles/${added.body.digest}`, elsewhere)).body;
  assert.equal([read.version, read.sources], ['theirs', theirs.sources]);
});

test('only the operator adds and switches on bundles', async () => {
  for (const who of ['auditor', 'engineer', 'security-officer']) {
    assert.is((await s.post(who, '/policy-bundles', upload('candidate'))).body.code, 'forbidden');
    assert.is((await s.post(who, `/policy-bundles/${await activeDigest()}/activate`)).body.code, 'forbidden');
  }
  for (const action of ['policy-bundle.add', 'policy.activate']) {
    const { body } = await s.get('auditor', `/receipts?action=${action}&outcome=refused`);
    assert.is(body.items.length, 3, `each attempt at ${action} has left its receipt`);
  }
});

const hostile: readonly [string, string, Readonly<Record<string, unknown>>, RegExp][] = [
  ['loops', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/loops'] }, /longer than 2000 ms/],
  ['eats memory', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/greedy'] }, /opa_malloc|memory|unreachable/],
  ['gives no result', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/silent'] }, /result is undefined/],
  ['answers in another shape', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/shapeless'] }, /another shape/],
  ['allows an empty input', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/open'] }, /allows an empty input/],
  ['lacks its entrypoint', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/nowhere'] }, /no entrypoint high_risk\/operations\/nowhere/],
  ['names an entrypoint of another package', 'candidate', { entrypoints: ['revops/decision'] }, /not in its package/],
  ['calls the network', 'calls-out', {}, /http\.send/],
  ['is no WebAssembly', 'candidate', { wasm: Buffer.from('not wasm').toString('base64') }, /no WebAssembly/],
  ['brings a memory of its own', 'candidate', { wasm: module(5, [1, 0, 1]) }, /memory of its own/],
  ['is cut off', 'candidate', { wasm: Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 0x80]).toString('base64') }, /no whole WebAssembly/],
  ['is slow', 'candidate', { entrypoints: [DECISION, 'high_risk/operations/slow'] }, /took \d+ ms, and may take 50/],
];
for (const [what, name, fields, why] of hostile) {
  test(`a bundle that ${what} is refused with the reason, the old one decides on, and the process lives`, async () => {
    const before = await activeDigest();
    const { status, body } = await s.post('operator', '/policy-bundles', upload(name, { data: JSON.stringify({ attempt: what }), ...fields }));
    assert.equal([status, body.code, body.errors[0].path], [400, 'invalid-input', 'bundle']);
    assert.match(body.errors[0].message, why);
    assert.is(await activeDigest(), before);
    assert.is((await s.post('engineer', REQUESTS, accessRequest())).status, 201);
  });
}

test('a tenant file pins a bundle for its tenant alone; until the file changes, what the operator switched on stands', async () => {
  const pinning = await testSummit();
  try {
    const { services } = pinning.summit;
    const first = await activeDigest(pinning);
    const { digest } = (await pinning.post('operator', '/policy-bundles', upload('candidate'))).body;
    const pinned = pinning.config.tenants.map((tenant) =>
      tenant.id === 'demo-external' ? { ...tenant, policies: { 'high_risk.operations': digest } } : tenant,
    );
    await services.tenants.apply(pinned);
    assert.is(await activeDigest(pinning), digest);
    assert.is((await pinning.post('engineer', REQUESTS, accessRequest(), { tenant: 'summit-internal' })).status, 201);

    await pinning.post('operator', `/policy-bundles/${first}/activate`);
    await services.tenants.apply(pinned);
    assert.is(await activeDigest(pinning), first);
    await services.tenants.apply(pinning.config.tenants);
    assert.is(await activeDigest(pinning), first);

    const unknown = pinned.map((tenant) => ({ ...tenant, policies: { 'high_risk.operations': '0'.repeat(64) } }));
    const refused = await services.tenants.apply(unknown).catch((error: Error) => error.message);
    assert.match(String(refused), /policies\.high_risk\.operations: there is no bundle 0{64}/);
  } finally {
    await pinning.close();
  }
});

test('of two who add the same bundle at once one does; of two who switch it on at once one does; who asks meanwhile is judged by one of the two', async () => {
  const racing = await testSummit();
  try {
    const first = await activeDigest(racing);
    const twice = <T>(ask: () => Promise<T>) => Promise.all([ask(), ask()]);
    const added = await twice(() => racing.post('operator', '/policy-bundles', upload('candidate')));
    assert.equal(added.map(({ status }) => status).sort(), [201, 409]);
    const { digest } = added.find(({ status }) => status === 201)?.body ?? {};
    const asking = Array.from({ length: 10 }, () => racing.post('engineer', REQUESTS, accessRequest({ duration_minutes: 30 })));
    const switched = await twice(() => racing.post('operator', `/policy-bundles/${digest}/activate`));
    assert.equal(switched.map(({ status }) => status).sort(), [200, 409]);
    for (const { body } of await Promise.all(asking)) {
      const decision = (await racing.get('auditor', `/policy-decisions/${body.decision_ids[0]}`)).body;
      const judgedBy = body.required_approvals.length === 1 ? digest : first;
      assert.is(decision.bundle_digest, judgedBy);
    }
  } finally {
    await racing.close();
  }
});

test('where two people must agree, the proposer cannot confirm, and the old bundle decides until another does', async () => {
  const two = await testSummit(confirming);
  try {
    const first = await activeDigest(two);
    const { digest } = (await two.post('operator', '/policy-bundles', upload('candidate'))).body;
    const proposed = (await two.post('operator', `/policy-bundles/${digest}/activate`)).body;
    assert.equal([proposed.status, proposed.digest, proposed.candidate], ['pending_confirmation', first, digest]);
    assert.is((await two.post('engineer', REQUESTS, accessRequest())).status, 201);
    assert.is((await two.post('operator', `/policies/${proposed.id}/confirm`, { digest })).body.code, 'separation-of-duties');
    const other = await two.post('security-officer', `/policies/${proposed.id}/confirm`, { digest: first });
    assert.equal([other.status, other.body.code], [409, 'conflict'], 'what is confirmed is what was read');

    const withdrawn = (await two.post('operator', `/policies/${proposed.id}/withdraw`, { comment: 'not today' })).body;
    assert.equal([withdrawn.status, withdrawn.digest, withdrawn.candidate], ['active', first, null]);
    await two.post('operator', `/policy-bundles/${digest}/activate`);
    const confirmed = await two.post('security-officer', `/policies/${proposed.id}/confirm`, { digest });
    assert.equal([confirmed.status, confirmed.body.status, confirmed.body.digest], [200, 'active', digest]);
    assert.is((await two.post('engineer', REQUESTS, accessRequest())).body.code, 'policy-denied');
  } finally {
    await two.close();
  }
});

test('where keys are trusted, a bundle must be signed by one of them', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const trusting = (config: Config): Config => ({ ...config, policies: { ...config.policies, trustedKeys: { release: pem } } });
  const unsigned = await testSummit(trusting).catch((error: Error) => error.message);
  assert.match(String(unsigned), /not signed/);

  const folder = mkdtempSync(join(tmpdir(), 'signed-policies-'));
  cpSync(new URL('../policies', import.meta.url), folder, { recursive: true });
  for (const { digest, wasm } of JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).bundles) {
    const signature = { keyid: 'release', sig: sign(null, Buffer.from(signedText(digest)), privateKey).toString('base64') };
    writeFileSync(join(folder, wasm.replace('.wasm', '.sig.json')), JSON.stringify(signature));
  }
  const strict = await testSummit((config) => ({ ...config, policies: { ...trusting(config).policies, folder } }));
  try {
    const bundle = upload('candidate');
    const text = Buffer.from(signedText(bundleDigest(Buffer.from(bundle.wasm, 'base64'), '{}')));
    const sig = sign(null, text, privateKey).toString('base64');
    const refusals: [Record<string, unknown>, RegExp][] = [
      [{}, /not signed/],
      [{ signature: { keyid: 'somebody', sig } }, /not trusted/],
      [{ signature: { keyid: 'release', sig: Buffer.alloc(64).toString('base64') } }, /does not verify/],
    ];
    for (const [fields, why] of refusals) {
      const { status, body } = await strict.post('operator', '/policy-bundles', { ...bundle, ...fields });
      assert.is(status, 400);
      assert.match(body.errors[0].message, why);
    }
    const signed = await strict.post('operator', '/policy-bundles', { ...bundle, signature: { keyid: 'release', sig } });
    assert.is(signed.status, 201);
    const { items } = (await strict.get('auditor', '/policy-bundles')).body;
    assert.is(items.find(({ digest }: { digest: string }) => digest === signed.body.digest).signed_by, 'release');
  } finally {
    await strict.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();

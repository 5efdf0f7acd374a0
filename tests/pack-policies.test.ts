import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Config } from '../kernel/config/config.ts';
import { loadPacks } from '../kernel/packs/loader.ts';
import { withBrought } from '../kernel/policy/brought.ts';
import { openConfigured, requirePolicies } from '../kernel/policy/configured.ts';
import { bundleDigest } from '../policies/manifest.ts';
import { packFolder } from './support/pack-folder.ts';
import { emptyPolicyFolder, POLICIES, type PolicyFolder, policyAlone } from './support/policy-folder.ts';
import { cli } from './support/process.ts';
import { accessRequest, testSummit } from './support/summit.ts';

const test = suite('Policies that packs bring');
const HIGH_RISK = 'high_risk.operations';
const DECISION = 'high_risk/operations/decision';
let packs: ReturnType<typeof packFolder>;
/** As configured, without the policy that packs bring here. */
let configured: PolicyFolder;
test.before(() => {
  packs = packFolder();
  configured = emptyPolicyFolder();
  policyAlone('revops.discount_approvals', configured.path);
});
test.after(() => {
  packs.remove();
  configured.remove('.');
});

/** A pack with the policy of high-risk operations in a folder of its own. */
function bringing(id: string, declared = ''): string {
  const path = packs.pack(id, declared);
  policyAlone(HIGH_RISK, join(path, 'policies'));
  return path;
}

/** What is there in the end, and why which packs failed. */
async function broughtBy(paths: readonly string[], folder: string, trustedKeys: Config['policies']['trustedKeys'] = {}) {
  const registry = await loadPacks(paths, '0.1.0');
  assert.equal(registry.failed, []);
  const inFolder = await openConfigured({ folder, trustedKeys: {}, confirm: false, storeEvaluations: true });
  const found = await withBrought(registry, inFolder, { folder, trustedKeys, confirm: false, storeEvaluations: true });
  requirePolicies(registry, found);
  const reasons = new Map(registry.failed.map(({ id, reason }) => [id, reason]));
  return { ids: found.sound.map(({ id }) => id), reasons };
}

test('a policy that a pack brings decides, is tested, and is there for whoever else asks', async () => {
  const path = bringing('guarded');
  const s = await testSummit((config) => ({
    ...config,
    packPaths: [...config.packPaths, path],
    policies: { ...config.policies, folder: configured.path },
  }));
  try {
    assert.equal((await s.send('GET', '/readyz')).body.failed_packs, []);
    const created = await s.post('engineer', '/high-risk-ops/requests', accessRequest());
    assert.is(created.status, 201, JSON.stringify(created.body));
    const [bundle] = (await s.get('auditor', '/policy-bundles')).body.items.filter(({ id }: { id: string }) => id === HIGH_RISK);
    const decision = (await s.get('auditor', `/policy-decisions/${created.body.decision_ids[0]}`)).body;
    assert.equal([bundle.active, decision.bundle_digest], [true, bundle.digest]);
    const sources = Object.keys((await s.get('auditor', `/policy-bundles/${bundle.digest}`)).body.sources);
    assert.ok(sources.includes('high_risk/operations/operations.rego') && sources.includes('lib/decisions/decisions.rego'), sources.join());
    const answer = await s.post('engineer', '/access/v1/evaluation', {
      subject: { type: 'user', id: 'engineer' },
      action: { name: 'read' },
      resource: { type: 'high-risk-ops.request', id: created.body.id },
    });
    assert.equal([answer.status, answer.body.decision], [200, false]);
    assert.is.not(answer.body.context.reasons[0].rule, 'no-policy');
  } finally {
    await s.close();
  }
});

test('summit policy test runs those that packs bring, beside those of the configured folder', async () => {
  const path = bringing('tested');
  const config = join(packs.path, 'site/summit.json');
  packs.write(
    'site/summit.json',
    JSON.stringify({
      ...{ log: { origin: 'x' }, packs: [path], policies: { folder: configured.path }, tenants: './tenants' },
      http: { body_limit_bytes: 2048, outcome_wait_ms: 1, requests_per_minute: 1 },
    }),
  );
  packs.write('site/tenants/README.md', '');
  const { code, stdout, stderr } = await cli(['policy', 'test', '--json'], { SUMMIT_CONFIG: config });
  const testsOf = (folder: string): number => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')).bundles[0].tests.entrypoints.length;
  assert.equal([code, JSON.parse(stdout)], [0, { passed: testsOf(configured.path) + testsOf(join(path, 'policies')), failed: [] }], stderr);
});

test('a policy that is there twice disables the pack that comes later, with both places named', async () => {
  const [first, second] = [bringing('first'), bringing('second')];
  const dependent = packs.pack('dependent', "requires: { second: '^1.0.0' }");
  const needing = packs.pack('needing', `policies: [{ bundle: '${HIGH_RISK}', entrypoints: ['${DECISION}'] }]`);
  const { ids, reasons } = await broughtBy([first, second, dependent, needing], configured.path);
  assert.equal(ids.toSorted(), [HIGH_RISK, 'revops.discount_approvals']);
  assert.equal([...reasons.keys()], ['second', 'dependent']);
  assert.match(reasons.get('second') ?? '', `the policy ${HIGH_RISK} in ${second}/policies is in the pack first too: take one of them out`);

  const shipped = await broughtBy([first], POLICIES);
  assert.match(shipped.reasons.get('first') ?? '', `is in the configured folder ${POLICIES} too`);
});

test('a policy that cannot be used disables the pack that brings it, and no other', async () => {
  const needing = packs.pack('without', `policies: [{ bundle: '${HIGH_RISK}', entrypoints: ['${DECISION}'] }]`);
  const edited = bringing('edited');
  const rego = join(edited, 'policies/high_risk/operations/operations.rego');
  writeFileSync(rego, `${readFileSync(rego, 'utf8')}\n# changed since\n`);
  const unmade = packs.pack('unmade');
  packs.write('unmade/policies/manifest.json', 'no JSON');
  const hostile = bringing('hostile');
  const manifest = JSON.parse(readFileSync(join(hostile, 'policies/manifest.json'), 'utf8'));
  const wasm = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  manifest.bundles[0].digest = bundleDigest(wasm);
  writeFileSync(join(hostile, 'policies', manifest.bundles[0].wasm), wasm);
  writeFileSync(join(hostile, 'policies/manifest.json'), JSON.stringify(manifest));
  const fine = packs.pack('fine');

  const { ids, reasons } = await broughtBy([needing, edited, unmade, hostile, fine], configured.path);
  assert.equal([...ids, ...reasons.keys()], ['revops.discount_approvals', 'edited', 'unmade', 'hostile', 'without']);
  assert.match(reasons.get('edited') ?? '', /its policies in .* cannot be read: policy bundle high_risk\.operations: .*operations\.rego has digest/);
  assert.match(reasons.get('unmade') ?? '', 'cannot be read: ');
  assert.match(reasons.get('hostile') ?? '', 'the bundle high_risk.operations 0.3.0 does not load: ');
  assert.match(reasons.get('without') ?? '', `no compiled policy bundle answers ${DECISION}: build it`);
});

test('where bundles must be signed, those of packs must be too', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const keys = { release: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  const unsigned = bringing('unsigned');
  const { ids, reasons } = await broughtBy([unsigned], configured.path, keys);
  assert.equal(ids, ['revops.discount_approvals']);
  assert.match(reasons.get('unsigned') ?? '', `a policy in ${unsigned}/policies is refused: it is not signed`);
});

test.run();

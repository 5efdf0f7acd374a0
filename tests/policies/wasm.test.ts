import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isTest, listFiles } from '../../policies/build/sources.ts';
import { bundleDigest, type CompiledPolicy, type PolicyManifest, sha256 } from '../../policies/manifest.ts';

const POLICIES = join(import.meta.dirname, '../../policies');
const manifest: PolicyManifest = JSON.parse(readFileSync(join(POLICIES, 'manifest.json'), 'utf8'));
const compiled: readonly CompiledPolicy[] = manifest.bundles.flatMap((bundle) => [bundle, bundle.tests]);

const read = (path: string) => readFileSync(join(POLICIES, path));
const dataOf = ({ data }: CompiledPolicy) => (data === undefined ? undefined : read(data));

async function load(policy: CompiledPolicy) {
  const loaded = await loadPolicy(read(policy.wasm));
  const data = dataOf(policy);
  if (data !== undefined) loaded.setData(JSON.parse(data.toString('utf8')));
  return loaded;
}

test('every source is the one that was compiled', () => {
  const listed = compiled.flatMap(({ sources }) => Object.entries(sources));
  const actual = listFiles(POLICIES)
    .filter((file) => !(file.startsWith('lib/') && isTest(file)))
    .map((file) => [file, sha256(read(file))]);
  assert.equal(Object.fromEntries(actual), Object.fromEntries(listed));
});

test('every compiled policy has the digest that the manifest gives', () => {
  assert.ok(compiled.length > 0);
  for (const policy of compiled) {
    assert.is(bundleDigest(read(policy.wasm), dataOf(policy)), policy.digest, policy.wasm);
  }
});

test('nothing else lies among the compiled policies', () => {
  const listed = compiled.flatMap(({ wasm, data }) => (data === undefined ? [wasm] : [wasm, data]));
  assert.equal(
    readdirSync(join(POLICIES, 'compiled'))
      .map((file) => `compiled/${file}`)
      .sort(),
    listed.sort(),
  );
});

for (const bundle of manifest.bundles) {
  test(`${bundle.id} offers its entrypoint and no other`, async () => {
    const { entrypoints } = await load(bundle);
    assert.equal(entrypoints, { [bundle.entrypoint]: 0 });
  });

  test(`${bundle.id} has every Rego test compiled`, async () => {
    const { entrypoints } = await load(bundle.tests);
    const offered = Object.keys(entrypoints).filter((name) => name !== bundle.entrypoint);
    assert.equal(offered.sort(), bundle.tests.entrypoints);
  });

  for (const entrypoint of bundle.tests.entrypoints) {
    test(entrypoint, async () => {
      const policy = await load(bundle.tests);
      // A test that is undefined gives no result at all, and fails like one that is false.
      assert.equal(policy.evaluate(undefined, entrypoint), [{ result: true }]);
    });
  }
}

test.run();

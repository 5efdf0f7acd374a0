import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadCompiled, runCompiledTests } from '../../policies/compiled-tests.ts';
import { discrepancies } from '../../policies/discrepancies.ts';
import { readManifest } from '../../policies/manifest.ts';
import { POLICIES } from '../support/policy-folder.ts';

const { bundles, libraries } = readManifest(POLICIES);

test('what is compiled is what the sources and the manifest say', () => {
  assert.equal(discrepancies(POLICIES), []);
});

for (const bundle of bundles) {
  test(`${bundle.id} offers its entrypoint and no other`, async () => {
    const { entrypoints } = await loadCompiled(POLICIES, bundle);
    assert.equal(entrypoints, { [bundle.entrypoint]: 0 });
  });

  test(`${bundle.id} has every Rego test compiled`, async () => {
    const { entrypoints } = await loadCompiled(POLICIES, bundle.tests);
    const offered = Object.keys(entrypoints).filter((name) => name !== bundle.entrypoint);
    assert.equal(offered.sort(), bundle.tests.entrypoints);
  });
}

test('the libraries have every Rego test compiled', async () => {
  assert.ok(libraries);
  const { entrypoints } = await loadCompiled(POLICIES, libraries);
  assert.equal(Object.keys(entrypoints).sort(), libraries.entrypoints);
});

for (const { name, failure } of await runCompiledTests(POLICIES)) {
  test(name, () => assert.is(failure, null));
}

test.run();

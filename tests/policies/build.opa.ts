// Needs opa, so `npm run policies:check` runs it and `npm test` does not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPolicies } from '../../policies/build/build-policies.ts';
import { checkPolicies } from '../../policies/build/check-policies.ts';
import { runCompiledTests } from '../../policies/compiled-tests.ts';
import { sha256 } from '../../policies/manifest.ts';
import { emptyPolicyFolder, type PolicyFolder } from '../support/policy-folder.ts';
import { cli } from '../support/process.ts';

const test = suite<{ folder: PolicyFolder }>("A stranger's folder of policies");
const POLICY = 'acme/refunds/refunds.rego';
const TESTS = 'acme/refunds/refunds_test.rego';

test.before.each((context) => {
  context.folder = emptyPolicyFolder();
  context.folder.write(
    POLICY,
    `# METADATA
# title: Refunds
# custom:
#   version: 1.0.0
package acme.refunds

import data.lib.decisions
import data.lib.subject

# METADATA
# entrypoint: true
decision := decisions.allow("clerk", "A clerk may refund.", []) if denials == {}

decision := decisions.deny(denials) if denials != {}

denials["clerk-only"] := "Only a clerk may refund." if not subject_is_clerk

subject_is_clerk if "clerk" in subject.roles
`,
  );
  context.folder.write(
    TESTS,
    `package acme.refunds_test

import data.acme.refunds

test_a_clerk_may_refund if {
	refunds.decision.allowed with input as {"subject": {"id": "ann", "properties": {"roles": ["clerk"]}}}
}

test_nobody_else_may_refund if {
	not refunds.decision.allowed
}
`,
  );
});
test.after.each(({ folder }) => folder.remove('.'));

test('is built with the libraries that it reaches, tested, and found in order', async ({ folder }) => {
  const built = await cli(['policy', 'build', folder.path], {});
  assert.is(built.code, 0, built.stderr);
  assert.match(built.stdout, /^acme\.refunds 1\.0\.0 [0-9a-f]{64} \(2 tests\)\n$/);
  const { bundles, libraries } = folder.manifest();
  assert.equal(
    bundles.map(({ sources }) => Object.keys(sources)),
    [[POLICY, 'lib/decisions/decisions.rego', 'lib/identifiers/identifiers.rego', 'lib/subject/subject.rego']],
  );
  assert.is(libraries, undefined, "the shared library's tests are Summit's");
  const tested = await cli(['policy', 'test', folder.path], {});
  assert.equal([tested.code, tested.stdout, tested.stderr], [0, '', '2 passed, 0 failed\n']);
  assert.equal(await checkPolicies(folder.path), { complaints: [], coverage: [{ file: POLICY, percent: 100 }] });
});

test('that does not compile is told by file and line, and nothing is written', async ({ folder }) => {
  for (const [broken, line, kind] of [
    ['subject_is_clerk if }', 18, 'rego_parse_error'],
    ['subject_is_clerk if clerk in subject.roles', 18, 'rego_unsafe_var_error'],
  ]) {
    folder.edit(POLICY, (text) => text.replace(/subject_is_clerk if .*\n$/, `${broken}\n`));
    const { code, stdout, stderr } = await cli(['policy', 'build', folder.path], {});
    assert.equal([code, stdout], [1, ''], stderr);
    assert.match(stderr, `${POLICY}:${line}: ${kind}`);
    assert.not(existsSync(join(folder.path, 'manifest.json')));
  }
});

test('whose expectation is broken fails in both engines, by name', async ({ folder }) => {
  folder.edit(TESTS, (text) => text.replace('["clerk"]', '["guest"]'));
  await buildPolicies(folder.path);
  const { code, stdout, stderr } = await cli(['policy', 'test', folder.path], {});
  assert.equal([code, stdout, stderr], [1, 'acme/refunds_test/test_a_clerk_may_refund is undefined\n', '1 passed, 1 failed\n']);
  const { complaints } = await checkPolicies(folder.path);
  assert.match(complaints.join('\n'), /^tests fail:[\s\S]*test_a_clerk_may_refund: FAIL/);
  assert.not.match(complaints.join('\n'), 'in WebAssembly');
});

test('with tests that only one engine runs is found out', async ({ folder }) => {
  folder.write('acme/more_test.rego', 'package acme.more_test\n\ntest_nothing := true\n');
  await buildPolicies(folder.path);
  assert.equal((await checkPolicies(folder.path)).complaints, ['acme/more_test/test_nothing passes in opa test, but is not run in WebAssembly']);
});

test('brings libraries of its own, and their tests run', async ({ folder }) => {
  folder.write('lib/money/money.rego', 'package lib.money\n\nenough(cents) if cents > 0\n');
  folder.write('lib/money/money_test.rego', 'package lib.money_test\n\nimport data.lib.money\n\ntest_something_is_enough if money.enough(1)\n');
  await buildPolicies(folder.path);
  assert.equal((await runCompiledTests(folder.path)).at(-1), { name: 'lib/money_test/test_something_is_enough', failure: null });
  assert.equal((await checkPolicies(folder.path)).complaints, []);
});

test('may bring another library in the place of a shared one', async ({ folder }) => {
  const library = 'package lib.identifiers\n\nvalid("ann")\n';
  folder.write('lib/identifiers/identifiers.rego', library);
  const { bundles } = await buildPolicies(folder.path);
  assert.equal(
    bundles.map(({ sources }) => sources['lib/identifiers/identifiers.rego']),
    [sha256(library)],
  );
});

test('is not in order while it is badly formatted, hardly tested, or compiled from something else', async ({ folder }) => {
  await buildPolicies(folder.path);
  folder.edit(POLICY, (text) => `${text.replace('Only a clerk', 'Nobody but a clerk')}\nunused_one if   input.one\n\nunused_two if input.two\n`);
  assert.equal(
    (await checkPolicies(folder.path)).complaints.map((complaint) => complaint.split('\n', 1)[0]),
    [
      'not formatted as opa fmt does:',
      `${POLICY} is covered to 66.7 %, less than 95 %`,
      'compiled/acme.refunds.tests.wasm is not what the sources compile to: run summit policy build',
      'compiled/acme.refunds.wasm is not what the sources compile to: run summit policy build',
      'manifest.json is not what the sources compile to: run summit policy build',
    ],
  );
});

for (const [what, file, from, to, message] of [
  ['a version', POLICY, '#   version: 1.0.0', '#   vision: 1.0.0', `${POLICY}: the METADATA of package acme.refunds needs custom.version`],
  ['a test', TESTS, /test_/g, 'case_', `${POLICY}: the policy acme.refunds has no tests`],
  ['an entrypoint', POLICY, '# entrypoint: true', '# title: Decision', 'there is no policy: no rule is annotated with `entrypoint: true`'],
  [
    'the folder of its package',
    POLICY,
    'package acme.refunds',
    'package acme.returns',
    `${POLICY}: the package acme.returns belongs into the folder acme/returns`,
  ],
] as const) {
  test(`without ${what} is told so`, async ({ folder }) => {
    folder.edit(file, (text) => text.replace(from, to));
    if (what === 'the folder of its package')
      folder.edit(TESTS, (text) => text.replaceAll('acme.refunds', 'acme.returns').replaceAll('refunds.decision', 'returns.decision'));
    const refused = await buildPolicies(folder.path).then(
      () => 'built',
      (error: Error) => error.message,
    );
    assert.is(refused, message);
  });
}

test.run();

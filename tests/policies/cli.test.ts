import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { testsIn } from '../../policies/manifest.ts';
import { copyOfPolicies, type PolicyFolder } from '../support/policy-folder.ts';
import { cli } from '../support/process.ts';

const test = suite<{ folder: PolicyFolder }>('summit policy');
/** No opa, and no go that could build it. */
const WITHOUT_OPA = { OPA: '', PATH: '/nonexistent' };

test.before.each((context) => {
  context.folder = copyOfPolicies();
});
test.after.each(({ folder }) => folder.remove('.'));

function expected(folder: PolicyFolder): number {
  return testsIn(folder.manifest()).flatMap(({ entrypoints }) => entrypoints).length;
}

/** The policy's own answer is an object: as a test, it is one that does not hold. */
function breakOneTest(folder: PolicyFolder): void {
  folder.edit('manifest.json', (text) => text.replace('high_risk/operations_test/test_valid_request', 'high_risk/operations/decision'));
}

test('the compiled tests run without opa, and all pass', async ({ folder }) => {
  const { code, stdout, stderr } = await cli(['policy', 'test', folder.path], WITHOUT_OPA);
  assert.equal([code, stdout, stderr], [0, '', `${expected(folder)} passed, 0 failed\n`]);
});

test('without a folder, the configured policies are tested', async ({ folder }) => {
  const { code, stdout, stderr } = await cli(['policy', 'test', '--json'], WITHOUT_OPA);
  assert.is(code, 0, stderr);
  assert.equal(JSON.parse(stdout), { passed: expected(folder), failed: [] });
});

test('a test that does not hold is named, with what it was instead of true', async ({ folder }) => {
  breakOneTest(folder);
  const { code, stdout, stderr } = await cli(['policy', 'test', folder.path], WITHOUT_OPA);
  assert.equal([code, stderr], [1, `${expected(folder) - 1} passed, 1 failed\n`]);
  assert.match(stdout, /^high_risk\/operations\/decision is \{.*"allowed":false.*\}\n$/);
});

test('a failing test is told to programs as JSON', async ({ folder }) => {
  breakOneTest(folder);
  const { code, stdout } = await cli(['policy', 'test', folder.path, '--json'], WITHOUT_OPA);
  const { passed, failed } = JSON.parse(stdout);
  assert.equal([code, passed, failed.length, failed[0].name], [1, expected(folder) - 1, 1, 'high_risk/operations/decision']);
});

test('a test that the compiled bytes do not have fails', async ({ folder }) => {
  folder.edit('manifest.json', (text) => text.replace('test_valid_request', 'test_that_is_not_there'));
  const { code, stdout } = await cli(['policy', 'test', folder.path], WITHOUT_OPA);
  assert.is(code, 1);
  assert.match(stdout, 'high_risk/operations_test/test_that_is_not_there gives no result: entrypoint');
});

test('tests of other sources than those of today are not run', async ({ folder }) => {
  folder.edit('high_risk/operations/operations.rego', (text) => text.replace('max_minutes := 120', 'max_minutes := 480'));
  const { code, stdout, stderr } = await cli(['policy', 'test', folder.path], WITHOUT_OPA);
  assert.equal([code, stdout], [1, '']);
  assert.match(stderr, 'run summit policy build first');
  assert.match(stderr, 'high_risk/operations/operations.rego has changed since it was compiled');
});

test('a build without opa says how to get it, and touches nothing', async ({ folder }) => {
  const before = folder.manifest();
  const nowhere = await cli(['policy', 'build', folder.path], WITHOUT_OPA);
  assert.equal([nowhere.code, nowhere.stdout], [3, '']);
  assert.match(nowhere.stderr, `opa ${before.opa} not found: set OPA to it, put it on the PATH, or install Go`);
  const wrong = await cli(['policy', 'build', folder.path], { ...WITHOUT_OPA, OPA: '/nonexistent/opa' });
  assert.is(wrong.code, 3);
  assert.match(wrong.stderr, `OPA=/nonexistent/opa is no opa that runs; the policies are pinned to opa ${before.opa}`);
  assert.equal(folder.manifest(), before);
});

test('what is no folder of policies is wrong usage', async ({ folder }) => {
  for (const command of ['build', 'test']) {
    const { code, stderr } = await cli(['policy', command, `${folder.path}/nowhere`], WITHOUT_OPA);
    assert.is(code, 2, command);
    assert.match(stderr, `${folder.path}/nowhere is not a folder`);
  }
  folder.remove('manifest.json');
  const unbuilt = await cli(['policy', 'test', folder.path], WITHOUT_OPA);
  assert.is(unbuilt.code, 2);
  assert.match(unbuilt.stderr, 'has no manifest.json: run summit policy build on it first');
  for (const args of [['policy'], ['policy', 'build', 'a', 'b']]) {
    assert.is((await cli(args, WITHOUT_OPA)).code, 2, args.join(' '));
  }
});

test.run();

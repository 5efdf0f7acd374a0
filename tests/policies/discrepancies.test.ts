import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { discrepancies } from '../../policies/discrepancies.ts';
import { copyOfPolicies, type PolicyFolder } from '../support/policy-folder.ts';

const test = suite<{ folder: PolicyFolder }>('Discrepancies of compiled policies');
const POLICY = 'high_risk/operations/operations.rego';
const LIBRARY = 'lib/approvals/approvals.rego';

test.before.each((context) => {
  context.folder = copyOfPolicies();
});
test.after.each(({ folder }) => folder.remove('.'));

test('a folder as it was compiled has none', ({ folder }) => {
  assert.equal(discrepancies(folder.path), []);
});

test('a source that has changed, is new or is gone is named', ({ folder }) => {
  folder.edit(POLICY, (text) => text.replace('max_minutes := 120', 'max_minutes := 480'));
  folder.edit('lib/approvals/approvals_test.rego', (text) => `${text}\n`);
  folder.write('acme/rules/rules.rego', 'package acme.rules\n');
  folder.remove('high_risk/operations/operations_test.rego');
  assert.equal(discrepancies(folder.path), [
    'acme/rules/rules.rego is not compiled',
    `${POLICY} has changed since it was compiled`,
    'high_risk/operations/operations_test.rego was compiled and is gone',
    'lib/approvals/approvals_test.rego has changed since it was compiled',
  ]);
});

test('a library that the folder does not bring is the shared one', ({ folder }) => {
  folder.remove(LIBRARY);
  assert.equal(discrepancies(folder.path), []);
});

test('compiled bytes that are not those of the manifest are named with both digests', ({ folder }) => {
  const [bundle] = folder.manifest().bundles;
  assert.ok(bundle);
  folder.write(bundle.wasm, 'anything else');
  const found = discrepancies(folder.path);
  assert.is(found.length, 1);
  assert.match(found.join(), new RegExp(`^${bundle.wasm} has digest [0-9a-f]{64}, the manifest says ${bundle.digest}$`));
});

test('a compiled file that is missing, or that nobody knows, is named', ({ folder }) => {
  folder.remove('compiled/lib.tests.wasm');
  folder.write('compiled/acme.wasm', '');
  assert.equal(discrepancies(folder.path), ['compiled/lib.tests.wasm is missing', 'compiled/acme.wasm is in no manifest']);
});

test.run();

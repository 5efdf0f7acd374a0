import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TestCase } from '../../policies/build/cases.ts';
import { disagreements } from '../../policies/build/engines.ts';
import type { TestResult } from '../../policies/compiled-tests.ts';

const test = suite('Two engines');

const native = (entrypoint: string, outcome: TestCase['outcome']): TestCase => ({ file: 'acme/rules/rules_test.rego', entrypoint, outcome });
const compiled = (name: string, failure: string | null): TestResult => ({ name, failure });

test('agree where both pass the same tests and both fail the same', () => {
  const cases = [native('acme/test_a', 'passes'), native('acme/test_b', 'fails')];
  assert.equal(disagreements(cases, [compiled('acme/test_b', 'is false'), compiled('acme/test_a', null)]), []);
});

test('disagree where one passes what the other fails', () => {
  const cases = [native('acme/test_a', 'passes'), native('acme/test_b', 'fails')];
  assert.equal(disagreements(cases, [compiled('acme/test_a', 'is undefined'), compiled('acme/test_b', null)]), [
    'acme/test_a passes in opa test, but fails in WebAssembly',
    'acme/test_b fails in opa test, but passes in WebAssembly',
  ]);
});

test('disagree where one does not run what the other runs', () => {
  const cases = [native('acme/test_a', 'passes'), native('acme/todo_test_c', 'is skipped')];
  assert.equal(disagreements(cases, [compiled('acme/test_b', null), compiled('acme/todo_test_c', null)]), [
    'acme/test_a passes in opa test, but is not run in WebAssembly',
    'acme/test_b is not run in opa test, but passes in WebAssembly',
    'acme/todo_test_c is skipped in opa test, but passes in WebAssembly',
  ]);
});

test.run();

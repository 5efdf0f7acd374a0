import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { type CompiledPolicy, type CompiledTests, readManifest, testsIn } from './manifest.ts';

/** A Rego test as the compiled WebAssembly ran it. */
export interface TestResult {
  /** The path of the rule: `high_risk/operations_test/test_valid_request`. */
  readonly name: string;
  /** What it was instead of true; null when it passed. */
  readonly failure: string | null;
}

/** Runs every compiled test of a folder of policies, in this process and without OPA. */
export async function runCompiledTests(folder: string): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  for (const tests of testsIn(readManifest(folder))) {
    for (const name of tests.entrypoints) results.push({ name, failure: await failureOf(folder, tests, name) });
  }
  return results;
}

/** An instance of its own at each call: what one evaluation breaks, the next does not meet. */
export async function loadCompiled(folder: string, { wasm, data }: CompiledPolicy) {
  const loaded = await loadPolicy(readFileSync(join(folder, wasm)));
  if (data !== undefined) loaded.setData(JSON.parse(readFileSync(join(folder, data), 'utf8')));
  return loaded;
}

async function failureOf(folder: string, tests: CompiledTests, name: string): Promise<string | null> {
  const policy = await loadCompiled(folder, tests);
  try {
    const answers: readonly { readonly result: unknown }[] = policy.evaluate(undefined, name);
    const [answer] = answers;
    // A test whose body does not hold has no result at all.
    if (answer === undefined) return 'is undefined';
    return answer.result === true ? null : `is ${JSON.stringify(answer.result)}`;
  } catch (error) {
    // The evaluator throws strings and plain objects as well as errors.
    return `gives no result: ${error instanceof Error ? error.message : format('%s', error)}`;
  }
}

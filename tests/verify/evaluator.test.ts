import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EvaluatorThread } from '../../kernel/cli/evaluator.ts';
import { readBundles } from '../../kernel/policy/bundle.ts';
import { type Answer, evaluate } from '../../sdk/verify/evaluate.ts';
import { hostileWasm, LOOP, TRAP } from '../support/hostile-wasm.ts';

const test = suite('Verifier: policies from an untrusted file');
const entrypoint = 'high_risk/operations/decision';
const asked = [{ entrypoint, input: '{}' }];

function failureOf(answers: readonly Answer[]): string {
  const [answer] = answers;
  return answer && 'failure' in answer ? answer.failure : JSON.stringify(answer);
}

async function failure(wasm: Uint8Array<ArrayBuffer>, data = '{}'): Promise<string> {
  return failureOf(await evaluate({ wasm, data, asked }));
}

test('what is no policy, brings a memory of its own or wants to write on the screen is not run', async () => {
  assert.match(await failure(new Uint8Array()), 'it is no WebAssembly');
  assert.match(await failure(hostileWasm(TRAP, { ownMemory: true })), 'a memory of its own');
  assert.match(await failure(hostileWasm(TRAP, { import: 'opa_println' })), 'imports env.opa_println');
  assert.match(await failure(hostileWasm(TRAP, { import: 'fetch' })), 'imports env.fetch');
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  assert.match(await failure(empty), 'not compiled by OPA');
});

test('an evaluation that breaks is an answer, and the next one starts afresh', async () => {
  assert.match(await failure(hostileWasm(TRAP)), 'unreachable');
  const [bundle] = await readBundles('policies');
  if (!bundle) throw new Error('the policies are not built');
  const wasm = new Uint8Array(bundle.wasm);
  const inputs = ['{"action":{"name":"x"}}', `"${'x'.repeat(2_000_000)}"`, '{"action":{"name":"x"}}'];
  const answers = await evaluate({ wasm, data: bundle.dataText, asked: inputs.map((input) => ({ entrypoint, input })) });
  assert.match(failureOf(answers.slice(1)), 'over the limit');
  assert.equal(answers[2], answers[0]);
  const [unknown] = await evaluate({ wasm, data: '{}', asked: [{ entrypoint: 'toString', input: '{}' }] });
  assert.match(failureOf(unknown ? [unknown] : []), 'not valid');
  assert.match(await failure(wasm, 'no JSON'), 'parse');
});

test('a policy that never ends holds up its thread only, and another bundle is still answered', async () => {
  const thread = new EvaluatorThread(1_000);
  try {
    const answers = await thread.evaluate({ wasm: hostileWasm(LOOP), data: '{}', asked: [...asked, ...asked] });
    assert.equal(answers, [{ failure: 'it took longer than 1000 ms' }, { failure: 'it took longer than 1000 ms' }]);
    assert.match(failureOf(await thread.evaluate({ wasm: hostileWasm(TRAP), data: '{}', asked })), 'unreachable');
  } finally {
    await thread.close();
  }
});

test.run();

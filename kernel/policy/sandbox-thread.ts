import { parentPort } from 'node:worker_threads';
import { canonicalJson } from '../../sdk/index.ts';
import { compareResults, rulesOf } from './compare.ts';
import { CompiledBundle } from './compiled.ts';
import type { PolicyResult } from './result.ts';
import type { Answer, Finding, Question, RecordedQuestion } from './sandbox.ts';

/** The thread behind PolicySandbox. It keeps the bundles it was given and evaluates what it is asked; its parent may end it at any time. */

const bundles = new Map<string, CompiledBundle>();

async function answer(question: Question): Promise<Answer> {
  if (question.kind === 'load') {
    const { digest, wasm, dataText, entrypoints } = question;
    bundles.set(digest, await CompiledBundle.compile({ wasm: Buffer.from(wasm), dataText, entrypoints }));
    return { kind: 'loaded' };
  }
  const bundle = bundles.get(question.digest);
  if (!bundle) throw new Error(`the sandbox holds no bundle ${question.digest}`);
  if (question.kind === 'evaluate')
    return { kind: 'evaluated', evaluation: await bundle.evaluate(question.entrypoint, canonicalText(question.input)) };
  const findings: Finding[] = [];
  for (const recorded of question.recorded) {
    const finding = await compare(bundle, recorded);
    if (finding) findings.push(finding);
  }
  return { kind: 'compared', findings };
}

async function compare(bundle: CompiledBundle, { id, entrypoint, input, result: text }: RecordedQuestion): Promise<Finding | null> {
  let now: PolicyResult;
  try {
    now = (await bundle.evaluate(entrypoint, canonicalText(input))).result;
  } catch (error) {
    return { id, difference: 'failed', rules: [], now: null, failure: messageOf(error) };
  }
  const recorded = JSON.parse(text) as PolicyResult;
  const difference = compareResults(recorded, now);
  return difference === null ? null : { id, difference, rules: rulesOf(difference, recorded, now), now, failure: null };
}

/** The bytes that were judged: a database gives JSON back with other spaces, and its members in another order. */
function canonicalText(json: string): string {
  return canonicalJson(JSON.parse(json));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

parentPort?.postMessage({ kind: 'ready' } satisfies Answer);
parentPort?.on('message', (question: Question) => {
  answer(question).then(
    (said) => parentPort?.postMessage(said),
    (error: unknown) => parentPort?.postMessage({ kind: 'failed', message: messageOf(error) } satisfies Answer),
  );
});

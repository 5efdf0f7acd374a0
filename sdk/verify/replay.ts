import type { Decision } from './bundle.ts';
import { canonical } from './canonical.ts';
import type { Answer, Evaluator } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { type Json, parseJson } from './json.ts';
import type { SoundBundle } from './policy-bundles.ts';
import { isObject } from './shape.ts';

export interface Replay {
  readonly verdict: 'REPRODUCED' | 'PARTIAL' | 'DIFFERS' | 'NONE';
  readonly reproduced: number;
  readonly decisions: number;
}

/**
 * Makes each decision again with the very bundle that made it, and compares the results byte for byte.
 * @param vouched the bundles that a receipt in a pinned log names: code that nobody vouches for is not run
 */
export async function replayDecisions(
  decisions: readonly Decision[],
  sound: ReadonlyMap<string, SoundBundle>,
  vouched: ReadonlySet<string>,
  evaluate: Evaluator,
  findings: Findings,
): Promise<Replay> {
  let reproduced = 0;
  for (const [digest, all] of Map.groupBy(decisions, ({ bundle_digest }) => bundle_digest)) {
    const bundle = sound.get(digest);
    const replayable = all.filter((decision) => {
      const obstacle = obstacleOf(decision, bundle !== undefined, vouched.has(digest));
      if (obstacle !== null) findings.add('PARTIAL', 'not-replayable', `decision ${decision.id} was not made again: ${obstacle}`, 'policy_decisions');
      return obstacle === null;
    });
    if (!bundle || replayable.length === 0) continue;
    const asked = replayable.map(({ policy, input }) => ({ entrypoint: policy, input: canonical(input) }));
    const answers = await evaluate({ ...bundle, asked });
    for (const [index, decision] of replayable.entries()) {
      const difference = differenceOf(decision, answers[index] ?? { failure: 'there was no answer' });
      if (difference === null) reproduced++;
      else findings.add('DIFFERS', 'replay-differs', `decision ${decision.id} made again: ${difference}`, 'policy_decisions');
    }
  }
  return { verdict: verdictOf(decisions.length, findings), reproduced, decisions: decisions.length };
}

function verdictOf(decisions: number, findings: Findings): Replay['verdict'] {
  if (findings.has('DIFFERS')) return 'DIFFERS';
  if (findings.has('PARTIAL')) return 'PARTIAL';
  return decisions === 0 ? 'NONE' : 'REPRODUCED';
}

function obstacleOf({ result, masked }: Decision, isSound: boolean, isVouched: boolean): string | null {
  if (result === null) return 'the policy gave no result, so there is none to compare with';
  if (masked.length > 0) return `${masked.join(', ')} of its input are kept as commitments only`;
  if (!isSound) return 'its policy bundle is not here as it was';
  return isVouched ? null : 'no receipt in a log that the policy names vouches for its policy bundle, and unknown code is not run';
}

function differenceOf({ result }: Decision, answer: Answer): string | null {
  if ('failure' in answer) return `the policy gave no result: ${answer.failure.slice(0, MAX_SHOWN)}`;
  if (result === null || answer.result === canonical(result)) return null;
  const now = parseJson(answer.result);
  if (!isObject(now)) return 'the result is no object';
  const names = [...new Set([...Object.keys(result), ...Object.keys(now)])];
  const differing = names.filter((name) => shown(result[name]) !== shown(now[name]));
  return differing.map((name) => `${name} was ${shown(result[name]).slice(0, MAX_SHOWN)} and is ${shown(now[name]).slice(0, MAX_SHOWN)}`).join('; ');
}

const MAX_SHOWN = 200;

function shown(value: Json | undefined): string {
  return value === undefined ? 'absent' : canonical(value);
}

import type { Decision } from './bundle.ts';
import { digestOf, isSame } from './canonical.ts';
import type { Opened } from './commitment.ts';
import type { Findings } from './findings.ts';
import { nameOf } from './history.ts';
import type { Json } from './json.ts';
import { memberOf, valueAt } from './pointer.ts';
import type { Receipt } from './receipts.ts';

type DecisionBinding = Receipt['content']['policy'][number];

/** Each decision is the one that its receipts bind, and none of theirs is missing. */
export async function judgeDecisions(
  decisions: readonly Decision[],
  receipts: readonly Receipt[],
  opened: ReadonlyMap<string, Opened>,
  findings: Findings,
): Promise<void> {
  const all = receipts.flatMap((receipt) => receipt.content.policy.map((binding) => ({ receipt, binding })));
  const bindings = Map.groupBy(all, ({ binding }) => binding.decision_id);
  const known = new Set<string>();
  for (const [index, decision] of decisions.entries()) {
    const path = `policy_decisions[${index}]`;
    const wrong = (code: string, problems: readonly string[]) => {
      for (const problem of problems) findings.add('INVALID', code, `decision ${decision.id}: ${problem}`, path);
    };
    const bound = bindings.get(decision.id) ?? [];
    if (bound.length === 0) wrong('decision-not-bound', ['no receipt binds it']);
    if (known.has(decision.id)) wrong('doubled-decision', ['it is there twice']);
    known.add(decision.id);
    wrong('decision-differs', viewProblems(decision));
    for (const { receipt, binding } of bound) {
      wrong('decision-not-bound', await bindingProblems(decision, binding));
      wrong('decision-differs', receiptProblems(decision, receipt, opened));
    }
    if (bound.length > 0 && !bound.some(({ receipt }) => isSame(decision.subject, receipt.content.subject))) {
      wrong('decision-about-other', [`it is about ${nameOf(decision.subject)}, which no receipt that binds it is of`]);
    }
  }
  for (const { receipt, binding } of all.filter((one) => !known.has(one.binding.decision_id))) {
    const message = `receipt ${receipt.content.id} binds the decision ${binding.decision_id}, which is not here`;
    findings.add('INVALID', 'decision-missing', message, receipt.path);
  }
}

/** Commitments that stand in a decision's input for what is masked. */
export function maskedCommitments(decisions: readonly Decision[]): ReadonlySet<string> {
  return new Set(decisions.flatMap(({ input, masked }) => masked.map((pointer) => maskedAt(input, pointer) ?? '')));
}

/** The entrypoint that was asked is bound by no digest of its own: that it gives this result for this input is what the replay shows. */
async function bindingProblems({ bundle_digest, input, result }: Decision, binding: DecisionBinding): Promise<readonly string[]> {
  return [
    ...(bundle_digest === binding.bundle_digest ? [] : ['its receipt binds another policy bundle']),
    ...((await digestOf(input)) === binding.input_digest ? [] : ['its receipt binds another input']),
    ...((await digestOf(result)) === binding.result_digest ? [] : ['its receipt binds another result']),
  ];
}

function receiptProblems(decision: Decision, { content }: Receipt, opened: ReadonlyMap<string, Opened>): readonly string[] {
  const actor = opened.get(content.actor)?.value ?? null;
  return [
    ...(decision.action === content.action ? [] : [`its receipt is of the action ${content.action}`]),
    ...(decision.created_at === content.at ? [] : [`its receipt is of ${content.at}`]),
    ...(actor === null || actor === decision.actor_id ? [] : ['its receipt is of another actor']),
    ...(content.seq !== null && !decision.allowed ? [`it allowed nothing, and receipt ${content.id} says that it was done`] : []),
  ];
}

/** What is shown beside input and result is what they say. */
function viewProblems(decision: Decision): readonly string[] {
  const { input, result, allowed, reasons, outcome, masked, replayable, subject } = decision;
  const said: readonly (readonly [string, Json, Json | undefined])[] = [
    ['actor', decision.actor_id, memberOf(input.subject, 'id')],
    ['action', decision.action, memberOf(input.action, 'name')],
    ['resource', decision.resource, input.resource ?? null],
    ['subject', subject.type, memberOf(input.resource, 'type')],
    ['subject', subject.id, memberOf(input.resource, 'id')],
    ['replayable', replayable, result !== null && masked.length === 0],
    ['outcome', outcome, result === null ? 'error' : allowed ? 'allowed' : 'denied'],
    ['allowed', allowed, result === null ? false : result.allowed],
    ['reasons', reasons, result === null ? reasons : result.reasons],
  ];
  return [
    ...said
      .filter(([, shown, found]) => found === undefined || !isSame(shown, found))
      .map(([name]) => `its ${name} is not what its input and result say`),
    ...masked.filter((pointer) => maskedAt(input, pointer) === null).map((pointer) => `${pointer} of its input is not masked`),
  ];
}

/** @param pointer RFC 6901 @returns the commitment that stands there; null where none does */
function maskedAt(input: Json, pointer: string): string | null {
  const commitment = memberOf(valueAt(input, pointer), 'commitment');
  return typeof commitment === 'string' && pointer !== '' ? commitment : null;
}

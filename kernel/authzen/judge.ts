import { canonicalJson } from '../../sdk/index.ts';
import { AccessEvaluations } from '../database/policy-tables.ts';
import { newId } from '../ids.ts';
import type { Bundle } from '../policy/bundle.ts';
import type { JudgedDecision, PolicyService } from '../policy/decide.ts';
import type { Evaluation, Malformed, Semantic } from './request.ts';

/** The action that a decision on record is of; the one that was asked about is in its input. */
export const EVALUATE = 'access.evaluate';

/** An answer as the API gives it (section 6.2). Whatever goes wrong is no permission. */
export interface EvaluationAnswer {
  readonly decision: boolean;
  readonly context: {
    readonly decision_id?: string;
    readonly reasons?: readonly { readonly rule: string; readonly message: string }[];
    readonly error?: { readonly status: number; readonly message: string };
  };
}

export interface Judged {
  readonly answer: EvaluationAnswer;
  /** null where no policy was asked. */
  readonly decision: JudgedDecision | null;
}

export interface Answering {
  readonly bundle: Bundle;
  readonly entrypoint: string;
  /** JSON pointers to what of the input is not kept in clear. */
  readonly mask: readonly string[];
}

/** Which bundle answers for a type of resource, and by which of its rules; null where none does. */
export type Resolve = (resourceType: string) => Promise<Answering | null>;

export interface Asking {
  readonly policy: PolicyService;
  readonly resolve: Resolve;
  /** The user who asks, on behalf of whomever. */
  readonly actorId: string;
  /** What a decision is about: the asking. What was asked about is in its input, since anybody may ask about anything. */
  readonly batchId: string;
}

/** Answers evaluations in their order, and stops where the semantic says so: the answers are those up to there. */
export async function judgeAll(asking: Asking, evaluations: readonly (Evaluation | Malformed)[], semantic: Semantic): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  for (const evaluation of evaluations) {
    const one = 'malformed' in evaluation ? malformed(evaluation) : await judge(asking, evaluation);
    judged.push(one);
    if (one.answer.decision ? semantic === 'permit_on_first_permit' : semantic === 'deny_on_first_deny') break;
  }
  return judged;
}

async function judge({ policy, resolve, actorId, batchId }: Asking, evaluation: Evaluation): Promise<Judged> {
  const { resource } = evaluation;
  const answering = await resolve(resource.type);
  if (!answering) {
    const message = `No policy answers here for resources of type ${resource.type}.`;
    return { answer: { decision: false, context: { reasons: [{ rule: 'no-policy', message }] } }, decision: null };
  }
  const { bundle, entrypoint, mask } = answering;
  const judgement = await policy.judge(bundle, entrypoint, evaluation, canonicalJson(evaluation));
  const decision: JudgedDecision = {
    id: newId(),
    ...judgement,
    action: EVALUATE,
    actor: actorId,
    subject_type: AccessEvaluations.type,
    subject_id: batchId,
    mask,
  };
  return { answer: answerOf(decision), decision };
}

function answerOf({ id, allowed, outcome, reasons }: JudgedDecision): EvaluationAnswer {
  const error = outcome === 'error' ? { error: { status: 503, message: reasons.map(({ message }) => message).join(' ') } } : {};
  return { decision: allowed, context: { decision_id: id, reasons, ...error } };
}

function malformed({ malformed: message }: Malformed): Judged {
  return { answer: { decision: false, context: { error: { status: 400, message } } }, decision: null };
}

import type { Action, Meter } from '../sdk/index.ts';
import type { Admitted } from './admission.ts';
import { type Attempt, assess, consider, policyFor } from './assess.ts';
import type { Transaction } from './database/database.ts';
import { createReader } from './database/reader.ts';
import { grantedBy, type JudgedDecision, type PolicyService } from './policy/decide.ts';

export interface Rehearsing {
  readonly tx: Transaction;
  readonly policy: PolicyService;
  readonly meters: readonly Meter[];
}

export type Rehearsed = Pick<Attempt, 'params' | 'input'>;

/**
 * Goes through an action up to where it would be written, in a transaction that only reads: nothing is locked, stored or metered.
 * @returns what the policy says, which may be no; null where no policy is asked @throws Problem for whatever else refuses it
 */
export async function rehearse(
  { tx, policy, meters }: Rehearsing,
  action: Action,
  admitted: Admitted,
  attempt: Rehearsed,
): Promise<JudgedDecision | null> {
  const db = createReader(tx, admitted.tenant, false);
  const assessed = await assess({ tx, db, policy, meters }, action, admitted, attempt);
  if ('prior' in assessed) throw new TypeError('a rehearsal has no idempotency key');
  const { loaded, context, decision, approval } = assessed;
  // It is pure, and has the last word: what has lapsed, it alone can tell.
  if (!decision || decision.allowed) action.apply(loaded, { ...context, approval, decision: decision && grantedBy(decision) });
  return decision;
}

/** The same with an input that is made up, which no policy is to judge: without its decision an action cannot be gone through to the end. @throws Problem */
export async function rehearseUnjudged({ tx, policy, meters }: Rehearsing, action: Action, admitted: Admitted, attempt: Rehearsed): Promise<void> {
  if (!policyFor(action, admitted.pack)) await rehearse({ tx, policy, meters }, action, admitted, attempt);
  else await consider({ tx, db: createReader(tx, admitted.tenant, false), meters }, action, admitted, attempt);
}

import { type Action, type ActionContext, type FilledRole, isNone, type Meter } from '../sdk/index.ts';
import type { Admitted } from './admission.ts';
import { fillRole } from './approvals/approvals.ts';
import type { Transaction } from './database/database.ts';
import type { ActionReader } from './database/reader.ts';
import type { PriorAnswer } from './idempotency.ts';
import { newId } from './ids.ts';
import type { JudgedDecision, PolicyService } from './policy/decide.ts';
import { assertCurrent } from './preconditions.ts';
import { settle } from './settle.ts';

/** A request once it is read and checked. */
export interface Attempt {
  readonly params: Readonly<Record<string, string>>;
  readonly input: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly expectedVersion?: number | undefined;
}

/** All that is known before anything may change: what was loaded, at what time, and what policy and approvals say of it. */
export interface Assessment {
  readonly loaded: unknown;
  /** The subject as it is; status null where it does not exist yet. */
  readonly subject: { readonly id: string; readonly status: string | null };
  readonly context: ActionContext<unknown>;
  readonly decision: JudgedDecision | null;
  readonly approval: FilledRole | null;
  /** Of the tenant's log. */
  readonly epoch: number;
}

/**
 * Loads and locks, then judges: the part of an action that a dry run shares with it.
 * @returns the first answer instead, where this idempotency key has one
 * @throws Problem `not-found`, `conflict`, `invalid-state`, `separation-of-duties`, `forbidden`, `unavailable`; StaleGrant
 */
export async function assess(
  { tx, db, policy, meters }: { tx: Transaction; db: ActionReader; policy: PolicyService; meters: readonly Meter[] },
  action: Action,
  admitted: Admitted,
  { params, input, idempotencyKey, expectedVersion }: Attempt,
): Promise<Assessment | { readonly prior: PriorAnswer }> {
  const { tenant, actor, pack } = admitted;
  const { settings } = pack;
  if (idempotencyKey !== undefined) {
    // Looked at before the world is, which may have moved on since; and again below, once the locks are held.
    const { prior } = await settle(tx, action, admitted, idempotencyKey);
    if (prior) return { prior };
  }
  const loaded = await action.load({ db, tenant, actor, settings, params, input, meters });
  const { now: clock, prior, epoch, bundle } = await settle(tx, action, admitted, idempotencyKey);
  if (prior) return { prior };
  // A clock that was set back must not make a receipt older than the one before it.
  const now = db.latest > clock ? db.latest : clock;
  const existing = action.subject(loaded);
  if (existing) assertCurrent(action, existing, expectedVersion);
  const subject = { id: existing?.id ?? newId(), status: existing?.status ?? null };

  const context: ActionContext<unknown> = {
    ...{ tenant, actor, input, settings, now, subjectId: subject.id },
    ...{ newId, decision: null, approval: null },
  };
  const approval = action.approval ? fillRole(action.approval.round(loaded), action.approval.status, context) : null;
  const decision = isNone(action.policy) ? null : await policy.decide(tx, action, action.policy, loaded, context, bundle);
  return { loaded, subject, context, decision, approval, epoch };
}

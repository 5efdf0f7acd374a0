import { type Action, type ActionContext, type FilledRole, isNone, type Meter, Problem } from '../sdk/index.ts';
import type { Admitted } from './admission.ts';
import { fillRole } from './approvals/approvals.ts';
import type { Transaction } from './database/database.ts';
import type { ActionReader } from './database/reader.ts';
import type { PriorAnswer } from './idempotency.ts';
import { newId } from './ids.ts';
import type { JudgedDecision, JudgingCall, PolicyService } from './policy/decide.ts';
import { assertCurrent } from './preconditions.ts';
import { settle } from './settle.ts';

/** A request once it is read and checked. */
export interface Attempt {
  readonly params: Readonly<Record<string, string>>;
  readonly input: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly requestDigest?: string | undefined;
  readonly expectedVersion?: number | undefined;
}

/** What was loaded, at what time, and what state and approvals say of it. */
export interface Considered {
  readonly loaded: unknown;
  /** The subject as it is; status null where it does not exist yet. */
  readonly subject: { readonly id: string; readonly status: string | null };
  readonly context: ActionContext<unknown>;
  readonly approval: FilledRole | null;
  /** Of the tenant's log. */
  readonly epoch: number;
  /** Digest of the policy bundle that decides; null where none does. */
  readonly bundle: string | null;
}

/** All that is known before anything may change: what was considered, and what the policy says of it. */
export interface Assessment extends Considered {
  readonly decision: JudgedDecision | null;
}

interface Reading {
  readonly tx: Transaction;
  readonly db: ActionReader;
  readonly meters: readonly Meter[];
}

/**
 * Loads and locks, then judges: the part of an action that a dry run shares with it.
 * @returns the first answer instead, where this idempotency key has one
 * @throws Problem `not-found`, `conflict`, `invalid-state`, `separation-of-duties`, `forbidden`, `unavailable`; StaleGrant
 */
export async function assess(
  { policy, ...reading }: Reading & { readonly policy: PolicyService },
  action: Action,
  admitted: Admitted,
  attempt: Attempt,
): Promise<Assessment | { readonly prior: PriorAnswer }> {
  const considered = await consider(reading, action, admitted, attempt);
  if ('prior' in considered) return considered;
  const { loaded, context, bundle } = considered;
  const call = policyFor(action, context);
  const decision = call && (await policy.decide(reading.tx, admitted.pack.id, action, call, loaded, context, bundle));
  return { ...considered, decision };
}

/** The policy that judges here; null where none does. */
export function policyFor({ policy }: Action, { settings }: Pick<ActionContext<unknown>, 'settings'>): JudgingCall | null {
  if (isNone(policy) || policy.when?.({ settings }) === false) return null;
  return policy;
}

/** All of it but the policy. @throws as `assess` */
export async function consider(
  { tx, db, meters }: Reading,
  action: Action,
  admitted: Admitted,
  { params, input, idempotencyKey, expectedVersion }: Attempt,
): Promise<Considered | { readonly prior: PriorAnswer }> {
  const { tenant, actor, pack } = admitted;
  const { settings } = pack;
  if (idempotencyKey !== undefined) {
    // Looked at before the world is, which may have moved on since; and again below, once the locks are held.
    const { prior } = await settle(tx, action, admitted, idempotencyKey);
    if (prior) return { prior };
  }
  let loaded: unknown;
  try {
    loaded = await action.load({ db, tenant, actor, settings, params, input, meters });
  } catch (refusal) {
    if (!(refusal instanceof Problem) || !isOfTheMoment(admitted, idempotencyKey)) throw refusal;
    // While it waited for a lock the same request may have been answered; and settings that were only believed may have changed.
    const { prior } = await settle(tx, action, admitted, idempotencyKey);
    if (!prior) throw refusal;
    return { prior };
  }
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
  return { loaded, subject, context, approval, epoch, bundle };
}

/** Whether an attempt that is refused now could have been answered meanwhile, or was made on what is so no longer. */
function isOfTheMoment({ version, pack }: Admitted, idempotencyKey: string | undefined): boolean {
  return idempotencyKey !== undefined || version !== null || pack.version !== null;
}

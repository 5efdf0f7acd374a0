import { v7 as newId } from 'uuid';
import { type Action, type ActionContext, type FilledRole, Problem } from '../sdk/index.ts';
import { type Admission, type Admitted, type Caller, KERNEL_PACK } from './admission.ts';
import { fillRole } from './approvals/approvals.ts';
import type { Config } from './config/config.ts';
import type { Database, Transaction } from './database/database.ts';
import { isRetryable, isUnavailable } from './database/errors.ts';
import { createReader } from './database/reader.ts';
import { type Answer, idempotencyWrite, replay, requestDigest } from './idempotency.ts';
import { systemPrincipal } from './identity/access.ts';
import type { JudgedDecision, PolicyService } from './policy/decide.ts';
import { type Happening, recordOf } from './record.ts';
import { StaleGrant, settle } from './settle.ts';
import { assertValid } from './validation.ts';
import type { Writer } from './write.ts';

export interface ActionRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Read only once caller, pack and role have passed: their refusals come before anything the body says. */
  readonly body: () => Promise<unknown>;
  readonly idempotencyKey?: string | undefined;
  /** From `If-Match`; a body may carry `expected_version` instead. */
  readonly expectedVersion?: number | undefined;
}

export interface ActionResult extends Answer {
  /** The first answer to the same idempotency key, and not a new one. */
  readonly replayed: boolean;
  readonly subjectId: string;
  /** Outbox messages to deliver, now that they are committed. */
  readonly messages: readonly string[];
}

/** A request once its body is read. */
type Attempt = Omit<ActionRequest, 'body'> & { readonly input: unknown };

const MAX_ATTEMPTS = 3;

/**
 * Runs governed actions: the only way in which anything changes.
 *
 *     pack enabled? → role → validate → BEGIN → load and lock → decide → apply → write → COMMIT
 */
export class ActionRunner {
  readonly #database: Database;
  readonly #admission: Admission;
  readonly #policy: PolicyService;
  readonly #write: Writer;
  readonly #origin: string;

  constructor(services: { database: Database; admission: Admission; policy: PolicyService; write: Writer; config: Pick<Config, 'origin'> }) {
    this.#database = services.database;
    this.#admission = services.admission;
    this.#policy = services.policy;
    this.#write = services.write;
    this.#origin = services.config.origin;
  }

  /** @throws Problem for every refusal; whatever else is thrown has left a `failed` receipt */
  async run(action: Action, packId: string, caller: Caller, request: ActionRequest): Promise<ActionResult> {
    for (let attempt = 1; ; attempt++) {
      const admitted = await this.#admission.admit(action, packId, caller).catch((refusal) => this.#refuse(action, packId, caller, refusal));
      const { input, expectedVersion } = splitExpectedVersion(action, await request.body());
      assertValid(action.input, input);
      try {
        return await this.#attempt(action, admitted, { ...request, input, expectedVersion: request.expectedVersion ?? expectedVersion });
      } catch (error) {
        if (!isRetryable(error)) throw await this.#failed(action, admitted, request.params, input, error);
        if (attempt === MAX_ATTEMPTS) throw new Problem('conflict', 'Concurrent changes kept winning: read the resource again and retry.');
        if (error instanceof StaleGrant) this.#admission.forget(caller.tenant);
      }
    }
  }

  /** Runs an action for a job, an effect or configuration. A conflict is thrown: whoever calls comes again. */
  async runAsSystem(
    action: Action,
    packId: string,
    tenant: string,
    job: string,
    params: ActionRequest['params'],
    input: unknown,
  ): Promise<ActionResult> {
    const admitted = { ...systemPrincipal(job), tenant, pack: await this.#admission.packOf(tenant, packId) };
    assertValid(action.input, input);
    try {
      return await this.#attempt(action, admitted, { params, input });
    } catch (error) {
      throw await this.#failed(action, admitted, params, input, error);
    }
  }

  async #attempt(action: Action, admitted: Admitted, request: Attempt): Promise<ActionResult> {
    const result = await this.#database.transaction(admitted.tenant, 'write', (tx) => this.#transact(tx, action, admitted, request));
    // A denial is committed like any other outcome, so it is thrown only now.
    if (result instanceof Problem) throw result;
    return result;
  }

  async #transact(tx: Transaction, action: Action, admitted: Admitted, request: Attempt): Promise<ActionResult | Problem> {
    const { tenant, actor, pack } = admitted;
    const { params, input, idempotencyKey } = request;
    const { settings } = pack;
    const db = createReader(tx, tenant);
    const loaded = await action.load({ db, tenant, actor, settings, params, input });
    const { now, prior } = await settle(tx, admitted, idempotencyKey);
    const digest = idempotencyKey === undefined ? '' : requestDigest(action.id, params, input);
    const subject = action.subject(loaded);
    const subjectId = subject?.id ?? newId();
    if (prior) return { ...replay(prior, digest), replayed: true, subjectId, messages: [] };
    if (subject) assertCurrent(action, subject, request.expectedVersion);

    const context = { tenant, actor, input, settings, now, subjectId, newId: () => newId(), decision: null, approval: null };
    const approval = action.approval ? this.#fill(action, action.approval.round(loaded), context) : null;
    const decision = await this.#policy.decide(action, loaded, context);
    const happening = {
      ...this.#happening(action, admitted, input, now),
      decision,
      approval,
      locked: db.locked,
      subject: { id: subjectId, status: subject?.status ?? null },
    };
    if (decision && !decision.allowed) {
      const refusal = denial(decision);
      const { writes } = recordOf({ ...happening, outcome: 'denied' });
      await this.#write(tx, tenant, [...writes, ...idempotencyWrite(idempotencyKey, actor, digest, now, refusal)]);
      return refusal;
    }
    const changes = action.apply(loaded, { ...context, approval, decision: decision && { ...decision, ...decision.result } });
    const record = recordOf({ ...happening, outcome: 'allowed', changes });
    const answer = { status: action.success ?? 200, body: { ...changes.answer, receipt: record.receipt }, settled: !action.settles };
    await this.#write(tx, tenant, [...record.writes, ...idempotencyWrite(idempotencyKey, actor, digest, now, answer)]);
    return { ...answer, replayed: false, subjectId, messages: record.messages };
  }

  #fill(action: Action, round: Parameters<typeof fillRole>[0], { actor, input, now, subjectId }: ActionContext<unknown>): FilledRole {
    const comment = typeof input === 'object' && input !== null && 'comment' in input && typeof input.comment === 'string' ? input.comment : null;
    return fillRole(round, { id: newId(), subjectId, actor, status: action.approval?.status ?? 'approved', comment, now });
  }

  #happening(action: Action, { tenant, actor, pack }: Admitted, input: unknown, now: string): Omit<Happening, 'outcome' | 'subject'> {
    return {
      action,
      pack: pack.id,
      tenant,
      origin: `${this.#origin}/${tenant}`,
      actor,
      input,
      now,
      locked: new Map(),
      newId: () => newId(),
      decision: null,
      approval: null,
      changes: null,
    };
  }

  /** What is thrown in the middle leaves a `failed` receipt, in a transaction of its own. Refusals by rule leave none. */
  async #failed(action: Action, admitted: Admitted, params: ActionRequest['params'], input: unknown, error: unknown): Promise<unknown> {
    if (isUnavailable(error)) return new Problem('unavailable', 'The database did not answer, and nothing was changed. Try again.');
    if (isRetryable(error) || (error instanceof Problem && error.code !== 'unavailable')) return error;
    await this.#witnessOnly(action, admitted, params, input, 'failed');
    return error;
  }

  async #refuse(action: Action, packId: string, caller: Caller, refusal: unknown): Promise<never> {
    const receipted = refusal instanceof Problem && (refusal.code === 'forbidden' || refusal.code === 'pack-disabled');
    if (receipted && (await this.#admission.isReceipted(caller, action.id))) {
      const actor = { id: caller.userId, handle: '', roles: [], system: false };
      const pack = { id: packId || KERNEL_PACK, enabled: false, settings: {}, version: null };
      await this.#witnessOnly(action, { tenant: caller.tenant, actor, version: null, pack }, {}, {}, 'refused');
    }
    throw refusal;
  }

  #witnessOnly(action: Action, admitted: Admitted, params: ActionRequest['params'], input: unknown, outcome: 'failed' | 'refused'): Promise<void> {
    return this.#database.transaction(admitted.tenant, 'write', async (tx) => {
      const { now } = await settle(tx, { ...admitted, version: null, pack: { ...admitted.pack, version: null } }, undefined);
      const subject = { id: params.id ?? newId(), status: null };
      await this.#write(tx, admitted.tenant, recordOf({ ...this.#happening(action, admitted, input, now), outcome, subject }).writes);
    });
  }
}

function assertCurrent(action: Action, subject: { id: string; status: string; version: number }, expected: number | undefined): void {
  if (expected !== undefined && expected !== subject.version) {
    throw new Problem('conflict', `${action.entity.type} ${subject.id} is at version ${subject.version}, not ${expected}: read it again.`);
  }
  if (!action.from.includes(subject.status)) {
    throw new Problem('invalid-state', `${action.title}: ${action.entity.type} ${subject.id} is ${subject.status}, not ${action.from.join(' or ')}.`);
  }
}

/** Any body for an existing subject may carry `expected_version`, whatever else its schema takes. */
function splitExpectedVersion(action: Action, body: unknown): { input: unknown; expectedVersion?: number } {
  if (action.from.length === 0 || typeof body !== 'object' || body === null || !('expected_version' in body)) return { input: body };
  const { expected_version, ...input } = body;
  if (!Number.isInteger(expected_version)) {
    throw new Problem('invalid-input', 'expected_version must be integer', { errors: [{ path: 'expected_version', message: 'must be integer' }] });
  }
  return { input, expectedVersion: expected_version as number };
}

function denial({ id, reasons }: JudgedDecision): Problem {
  return new Problem('policy-denied', reasons.map(({ message }) => message).join(' '), { decision_id: id, reasons });
}

import { type Action, type ActionContext, Problem } from '../sdk/index.ts';
import { type Admission, type Admitted, type Caller, KERNEL_PACK } from './admission.ts';
import { fillRole } from './approvals/approvals.ts';
import type { Config } from './config/config.ts';
import type { Database, Transaction } from './database/database.ts';
import { isRetryable } from './database/errors.ts';
import { createReader } from './database/reader.ts';
import { type Answer, idempotencyWrite, replay, requestDigest } from './idempotency.ts';
import { systemPrincipal } from './identity/access.ts';
import { newId } from './ids.ts';
import { denialOf, type PolicyService } from './policy/decide.ts';
import { assertCurrent, splitExpectedVersion } from './preconditions.ts';
import type { Refusals } from './receipts/refusals.ts';
import { recordOf } from './record.ts';
import { StaleGrant, settle } from './settle.ts';
import { assertValid } from './validation.ts';
import type { Writer } from './write.ts';

export interface ActionRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Called once caller, pack and role have passed: their refusals come before anything that the request says. */
  readonly read: () => Promise<RequestContent>;
}

export interface RequestContent {
  readonly body: unknown;
  readonly idempotencyKey?: string | undefined;
  /** From `If-Match`; a body may carry `expected_version` instead. */
  readonly expectedVersion?: number | undefined;
}

export interface ActionResult extends Answer {
  /** The first answer to the same idempotency key, and not a new one. */
  readonly replayed: boolean;
  /** Outbox messages to deliver, now that they are committed. */
  readonly messages: readonly string[];
}

/** A request once it is read and checked. */
interface Attempt {
  readonly params: ActionRequest['params'];
  readonly input: unknown;
  readonly idempotencyKey?: string | undefined;
  readonly expectedVersion?: number | undefined;
}

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
  readonly #refusals: Refusals;
  readonly #write: Writer;
  readonly #config: Pick<Config, 'origin'>;

  constructor(services: {
    database: Database;
    admission: Admission;
    policy: PolicyService;
    refusals: Refusals;
    write: Writer;
    config: Pick<Config, 'origin'>;
  }) {
    this.#database = services.database;
    this.#admission = services.admission;
    this.#policy = services.policy;
    this.#refusals = services.refusals;
    this.#write = services.write;
    this.#config = services.config;
  }

  /** @throws Problem for every refusal; whatever else is thrown has left a `failed` receipt */
  async run(action: Action, packId: string, caller: Caller, request: ActionRequest): Promise<ActionResult> {
    for (let attempt = 1; ; attempt++) {
      const admitted = await this.#admission
        .admit(action, packId, caller)
        .catch((refusal) => this.#refuse(action, packId, caller, request.params, refusal));
      const content = await request.read();
      const { input, expectedVersion = content.expectedVersion } = splitExpectedVersion(action, content.body);
      assertValid(action.input, input);
      try {
        return await this.#attempt(action, admitted, { params: request.params, input, idempotencyKey: content.idempotencyKey, expectedVersion });
      } catch (error) {
        if (!isRetryable(error)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new Problem('conflict', 'Concurrent changes kept winning: read the resource again and retry.');
        if (error instanceof StaleGrant) this.#admission.forget(caller.tenant);
      }
    }
  }

  /** Runs an action for a job, an effect or configuration. A lost race is thrown as it is: whoever calls comes again. */
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
    return this.#attempt(action, admitted, { params, input });
  }

  async #attempt(action: Action, admitted: Admitted, attempt: Attempt): Promise<ActionResult> {
    const { tenant, actor, pack } = admitted;
    try {
      const result = await this.#database.transaction(tenant, 'write', (tx) => this.#transact(tx, action, admitted, attempt));
      // A denial is committed like any other outcome, so it is thrown only now.
      if (result instanceof Problem) throw result;
      // The kernel's own actions change who may do what; other replicas learn it within a second.
      if (pack.id === KERNEL_PACK) this.#admission.forget(tenant);
      return result;
    } catch (error) {
      const { params, input } = attempt;
      await this.#refusals.witness({ action, pack: pack.id, tenant, actor, params, input }, error);
      throw error;
    }
  }

  async #transact(tx: Transaction, action: Action, admitted: Admitted, attempt: Attempt): Promise<ActionResult | Problem> {
    const { tenant, actor, pack } = admitted;
    const { params, input, idempotencyKey } = attempt;
    const { settings } = pack;
    const digest = idempotencyKey === undefined ? '' : requestDigest(action.id, attempt);
    if (idempotencyKey !== undefined) {
      // Looked at before the world is, which may have moved on since; and again below, once the locks are held.
      const { prior } = await settle(tx, admitted, idempotencyKey);
      if (prior) return { ...replay(prior, digest), replayed: true, messages: [] };
    }
    const db = createReader(tx, tenant);
    const loaded = await action.load({ db, tenant, actor, settings, params, input });
    const { now, prior } = await settle(tx, admitted, idempotencyKey);
    if (prior) return { ...replay(prior, digest), replayed: true, messages: [] };
    const subject = action.subject(loaded);
    const subjectId = subject?.id ?? newId();
    if (subject) assertCurrent(action, subject, attempt.expectedVersion);

    const context: ActionContext<unknown> = {
      ...{ tenant, actor, input, settings, now, subjectId },
      ...{ newId, decision: null, approval: null },
    };
    const approval = action.approval ? fillRole(action.approval.round(loaded), action.approval.status, context) : null;
    const decision = await this.#policy.decide(action, loaded, context);
    const origin = `${this.#config.origin}/${tenant}`;
    const was = { id: subjectId, status: subject?.status ?? null };
    const happening = { action, pack: pack.id, origin, ...context, decision, approval, locked: db.locked, subject: was };

    if (decision && !decision.allowed) {
      const denial = denialOf(decision);
      const { writes } = recordOf({ ...happening, outcome: 'denied', changes: null });
      await this.#write(tx, tenant, [...writes, ...idempotencyWrite(idempotencyKey, actor, digest, now, denial)]);
      return denial;
    }
    const changes = action.apply(loaded, { ...context, approval, decision: decision && { ...decision, ...decision.result } });
    const { writes, receipt, messages } = recordOf({ ...happening, outcome: 'allowed', changes });
    const answer = { status: action.success ?? 200, subjectId, body: { ...changes.answer, receipt }, settled: !action.settles };
    await this.#write(tx, tenant, [...writes, ...idempotencyWrite(idempotencyKey, actor, digest, now, answer)]);
    return { ...answer, replayed: false, messages };
  }

  async #refuse(action: Action, pack: string, caller: Caller, params: ActionRequest['params'], refusal: unknown): Promise<never> {
    const { tenant, userId } = caller;
    const actor = { id: userId, handle: userId, roles: [], system: false };
    await this.#refusals.witness({ action, pack, tenant, actor, params, input: {} }, refusal);
    throw refusal;
  }
}

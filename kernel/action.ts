import { type Action, isUnchanged, Problem } from '../sdk/index.ts';
import { type Admission, type Admitted, type Caller, KERNEL_PACK } from './admission.ts';
import { withdrawalsOf } from './approvals/approvals.ts';
import { type Assessment, type Attempt, assess } from './assess.ts';
import type { Config } from './config/config.ts';
import type { Database, Transaction } from './database/database.ts';
import { isRetryable } from './database/errors.ts';
import { createReader } from './database/reader.ts';
import { assertRelated } from './graph/record.ts';
import { type Answer, idempotencyWrite, replay, requestDigest } from './idempotency.ts';
import { systemPrincipal } from './identity/access.ts';
import type { TransparencyLog } from './log/log.ts';
import { tenantOrigin } from './log/names.ts';
import type { Promises } from './log/promises.ts';
import { assertDeclared } from './metering/types.ts';
import { assertDeliverable } from './outbox/deliverable.ts';
import type { PackRegistry } from './packs/registry.ts';
import { grantedBy, type PolicyService, refusalOf } from './policy/decide.ts';
import { splitExpectedVersion } from './preconditions.ts';
import type { Refusals } from './receipts/refusals.ts';
import { type ActionRecord, recordOf } from './record.ts';
import { StaleGrant } from './settle.ts';
import { assertValid } from './validation.ts';
import { noticesOf } from './webhooks/notices.ts';
import type { Writer } from './write.ts';

export interface ActionRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Called once caller, pack and role have passed: their refusals come before anything that the request says. */
  readonly read: () => Promise<RequestContent>;
}

export interface RequestContent {
  readonly body: unknown;
  readonly idempotencyKey?: string | undefined;
  /** What makes it the same request where its key comes again; all that it says, unless it is given. */
  readonly requestDigest?: string | undefined;
  /** From `If-Match`; a body may carry `expected_version` instead. */
  readonly expectedVersion?: number | undefined;
}

export interface ActionResult extends Answer {
  /** The first answer to the same idempotency key, and not a new one. */
  readonly replayed: boolean;
  /** The pack's outbox messages, to deliver now that they are committed. Webhooks are left to the sweep: no answer waits for one. */
  readonly messages: readonly string[];
}

const MAX_ATTEMPTS = 3;

/**
 * Runs governed actions: the only way in which anything changes.
 *
 *     pack enabled? → role → validate → BEGIN → load and lock → decide → apply → write → COMMIT
 *                                             └──── assess.ts ────┘
 */
export class ActionRunner {
  readonly #database: Database;
  readonly #admission: Admission;
  readonly #packs: PackRegistry;
  readonly #policy: PolicyService;
  readonly #refusals: Refusals;
  readonly #write: Writer;
  readonly #promises: Pick<Promises, 'of'>;
  readonly #transparencyLog: Pick<TransparencyLog, 'upToDate'>;
  readonly #config: Pick<Config, 'origin'>;

  constructor(services: {
    database: Database;
    admission: Admission;
    packs: PackRegistry;
    policy: PolicyService;
    refusals: Refusals;
    write: Writer;
    promises: Pick<Promises, 'of'>;
    transparencyLog: Pick<TransparencyLog, 'upToDate'>;
    config: Pick<Config, 'origin'>;
  }) {
    this.#database = services.database;
    this.#admission = services.admission;
    this.#packs = services.packs;
    this.#policy = services.policy;
    this.#refusals = services.refusals;
    this.#write = services.write;
    this.#promises = services.promises;
    this.#transparencyLog = services.transparencyLog;
    this.#config = services.config;
  }

  /** @throws Problem for every refusal; whatever else is thrown has left a `failed` receipt */
  async run(action: Action, packId: string, caller: Caller, request: ActionRequest): Promise<ActionResult> {
    try {
      return await this.#untilWon(caller.tenant, () => this.#runOnce(action, packId, caller, request));
    } catch (error) {
      throw isRetryable(error) ? new Problem('conflict', 'Concurrent changes kept winning: read the resource again and retry.') : error;
    }
  }

  async #runOnce(action: Action, packId: string, caller: Caller, request: ActionRequest): Promise<ActionResult> {
    const admitted = await this.#admission
      .admit(action, packId, caller)
      .catch((refusal) => this.#refuse(action, packId, caller, request.params, refusal));
    const content = await request.read();
    const { input, expectedVersion = content.expectedVersion } = splitExpectedVersion(action, content.body);
    assertValid(action.input, input);
    if (action.check && !(await this.#isAnswered(caller, content.idempotencyKey))) {
      await action.check({ tenant: caller.tenant, params: request.params, input });
    }
    const { idempotencyKey, requestDigest } = content;
    return this.#attempt(action, admitted, { params: request.params, input, idempotencyKey, requestDigest, expectedVersion });
  }

  /** Runs an action for a job or configuration. A lost race is thrown as it is: whoever calls comes again. @throws Problem `pack-disabled` too: what is switched off does nothing by itself either */
  async runAsSystem(
    action: Action,
    packId: string,
    tenant: string,
    job: string,
    params: ActionRequest['params'],
    input: unknown,
  ): Promise<ActionResult> {
    const admitted = { ...systemPrincipal(job), tenant, pack: await this.#admission.enabledPackOf(tenant, packId) };
    assertValid(action.input, input);
    return this.#attempt(action, admitted, { params, input });
  }

  /**
   * Records what an effect has done. That has happened, whether the pack is switched on still or not; and a lost race is run again
   * here, since the effect is not to be.
   */
  async recordOutcome(action: Action, packId: string, tenant: string, effect: string, subject: string, outcome: unknown): Promise<ActionResult> {
    assertValid(action.input, outcome);
    return this.#untilWon(tenant, async () => {
      const admitted = { ...systemPrincipal(effect), tenant, pack: await this.#admission.packOf(tenant, packId) };
      return this.#attempt(action, admitted, { params: { id: subject }, input: outcome });
    });
  }

  /** @throws the last lost race as it is, where all were lost */
  async #untilWon(tenant: string, work: () => Promise<ActionResult>): Promise<ActionResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isRetryable(error) || attempt === MAX_ATTEMPTS) throw error;
        if (error instanceof StaleGrant) this.#admission.forget(tenant);
      }
    }
  }

  async #attempt(action: Action, admitted: Admitted, attempt: Attempt): Promise<ActionResult> {
    const { tenant, actor, pack } = admitted;
    let result: ActionResult | Problem;
    try {
      if (action.readsLog) await this.#transparencyLog.upToDate(tenant);
      result = await this.#database.transaction(tenant, 'write', (tx) => this.#transact(tx, action, admitted, attempt));
    } catch (error) {
      const { params, input } = attempt;
      await this.#refusals.witness({ action, pack: pack.id, tenant, actor, params, input }, error);
      throw error;
    }
    // What the policy stopped is committed like any other outcome, so it is thrown only now.
    if (result instanceof Problem) throw result;
    // The kernel's own actions change who may do what; other replicas learn it within a second.
    if (pack.id === KERNEL_PACK) this.#admission.forget(tenant);
    return result;
  }

  async #transact(tx: Transaction, action: Action, admitted: Admitted, attempt: Attempt): Promise<ActionResult | Problem> {
    const { tenant, actor, pack } = admitted;
    const { idempotencyKey } = attempt;
    const digest = idempotencyKey === undefined ? '' : (attempt.requestDigest ?? requestDigest(action.id, attempt));
    const db = createReader(tx, tenant);
    const assessed = await assess({ tx, db, policy: this.#policy, meters: this.#packs.meters }, action, admitted, attempt);
    if ('prior' in assessed) return { ...replay(assessed.prior, digest), replayed: true, messages: [] };

    const { loaded, subject, context, decision, approval, epoch } = assessed;
    const { now } = context;
    const remembering = (answer: Answer | Problem) => idempotencyWrite(idempotencyKey, actor, digest, now, answer);
    const origin = tenantOrigin(this.#config.origin, tenant);
    const promised = async (receipt: ActionRecord['receipt']) => ({
      ...receipt,
      promise: await this.#promises.of(tenant, epoch, receipt.leaf_hash, now),
    });
    const happening = { action, pack: pack.id, origin, ...context, decisions: decision ? [decision] : [], approval, locked: db.locked, subject };
    if (decision && !decision.allowed) {
      const isDenied = decision.outcome === 'denied';
      const { writes, receipt } = recordOf({ ...happening, outcome: isDenied ? 'denied' : 'failed', changes: null });
      const refusal = refusalOf(decision, await promised(receipt));
      // A policy that failed may answer when asked again, and one that wants a fresh sign-in otherwise then.
      const isFinal = isDenied && !decision.result?.required_authentication;
      await this.#write(tx, tenant, [...writes, ...(isFinal ? remembering(refusal) : [])]);
      return refusal;
    }
    const changes = action.apply(loaded, { ...context, approval, decision: decision && grantedBy(decision) });
    const answer = { status: statusOf(action, subject), subjectId: subject.id, settled: !action.settles };
    if (isUnchanged(changes) && !decision && !approval) {
      const known = { ...answer, body: changes.answer, settled: true };
      await this.#write(tx, tenant, remembering(known));
      return { ...known, replayed: false, messages: [] };
    }
    assertDeclared(this.#packs, changes);
    assertRelated(this.#packs, changes);
    assertDeliverable(pack, this.#packs, changes);
    const notices = await noticesOf(this.#packs, tx, happening, changes);
    const withdrawals = withdrawalsOf(action.withdraws?.(loaded) ?? [], context);
    const { writes, receipt, messages } = recordOf({ ...happening, outcome: 'allowed', changes, notices, withdrawals });
    const answered = { ...answer, body: { ...changes.answer, receipt: await promised(receipt) } };
    await this.#write(tx, tenant, [...writes, ...remembering(answered)]);
    return { ...answered, body: { ...answered.body, ...changes.once }, replayed: false, messages };
  }

  /** A request that comes again is not checked again: its answer is known. */
  async #isAnswered({ tenant, userId }: Caller, key: string | undefined): Promise<boolean> {
    if (key === undefined) return false;
    const found = await this.#database.transaction(tenant, 'read', (tx) =>
      tx.query('SELECT FROM idempotency_keys WHERE tenant_id = $1 AND user_id = $2 AND key = $3', [tenant, userId, key]),
    );
    return found.length > 0;
  }

  async #refuse(action: Action, pack: string, caller: Caller, params: ActionRequest['params'], refusal: unknown): Promise<never> {
    const { tenant, userId } = caller;
    const actor = { id: userId, handle: userId, roles: [], system: false };
    await this.#refusals.witness({ action, pack, tenant, actor, params, input: null }, refusal);
    throw refusal;
  }
}

function statusOf({ success = 200, upserts }: Action, { status }: Assessment['subject']): number {
  if (!upserts) return success;
  return status === null ? 201 : 200;
}

import {
  type Action,
  type ActionContext,
  type ConditionalPolicyCall,
  type Decision,
  type PolicyCall,
  Problem,
  type ReceiptSlip,
} from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { Metrics } from '../metrics.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { canonical } from '../receipts/canonical.ts';
import type { Bundle } from './bundle.ts';
import type { Bundles } from './bundles.ts';
import { PolicyFailure } from './compiled.ts';
import { ENGINE, type PolicyEngine } from './engine.ts';
import type { PolicyResult } from './result.ts';

/** How an action asks its policy, whether or not it always does. */
export type JudgingCall<Input = unknown, Loaded = unknown> = PolicyCall<Input, Loaded> | ConditionalPolicyCall<Input, Loaded>;

/** What a policy is asked, in the form of an AuthZEN 1.0 evaluation. */
export interface PolicyInput {
  readonly subject: { readonly type: string; readonly id: string; readonly properties?: object };
  readonly action: { readonly name: string; readonly properties?: object };
  readonly resource: { readonly type: string; readonly id: string; readonly properties?: object };
  readonly context: object;
}

/** One evaluation of a policy: what was asked, of which bundle, and what it said. */
export interface Judgement {
  readonly policy: string;
  readonly bundle_digest: string;
  readonly bundle_version: string;
  readonly input: PolicyInput;
  /** The same as canonical JSON, the bytes that the policy saw. */
  readonly input_text: string;
  /** null where the policy gave none. */
  readonly result: PolicyResult | null;
  readonly allowed: boolean;
  readonly reasons: PolicyResult['reasons'];
  readonly outcome: 'allowed' | 'denied' | 'error';
  readonly duration_ns: number;
  readonly engine: string;
}

/** A judgement that gates something, as the table policy_decisions keeps it. */
export interface JudgedDecision extends Judgement {
  readonly id: string;
  readonly action: string;
  readonly actor: string;
  readonly subject_type: string;
  readonly subject_id: string;
  /** JSON pointers to what of the input is not kept in clear. */
  readonly mask: readonly string[];
}

const NS_PER_MS = 1e6;

export class PolicyService {
  readonly #engine: PolicyEngine;
  readonly #bundles: Bundles;
  readonly #packs: PackRegistry;
  readonly #metrics: Metrics;

  constructor(services: { policyEngine: PolicyEngine; bundles: Bundles; packs: PackRegistry; metrics: Metrics }) {
    this.#engine = services.policyEngine;
    this.#bundles = services.bundles;
    this.#packs = services.packs;
    this.#metrics = services.metrics;
  }

  /**
   * Asks the action's policy.
   * @param pack whose action it is, and which says what of the input is masked
   * @param digest of the bundle that decides for the tenant now
   * @throws Problem `unavailable` where there is no bundle; one that fails gives a decision of outcome `error`
   */
  async decide<Loaded>(
    tx: Transaction,
    pack: string,
    action: Pick<Action, 'id' | 'entity'>,
    call: JudgingCall<unknown, Loaded>,
    loaded: Loaded,
    context: ActionContext<unknown>,
    digest: string | null,
  ): Promise<JudgedDecision> {
    const { entrypoint } = call;
    const { actor, subjectId, tenant } = context;
    const { roles, authentication } = actor;
    const facts = call.facts(loaded, context);
    const input = {
      subject: { type: actor.system ? 'system' : 'user', id: actor.id, properties: { roles, ...(authentication ? { authentication } : {}) } },
      action: { name: action.id },
      resource: { type: action.entity.type, id: subjectId, properties: facts.resource },
      context: facts.context,
    };
    const bundle = digest === null ? null : await this.#bundles.byDigest(tx, tenant, digest);
    if (!bundle) throw new Problem('unavailable', `No policy bundle answers ${entrypoint}. Nothing was changed.`);
    const judgement = await this.judge(bundle, entrypoint, input, canonical(input));
    const about = { action: action.id, actor: actor.id, subject_type: action.entity.type, subject_id: subjectId };
    return { id: context.newId(), ...judgement, ...about, mask: this.#packs.maskOf(pack, entrypoint) };
  }

  /** Evaluates, and counts the time it took. Nothing is stored. @param inputText the input as canonical JSON */
  async judge(bundle: Bundle, entrypoint: string, input: PolicyInput, inputText: string): Promise<Judgement> {
    const judgement = await this.#evaluate(bundle, entrypoint, input, inputText);
    this.#metrics.decision(entrypoint, judgement.outcome, judgement.duration_ns / 1e9);
    return judgement;
  }

  async #evaluate(bundle: Bundle, entrypoint: string, input: PolicyInput, input_text: string): Promise<Judgement> {
    const by = { policy: entrypoint, bundle_digest: bundle.digest, bundle_version: bundle.version, input, input_text, engine: ENGINE };
    const begun = performance.now();
    try {
      const { result, durationNs } = await this.#engine.evaluate(bundle, entrypoint, input_text);
      assertFresh(input, result);
      const { allowed, reasons } = result;
      return { ...by, result, allowed, reasons, outcome: allowed ? 'allowed' : 'denied', duration_ns: durationNs };
    } catch (error) {
      if (!(error instanceof PolicyFailure)) throw error;
      const duration_ns = Math.round((performance.now() - begun) * NS_PER_MS);
      const message = `The policy ${entrypoint} (${bundle.digest.slice(0, 12)}) gave no decision: ${error.message}.`;
      return { ...by, result: null, allowed: false, reasons: [{ rule: 'policy-error', message }], outcome: 'error', duration_ns };
    }
  }
}

/**
 * A bundle of before does not know the question whether a sign-in is fresh, and would let through whatever else is in order.
 * @throws PolicyFailure
 */
function assertFresh({ context }: PolicyInput, { allowed, fresh_authentication }: PolicyResult): void {
  if (allowed && 'fresh_authentication' in context && !fresh_authentication)
    throw new PolicyFailure(
      'a fresh sign-in is asked for, and this version does not look at that: activate a later one, or take the setting fresh_authentication away',
    );
}

/** The decision as an action's `apply` sees it. */
export function grantedBy({ result, ...decision }: JudgedDecision): Decision {
  const { required_approvals = [], kept_approvals = [] } = result ?? {};
  return { ...decision, required_approvals, kept_approvals };
}

/** What the caller is told of an action that a decision has stopped. */
export function refusalOf({ id, outcome, reasons, result }: JudgedDecision, receipt?: ReceiptSlip): Problem {
  const { required_authentication } = result ?? {};
  const details = { decision_id: id, reasons, ...(required_authentication ? { required_authentication } : {}), ...(receipt ? { receipt } : {}) };
  const said = reasons.map(({ message }) => message).join(' ');
  if (outcome === 'error') return new Problem('unavailable', `${said} Nothing was changed.`, details);
  return new Problem('policy-denied', said, details);
}

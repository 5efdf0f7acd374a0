import { type Action, type ActionContext, isNone, Problem } from '../../sdk/index.ts';
import type { Metrics } from '../metrics.ts';
import type { ActiveBundles } from './bundles.ts';
import type { PolicyEngine, PolicyResult } from './engine.ts';

/** A decision as the table policy_decisions keeps it. */
export interface JudgedDecision {
  readonly id: string;
  readonly policy: string;
  readonly bundle_digest: string;
  readonly bundle_version: string;
  readonly action: string;
  readonly actor: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly input: object;
  readonly result: PolicyResult;
  readonly allowed: boolean;
  readonly reasons: PolicyResult['reasons'];
  readonly outcome: 'allowed' | 'denied';
  readonly duration_ns: number;
}

export class PolicyService {
  readonly #engine: PolicyEngine;
  readonly #bundles: ActiveBundles;
  readonly #metrics: Metrics;

  constructor({ policyEngine, bundles, metrics }: { policyEngine: PolicyEngine; bundles: ActiveBundles; metrics: Metrics }) {
    this.#engine = policyEngine;
    this.#bundles = bundles;
    this.#metrics = metrics;
  }

  /**
   * Asks the action's policy. Its input has the form of an AuthZEN 1.0 evaluation: subject, action, resource, context.
   * @returns null where the action declares that no policy judges it
   * @throws Problem `unavailable`
   */
  async decide<Loaded>(action: Action, loaded: Loaded, context: ActionContext<unknown>): Promise<JudgedDecision | null> {
    if (isNone(action.policy)) return null;
    const { entrypoint } = action.policy;
    const bundle = this.#bundles.bundleFor(entrypoint);
    if (!bundle) throw new Problem('unavailable', `No policy bundle answers ${entrypoint}. Nothing was changed.`);
    const { actor } = context;
    const facts = action.policy.facts(loaded, context);
    const input = {
      subject: { type: actor.system ? 'system' : 'user', id: actor.id, properties: { roles: actor.roles } },
      action: { name: action.id },
      resource: { type: action.entity.type, id: context.subjectId, properties: facts.resource },
      context: facts.context,
    };
    const { result, durationNs } = await this.#engine.evaluate(bundle, entrypoint, input);
    const outcome = result.allowed ? 'allowed' : 'denied';
    this.#metrics.decision(entrypoint, outcome, durationNs / 1e9);
    return {
      id: context.newId(),
      policy: entrypoint,
      bundle_digest: bundle.digest,
      bundle_version: bundle.version,
      action: action.id,
      actor: actor.id,
      subject_type: action.entity.type,
      subject_id: context.subjectId,
      input,
      result,
      allowed: result.allowed,
      reasons: result.reasons,
      outcome,
      duration_ns: durationNs,
    };
  }
}

/** What the caller of a denied action is told. */
export function denialOf({ id, reasons }: JudgedDecision): Problem {
  return new Problem('policy-denied', reasons.map(({ message }) => message).join(' '), { decision_id: id, reasons });
}

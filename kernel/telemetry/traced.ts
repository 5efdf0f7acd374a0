import { type Attributes, type Span, SpanKind } from '@opentelemetry/api';
import { type Action, Problem } from '../../sdk/index.ts';
import { type ActionResult, ActionRunner } from '../action.ts';
import type { Database } from '../database/database.ts';
import { PolicyService } from '../policy/decide.ts';
import { inPart } from './span.ts';

/** A span for each transaction, and none for each of its statements. */
export function tracedDatabase(database: Database): Database {
  return {
    ...database,
    transaction(tenant, mode, work) {
      const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': mode, 'summit.tenant': tenant };
      return inPart(`transaction ${mode}`, { kind: SpanKind.CLIENT, attributes }, () => database.transaction(tenant, mode, work));
    },
  };
}

/** A span for each governed action, with what became of it, whoever runs it. */
export class TracedActionRunner extends ActionRunner {
  override run(...[action, pack, caller, request]: Parameters<ActionRunner['run']>): Promise<ActionResult> {
    return inActionSpan(action, pack, caller.tenant, () => super.run(action, pack, caller, request));
  }

  override runAsSystem(...[action, pack, tenant, ...rest]: Parameters<ActionRunner['runAsSystem']>): Promise<ActionResult> {
    return inActionSpan(action, pack, tenant, () => super.runAsSystem(action, pack, tenant, ...rest));
  }

  override recordOutcome(...[action, pack, tenant, ...rest]: Parameters<ActionRunner['recordOutcome']>): Promise<ActionResult> {
    return inActionSpan(action, pack, tenant, () => super.recordOutcome(action, pack, tenant, ...rest));
  }
}

/** A span for each evaluation of a policy, whoever asked for it. */
export class TracedPolicyService extends PolicyService {
  override judge(...[bundle, entrypoint, ...asked]: Parameters<PolicyService['judge']>): ReturnType<PolicyService['judge']> {
    const attributes = { 'summit.policy.entrypoint': entrypoint, 'summit.policy.bundle_digest': bundle.digest };
    return inPart(`policy ${entrypoint}`, { attributes }, async (span) => {
      const judgement = await super.judge(bundle, entrypoint, ...asked);
      span.setAttribute('summit.policy.outcome', judgement.outcome);
      return judgement;
    });
  }
}

function inActionSpan(action: Action, pack: string, tenant: string, work: () => Promise<ActionResult>): Promise<ActionResult> {
  const attributes: Attributes = { 'summit.action': action.id, 'summit.pack': pack, 'summit.tenant': tenant };
  return inPart(`action ${action.id}`, { attributes }, (span) => withOutcome(span, work));
}

async function withOutcome(span: Span, work: () => Promise<ActionResult>): Promise<ActionResult> {
  try {
    const result = await work();
    span.setAttribute('summit.outcome', result.replayed ? 'replayed' : 'allowed');
    return result;
  } catch (error) {
    span.setAttribute('summit.outcome', outcomeOf(error));
    throw error;
  }
}

/** As on the receipt of what did not happen, where that has one. */
function outcomeOf(error: unknown): 'denied' | 'refused' | 'failed' {
  if (!(error instanceof Problem) || error.status >= 500) return 'failed';
  return error.code === 'policy-denied' ? 'denied' : 'refused';
}

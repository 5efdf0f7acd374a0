import { canonicalJson, defineQuery, Problem, type Row, Strict, sha256 } from '../../sdk/index.ts';
import { PolicyDecisions } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { Receipts } from '../database/tables.ts';
import type { ReceiptContent } from '../receipts/receipt.ts';
import type { Bundles } from './bundles.ts';
import { compareResults } from './compare.ts';
import { PolicyFailure } from './compiled.ts';
import { ENGINE, type PolicyEngine } from './engine.ts';
import type { PolicyResult } from './result.ts';

/**
 * `POST /policy-decisions/:id/replay`: asks the very bundle again and compares byte for byte, with the record and the record
 * with its receipt. Nothing is stored, and nothing metered.
 */
export function replayDecision({ engine, bundles }: { engine: PolicyEngine; bundles: Bundles }) {
  return defineQuery({
    id: 'policy-decision.replay',
    title: 'Make a decision again',
    route: { method: 'POST', path: '/policy-decisions/:id/replay' },
    query: Strict({}),
    body: Strict({}),
    async run({ db, tenant, params }) {
      const decision = await db.one(PolicyDecisions, params.id ?? '');
      assertReplayable(decision);
      const { id, policy, bundle_digest, bundle_version, input } = decision;
      const recorded = decision.result as PolicyResult;
      const bundle = await bundles.byDigest(transactionOf(db), tenant, bundle_digest);
      if (!bundle) throw new TypeError(`the bundle ${bundle_digest} has decided and is gone`);
      const asked = { decision_id: id, policy, bundle_digest, bundle_version, engine: ENGINE, recorded_engine: decision.engine };
      const bound = isBound(await db.one(Receipts, decision.receipt_id), decision);
      try {
        const { result, durationNs } = await engine.evaluate(bundle, policy, canonicalJson(input));
        const difference = compareResults(recorded, result);
        return {
          ...asked,
          matches: bound && difference === null,
          bound,
          difference,
          recorded,
          replayed: result,
          failure: null,
          duration_ns: durationNs,
        };
      } catch (error) {
        if (!(error instanceof PolicyFailure)) throw error;
        return { ...asked, matches: false, bound, difference: 'failed', recorded, replayed: null, failure: error.message, duration_ns: 0 };
      }
    },
  });
}

/** Whether input and result still are those that the decision's receipt binds. */
function isBound({ bytes }: Row<typeof Receipts>, { id, input, result }: Row<typeof PolicyDecisions>): boolean {
  const { policy } = JSON.parse(Buffer.from(bytes).toString()) as Pick<ReceiptContent, 'policy'>;
  const binding = policy.find(({ decision_id }) => decision_id === id);
  return binding?.input_digest === sha256(canonicalJson(input)) && binding.result_digest === sha256(canonicalJson(result));
}

/** @throws Problem `invalid-state` */
function assertReplayable({ id, outcome, masked }: Row<typeof PolicyDecisions>): void {
  if (outcome === 'error') throw new Problem('invalid-state', `The decision ${id} is an error: there is no result to compare with.`);
  if (masked.length > 0) {
    throw new Problem('invalid-state', `The decision ${id} cannot be made again: ${masked.join(', ')} of its input are kept as commitments only.`);
  }
}

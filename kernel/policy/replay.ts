import { defineQuery, Problem, type Row, Strict } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { PolicyDecisions } from '../database/tables.ts';
import { canonicalJson } from '../receipts/canonical.ts';
import type { Bundles } from './bundles.ts';
import { compareResults } from './compare.ts';
import { ENGINE, type PolicyEngine } from './engine.ts';
import type { PolicyResult } from './result.ts';

/** `POST /policy-decisions/:id/replay`: asks the very bundle again, and compares byte for byte. Nothing is stored, and nothing metered. */
export function replayDecision({ engine, bundles }: { engine: PolicyEngine; bundles: Bundles }) {
  return defineQuery({
    id: 'policy-decision.replay',
    title: 'Make a decision again',
    route: { method: 'POST', path: '/policy-decisions/:id/replay' },
    query: Strict({}),
    body: Strict({}),
    async run({ db, params }) {
      const decision = await db.one(PolicyDecisions, params.id ?? '');
      assertReplayable(decision);
      const { id, policy, bundle_digest, bundle_version, input } = decision;
      const recorded = decision.result as PolicyResult;
      const bundle = await bundles.byDigest(transactionOf(db), bundle_digest);
      if (!bundle) throw new TypeError(`the bundle ${bundle_digest} has decided and is gone`);
      const { result, durationNs } = await engine.evaluate(bundle, policy, canonicalJson(input));
      const difference = compareResults(recorded, result);
      return {
        decision_id: id,
        ...{ policy, bundle_digest, bundle_version, engine: ENGINE, recorded_engine: decision.engine },
        ...{ matches: difference === null, difference, recorded, replayed: result, duration_ns: durationNs },
      };
    },
  });
}

/** @throws Problem `invalid-state` */
function assertReplayable({ id, outcome, masked }: Row<typeof PolicyDecisions>): void {
  if (outcome === 'error') throw new Problem('invalid-state', `The decision ${id} is an error: there is no result to compare with.`);
  if (masked.length > 0) {
    throw new Problem('invalid-state', `The decision ${id} cannot be made again: ${masked.join(', ')} of its input are kept as commitments only.`);
  }
}

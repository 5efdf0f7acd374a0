import { defineQuery, type Evidence, type Query, Strict } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { PolicyDecisions, Receipts } from '../database/tables.ts';
import { type Inverses, neighborsOf, nodeOf } from '../graph/queries.ts';
import { decisionView } from '../policy/queries.ts';
import { presentReceipts } from '../receipts/queries.ts';

/** Neighbours in a bundle; a subject has a handful. */
const MAX_NEIGHBORS = 1_000;

/** The query that answers an evidence declaration: the pack's members, and the kernel's beside them. */
export function evidenceQuery(evidence: Evidence, inverses: Inverses): Query {
  return defineQuery({
    id: `evidence.${evidence.id}`,
    title: evidence.title,
    route: { method: 'GET', path: evidence.path },
    query: Strict({}),
    async run({ db, tenant, params }) {
      const tx = transactionOf(db);
      const id = params.id ?? '';
      const subject = await db.one(evidence.entity, id);
      const [members, rows, decisions, node, graph, disclosures, [clock]] = await Promise.all([
        evidence.members(db, id),
        db.find(Receipts, { subject_id: id }),
        db.find(PolicyDecisions, { subject_id: id }),
        nodeOf(tx, tenant, id),
        neighborsOf(tx, tenant, id, inverses, { limit: MAX_NEIGHBORS }),
        tx.query('SELECT commitment, name, salt, value FROM disclosures WHERE tenant_id = $1 AND subject_id = $2 ORDER BY commitment', [tenant, id]),
        tx.query<{ now: string }>('SELECT summit_now() AS now'),
      ]);
      const digests = [...new Set(decisions.map(({ bundle_digest }) => bundle_digest))];
      const bundles = await tx.query<{
        digest: string;
        id: string;
        version: string;
        opa: string;
        wasm: Uint8Array;
        data: string;
        sources: object;
        entrypoints: readonly string[];
        signature: object | null;
      }>('SELECT digest, id, version, opa, entrypoints, wasm, data, sources, signature FROM policy_bundles WHERE digest = ANY($1) ORDER BY digest', [
        digests,
      ]);
      const views = await presentReceipts(db, rows);
      const receipts = views.map((view, index) => ({
        ...view,
        bytes: Buffer.from(rows[index]?.bytes ?? []).toString('base64'),
        changes: rows[index]?.changes,
      }));
      const policyDecisions = decisions.map(decisionView);
      return {
        manifest: {
          type: evidence.entity.type,
          id,
          tenant,
          status: subject.status,
          version: subject.version,
          created_at: subject.created_at,
          updated_at: subject.updated_at,
          generated_at: clock?.now,
          receipts: receipts.map(({ id: receipt, action, at }) => ({ id: receipt, action, at })),
          policy_decisions: policyDecisions.map(({ id: decision, action, created_at }) => ({ id: decision, action, created_at })),
          policy_bundles: bundles.map(({ digest, version }) => ({ digest, version })),
          counts: {
            receipts: receipts.length,
            policy_decisions: policyDecisions.length,
            policy_bundles: bundles.length,
            neighbors: graph.neighbors.length,
            disclosures: disclosures.length,
          },
        },
        ...members,
        receipts,
        policy_decisions: policyDecisions,
        policy_bundles: bundles.map(({ wasm, ...bundle }) => ({ ...bundle, wasm: Buffer.from(wasm).toString('base64') })),
        graph: { node, neighbors: graph.neighbors },
        disclosures,
      };
    },
  });
}

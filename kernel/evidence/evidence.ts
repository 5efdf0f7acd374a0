import { defineQuery, type Evidence, type Query, Strict } from '../../sdk/index.ts';
import { PolicyDecisions } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';
import { Receipts } from '../database/tables.ts';
import { type Inverses, neighborsOf, nodeOf } from '../graph/queries.ts';
import { decisionView } from '../policy/queries.ts';
import { presentReceipts } from '../receipts/present.ts';

/** Neighbours in a bundle; a subject has a handful. */
const MAX_NEIGHBORS = 1_000;

/** What is said of a bundle is null where it decided before that was kept. */
interface EvidenceBundle {
  readonly digest: string;
  readonly id: string | null;
  readonly version: string | null;
  readonly opa: string | null;
  readonly entrypoints: readonly string[] | null;
  readonly wasm: Uint8Array;
  readonly data: string;
  readonly sources: Readonly<Record<string, string>> | null;
  readonly signature: object | null;
}

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
      const bundles = await tx.query<EvidenceBundle>(
        `SELECT b.digest, t.package AS id, t.bundle_version AS version, t.opa, t.entrypoints, b.wasm, b.data, t.sources, t.signature
           FROM policy_bundles b LEFT JOIN tenant_policy_bundles t ON t.tenant_id = $1 AND t.digest = b.digest
           WHERE b.digest = ANY($2) ORDER BY b.digest`,
        [tenant, digests],
      );
      const views = await presentReceipts(tx, tenant, db, rows);
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

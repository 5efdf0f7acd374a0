import { defineQuery, Id, listParameters, type Row, Strict, Timestamp, Type } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { PolicyDecisions } from '../database/tables.ts';

export const listDecisions = defineQuery({
  id: 'policy-decision.list',
  title: 'Policy decisions',
  route: { method: 'GET', path: '/policy-decisions' },
  query: Strict({
    subject_id: Type.Optional(Id),
    bundle_digest: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    allowed: Type.Optional(Type.Boolean()),
    outcome: Type.Optional(Type.Enum(['allowed', 'denied', 'error'])),
    policy: Type.Optional(Type.String({ description: 'The entrypoint, as high_risk/operations/decision' })),
    action: Type.Optional(Type.String()),
    since: Type.Optional(Timestamp),
    ...listParameters,
  }),
  async run({ db, query: { limit, cursor, count, since, ...filters } }) {
    const where = { ...filters, ...(since === undefined ? {} : { created_at: { since } }) };
    const page = await db.page(PolicyDecisions, { where, limit, cursor, count });
    return { ...page, items: page.items.map(decisionView) };
  },
});

export const getDecision = defineQuery({
  id: 'policy-decision.get',
  title: 'One policy decision',
  route: { method: 'GET', path: '/policy-decisions/:id' },
  query: Strict({}),
  run: async ({ db, params }) => decisionView(await db.one(PolicyDecisions, params.id ?? '')),
});

export const listBundles = defineQuery({
  id: 'policy-bundle.list',
  title: 'Policy bundles that decide, have decided or may be switched on',
  route: { method: 'GET', path: '/policy-bundles' },
  query: Strict({}),
  async run({ db, tenant }) {
    const items = await transactionOf(db).query(
      `SELECT b.digest, b.id, b.version, b.opa, b.entrypoints, b.sources, b.signature ->> 'keyid' AS signed_by, t.added_by AS added_by_id,
         t.created_at AS added_at, coalesce(p.digest = b.digest, false) AS active
         FROM tenant_policy_bundles t JOIN policy_bundles b ON b.digest = t.digest
         LEFT JOIN policies p ON p.tenant_id = $1 AND p.package = t.package
         WHERE t.tenant_id = $1 ORDER BY t.id DESC`,
      [tenant],
    );
    return { items, next_cursor: null, total: items.length };
  },
});

export function decisionView({ tenant_id: _, subject_type, subject_id, actor, receipt_id: __, ...decision }: Row<typeof PolicyDecisions>) {
  const replayable = decision.outcome !== 'error' && decision.masked.length === 0;
  return { ...decision, replayable, actor_id: actor, subject: { type: subject_type, id: subject_id }, resource: resourceOf(decision.input) };
}

function resourceOf(input: Readonly<Record<string, unknown>>): unknown {
  return input.resource ?? null;
}

import { defineQuery, Id, listParameters, type Row, Strict, Type } from '../../sdk/index.ts';
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
    ...listParameters,
  }),
  async run({ db, query: { limit, cursor, count, ...where } }) {
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
  title: 'Policy bundles that have decided or may decide',
  route: { method: 'GET', path: '/policy-bundles' },
  query: Strict({}),
  async run({ db }) {
    const items = await transactionOf(db).query(
      'SELECT digest, id, version, opa, sources, created_at FROM policy_bundles ORDER BY created_at DESC, digest',
    );
    return { items, next_cursor: null, total: items.length };
  },
});

export function decisionView({ tenant_id: _, subject_type, subject_id, actor, receipt_id: __, ...decision }: Row<typeof PolicyDecisions>) {
  return { ...decision, actor_id: actor, subject: { type: subject_type, id: subject_id }, resource: resourceOf(decision.input) };
}

function resourceOf(input: Readonly<Record<string, unknown>>): unknown {
  return input.resource ?? null;
}

import { defineQuery, Id, listOf, Problem, type Reader, type Row, rangeOf, Several, Strict, Timestamp, Type, valuesOf } from '../../sdk/index.ts';
import { Policies, PolicyDecisions, TenantPolicyBundles } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';

const decisions = listOf(PolicyDecisions, {
  sort: ['id'],
  search: ['action', 'subject_id'],
  people: ['actor'],
  within: [['reasons', 'rule']],
});

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
    action: Type.Optional(Several),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...decisions.parameters,
  }),
  async run({ db, query: { action, since, until, limit, cursor, count, sort, q, ...filters } }) {
    const where = { ...filters, action: valuesOf(action), created_at: rangeOf({ since, until }) };
    const page = await db.page(decisions, { where, limit, cursor, count, sort, q });
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

const bundles = listOf(TenantPolicyBundles, { sort: ['created_at', 'package', 'bundle_version'], search: ['package', 'bundle_version', 'digest'] });

export const listBundles = defineQuery({
  id: 'policy-bundle.list',
  title: 'Policy bundles that decide, have decided or may be switched on',
  route: { method: 'GET', path: '/policy-bundles' },
  query: Strict(bundles.parameters),
  async run({ db, query }) {
    const [page, policies] = await Promise.all([db.page(bundles, query), db.find(Policies, {})]);
    return { ...page, items: page.items.map(({ sources: _, ...bundle }) => bundleView(bundle, policies)) };
  },
});

export const getBundle = defineQuery({
  id: 'policy-bundle.get',
  title: 'One policy bundle, with its sources and its data',
  route: { method: 'GET', path: '/policy-bundles/:digest' },
  query: Strict({}),
  async run({ db, params }) {
    const [bundle, policies] = await Promise.all([knownBundle(db, params.digest ?? ''), db.find(Policies, {})]);
    const [content] = await transactionOf(db).query<{ data: string }>('SELECT data FROM policy_bundles WHERE digest = $1', [bundle.digest]);
    return { ...bundleView(bundle, policies), sources: bundle.sources, data: content?.data ?? null };
  },
});

/** @throws Problem `not-found` for a bundle that is not here, or another tenant's alone */
export async function knownBundle(db: Reader, digest: string): Promise<Row<typeof TenantPolicyBundles>> {
  const [bundle] = await db.find(TenantPolicyBundles, { digest });
  if (!bundle) throw new Problem('not-found', `There is no policy bundle ${digest}.`);
  return bundle;
}

function bundleView(bundle: Omit<Row<typeof TenantPolicyBundles>, 'sources'>, policies: readonly Row<typeof Policies>[]) {
  const { package: id, bundle_version: version, digest, opa, entrypoints, signature, added_by, created_at } = bundle;
  const active = policies.some((policy) => policy.digest === digest);
  return { digest, id, version, opa, entrypoints, signed_by: signature?.keyid ?? null, added_by_id: added_by, added_at: created_at, active };
}

export function decisionView({ tenant_id: _, subject_type, subject_id, actor, receipt_id: __, ...decision }: Row<typeof PolicyDecisions>) {
  const replayable = decision.outcome !== 'error' && decision.masked.length === 0;
  return { ...decision, replayable, actor_id: actor, subject: { type: subject_type, id: subject_id }, resource: resourceOf(decision.input) };
}

function resourceOf(input: Readonly<Record<string, unknown>>): unknown {
  return input.resource ?? null;
}

import { defineQuery, Nullable, Problem, pageOf, type Query, type Reader, Strict, Type } from '../../sdk/index.ts';
import { Policies, TenantPolicyBundles } from '../database/policy-tables.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Provision, ResolvedPolicy, ResolvedSku } from './resolve.ts';

const Text = Type.String();
const Enabled = Type.Boolean({ description: 'Whether the tenant has what provides it' });
const OfPack = { pack: Text, version: Type.String({ description: 'Of the pack' }), enabled: Enabled };

const ProvisionAnswer = Strict({
  kind: Type.Enum(['action', 'query', 'job', 'event', 'meter', 'indicator', 'dashboard', 'evidence']),
  ...{ id: Text, title: Text, ...OfPack },
  method: Nullable(Text),
  path: Nullable(Type.String({ description: 'Of the API; null where nobody calls it by itself' })),
});

const PolicyAnswer = Strict({
  id: Type.String({ description: 'The Rego package' }),
  ...OfPack,
  entrypoints: Type.Array(Text),
  active: Nullable(Strict({ digest: Text, version: Text }, { description: 'The bundle that decides for the tenant' })),
});

const SkuAnswer = Strict({
  ...{ id: Text, title: Text, version: Text },
  enabled: Type.Boolean({ description: 'Whether the tenant has it, and every pack that it requires' }),
  packs: Type.Array(Strict({ id: Text, title: Text, version: Text, enabled: Type.Boolean() })),
  features: Type.Array(Strict({ id: Text, title: Text, description: Text, enabled: Enabled, provided_by: Type.Array(ProvisionAnswer) })),
  policies: Type.Array(PolicyAnswer),
  dashboards: Type.Array(ProvisionAnswer),
  evidence: Type.Array(ProvisionAnswer),
});

/** `GET /skus` and `GET /skus/:id`: what is sold, what provides each part of it, and whether the tenant has it. */
export function skuQueries(packs: PackRegistry): readonly Query[] {
  return [
    defineQuery({
      id: 'sku.list',
      title: 'SKUs, and which are enabled here',
      route: { method: 'GET', path: '/skus' },
      query: Strict({}),
      answer: pageOf(SkuAnswer),
      async run({ db }) {
        const tenant = await tenantOf(db);
        const items = packs.skus().map((sku) => skuView(sku, tenant));
        return { items, next_cursor: null, total: items.length };
      },
    }),
    defineQuery({
      id: 'sku.get',
      title: 'One SKU, with what provides each part of it',
      route: { method: 'GET', path: '/skus/:id' },
      query: Strict({}),
      answer: SkuAnswer,
      async run({ db, params }) {
        const sku = packs.skus().find(({ pack }) => pack.id === params.id);
        if (!sku) throw new Problem('not-found', `There is no SKU ${params.id}.`);
        return skuView(sku, await tenantOf(db));
      },
    }),
  ];
}

/** What a tenant has. */
interface TenantState {
  readonly enabled: ReadonlySet<string>;
  /** By Rego package. */
  readonly active: ReadonlyMap<string, { readonly digest: string; readonly version: string }>;
}

async function tenantOf(db: Reader): Promise<TenantState> {
  const [enabled, policies] = await Promise.all([enabledPacks(db), db.find(Policies, {})]);
  const bundles = await db.find(TenantPolicyBundles, { digest: policies.flatMap(({ digest }) => digest ?? []) });
  const active = bundles.map(({ package: name, digest, bundle_version: version }) => [name, { digest, version }] as const);
  return { enabled, active: new Map(active) };
}

function skuView({ pack, packs, features, policies, dashboards, evidence }: ResolvedSku, tenant: TenantState) {
  const has = (id: string) => tenant.enabled.has(id);
  const shown = (provision: Provision) => provisionView(provision, tenant);
  return {
    ...{ id: pack.id, title: pack.title, version: pack.version },
    enabled: [pack, ...packs].every(({ id }) => has(id)),
    packs: packs.map(({ id, title, version }) => ({ id, title, version, enabled: has(id) })),
    features: features.map(({ feature: { id, title, description }, providers }) => ({
      ...{ id, title, description },
      enabled: providers.every((provider) => has(provider.pack.id)),
      provided_by: providers.map(shown),
    })),
    policies: policies.map((policy) => policyView(policy, tenant)),
    dashboards: dashboards.map(shown),
    evidence: evidence.map(shown),
  };
}

function provisionView({ kind, id, title, pack, route }: Provision, { enabled }: TenantState) {
  const ofPack = { pack: pack.id, version: pack.version, enabled: enabled.has(pack.id) };
  return { kind, id, title, ...ofPack, method: route?.method ?? null, path: route?.path ?? null };
}

function policyView({ policy: { bundle, entrypoints }, pack }: ResolvedPolicy, { enabled, active }: TenantState) {
  return { id: bundle, pack: pack.id, version: pack.version, enabled: enabled.has(pack.id), entrypoints, active: active.get(bundle) ?? null };
}

import type { Config } from '../../kernel/config/config.ts';
import type { TenantFile } from '../../kernel/config/tenant.ts';

/** The configuration with every pack enabled by itself, so that one can be disabled without the SKU that would require it. */
export function withoutSku(config: Config): Config {
  return { ...config, tenants: config.tenants.map((tenant) => ({ ...tenant, packs: eachByItself(tenant) })) };
}

function eachByItself({ packs }: TenantFile): TenantFile['packs'] {
  const { 'trust-and-proof': _, ...others } = packs;
  const named = { 'high-risk-ops': {}, revops: {}, finops: {}, ...others };
  return Object.fromEntries(Object.entries(named).map(([id, pack]) => [id, { enabled: true, ...pack }]));
}

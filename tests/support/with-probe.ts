import type { Config } from '../../kernel/config/config.ts';

/** The configuration with the probe pack beside the shipped ones, enabled for every tenant. */
export function withProbe(config: Config): Config {
  return {
    ...config,
    packPaths: [...config.packPaths, new URL('./probe-pack', import.meta.url).pathname],
    tenants: config.tenants.map((tenant) => ({ ...tenant, packs: { ...tenant.packs, probe: { enabled: true } } })),
  };
}

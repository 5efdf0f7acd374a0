import { KERNEL_PACK } from '../admission.ts';
import type { Database } from '../database/database.ts';
import { createReader } from '../database/reader.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { FailedPack, PackRegistry } from '../packs/registry.ts';
import type { Tenants } from '../tenancy/tenants.ts';

export interface ListedPack {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** Tenants that have it switched on. */
  readonly enabled_for: readonly string[];
}

export interface PacksCommandServices {
  readonly database: Database;
  readonly packs: PackRegistry;
  readonly tenants: Tenants;
}

/** What `summit packs` is made of. */
export function createPacksCommands({ database, packs, tenants }: PacksCommandServices) {
  return {
    async packs(): Promise<{ packs: readonly ListedPack[]; failed: readonly FailedPack[] }> {
      const enabled = new Map<string, ReadonlySet<string>>();
      for (const tenant of await tenants.ids())
        enabled.set(tenant, await database.transaction(tenant, 'read', (tx) => enabledPacks(createReader(tx, tenant))));
      const tenantsWith = (id: string) => [...enabled].flatMap(([tenant, ids]) => (ids.has(id) ? [tenant] : []));
      const listed = packs.all
        .filter(({ id }) => id !== KERNEL_PACK)
        .map(({ id, version, title }) => ({ id, version, title, enabled_for: tenantsWith(id) }));
      return { packs: listed, failed: packs.failed };
    },
  };
}

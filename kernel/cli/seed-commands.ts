import { Strict, Type } from '../../sdk/index.ts';
import { TenantFile } from '../config/tenant.ts';
import type { Seeding, Told } from '../demo/seeding.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { assertValid } from '../validation.ts';

const Seed = Strict({ tenant: Type.Optional(TenantFile.properties.id) });

export interface SeedCommandServices {
  readonly seeding: Seeding;
  readonly tenants: Tenants;
}

/** What `summit seed` is made of. */
export function createSeedCommands({ seeding, tenants }: SeedCommandServices) {
  return {
    /** Seeds one tenant, or each that is there for demonstrations. */
    async seed(input: unknown): Promise<{ stories: readonly Told[] }> {
      assertValid(Seed, input);
      if (input.tenant !== undefined) await tenants.require(input.tenant);
      const stories: Told[] = [];
      for (const tenant of input.tenant === undefined ? seeding.tenants : [input.tenant]) stories.push(...(await seeding.seed(tenant)));
      return { stories };
    },
  };
}

import { definePack, type Pack, Strict } from '../../sdk/index.ts';
import { manifestOf } from '../../sdk/manifest.ts';
import { defineQuery } from '../../sdk/query.ts';
import { KERNEL_PACK } from '../admission.ts';
import { kernelEntities, PackEnablements } from '../database/tables.ts';
import { graphQueries } from '../graph/queries.ts';
import { kernelRelationships } from '../graph/record.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { getDecision, listBundles, listDecisions } from '../policy/queries.ts';
import { getReceipt, listReceipts } from '../receipts/queries.ts';
import { applyConfig } from './apply-config.ts';
import { setPackEnablement } from './enablement.ts';
import { getTenant, listUsers, me, setRoles } from './users.ts';

/** What the kernel itself offers, declared like any pack, so that it is governed, documented and checked like one. */
export function corePack(packs: PackRegistry, version: string): Pack {
  const listPacks = defineQuery({
    id: 'pack.list',
    title: 'Packs, and which are enabled here',
    route: { method: 'GET', path: '/packs' },
    query: Strict({}),
    async run({ db }) {
      const enablements = new Map((await db.find(PackEnablements, {})).map((row) => [row.pack_id, row]));
      const items = packs.all
        .filter(({ id }) => id !== KERNEL_PACK)
        .map((pack) => {
          const enablement = enablements.get(pack.id);
          return { ...manifestOf(pack), enabled: enablement?.status === 'enabled', tenant_settings: enablement?.settings ?? {} };
        });
      return { items, next_cursor: null, total: items.length, failed: packs.failed };
    },
  });
  return definePack({
    id: KERNEL_PACK,
    title: 'Summit',
    version,
    summit: `^${version}`,
    requires: {},
    entities: kernelEntities,
    migrations: [],
    policies: [],
    actions: [applyConfig, setPackEnablement(packs), setRoles],
    queries: [me, listUsers, getTenant, listPacks, listReceipts, getReceipt, listDecisions, getDecision, listBundles, ...graphQueries(packs)],
    evidence: [],
    effects: [],
    jobs: [],
    relationships: kernelRelationships,
    settings: Strict({}),
  });
}

import { definePack } from '@summit/sdk';
import { registerItem } from './actions/register.ts';
import { overview } from './dashboards.ts';
import { Item } from './entities.ts';
import { itemEvidence } from './evidence.ts';
import initial from './migrations/0001-initial.ts';
import { items } from './queries.ts';

export default definePack({
  id: 'sample-pack',
  title: 'Sample pack',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [Item],
  migrations: [initial],
  policies: [{ bundle: 'sample_pack.items', entrypoints: ['sample_pack/items/decision'] }],
  actions: [registerItem],
  queries: [items.list, items.get, items.receipts],
  evidence: [itemEvidence],
  dashboards: [overview],
  relationships: { registered_by: 'registered' },
});

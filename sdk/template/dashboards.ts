import { defineDashboard } from '@summit/sdk';
import { Item } from './entities.ts';
import { items } from './queries.ts';

const counted = { id: 'items', title: 'Items', definition: 'All that are registered.', unit: 'count', list: items.list.route.path } as const;

export const overview = defineDashboard({
  id: 'sample-pack.overview',
  title: 'Items',
  read: ({ db }) => ({ cards: [{ ...counted, value: () => db.count(Item, {}) }] }),
});

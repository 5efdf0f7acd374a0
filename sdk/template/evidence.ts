import { defineEvidence } from '@summit/sdk';
import { Item } from './entities.ts';

export const itemEvidence = defineEvidence({
  id: 'sample-pack',
  title: 'What proves an item',
  path: '/evidence/sample-pack/:id',
  members: { item: Item },
  collect: async (db, id) => ({ item: await db.one(Item, id) }),
});

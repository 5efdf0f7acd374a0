import { Id, queriesOf, Timestamp, Type } from '@summit/sdk';
import { Item } from './entities.ts';

export const ItemAnswer = Type.Object({ id: Id, title: Type.String(), amount: Type.Integer(), status: Type.String(), created_at: Timestamp });

export const items = queriesOf(Item, {
  path: '/sample-pack/items',
  title: 'Items',
  answer: ItemAnswer,
  sort: ['created_at', 'title', 'amount'],
  search: ['title'],
});

import { defineQuery, Id, listParameters, Strict, Timestamp, Type } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { Receipts } from '../database/tables.ts';
import { presentReceipts } from './present.ts';

export const listReceipts = defineQuery({
  id: 'receipt.list',
  title: 'The audit log',
  route: { method: 'GET', path: '/receipts' },
  query: Strict({
    subject_id: Type.Optional(Id),
    actor: Type.Optional(Type.String({ description: 'A handle, or system:<job>' })),
    action: Type.Optional(Type.String()),
    outcome: Type.Optional(Type.Enum(['allowed', 'denied', 'failed', 'refused'])),
    since: Type.Optional(Timestamp),
    ...listParameters,
  }),
  async run({ db, tenant, query: { limit, cursor, count, since, actor, ...filters } }) {
    const person = actor === undefined || actor.startsWith('system:') ? actor : await db.resolve(`user:${actor}`);
    if (person === null) return { items: [], next_cursor: null, total: 0 };
    const where = { ...filters, actor: person, ...(since === undefined ? {} : { at: { since } }) };
    const page = await db.page(Receipts, { where, limit, cursor, count });
    return { ...page, items: await presentReceipts(transactionOf(db), tenant, db, page.items) };
  },
});

export const getReceipt = defineQuery({
  id: 'receipt.get',
  title: 'One receipt',
  route: { method: 'GET', path: '/receipts/:id' },
  query: Strict({}),
  async run({ db, tenant, params }) {
    const [view] = await presentReceipts(transactionOf(db), tenant, db, [await db.one(Receipts, params.id ?? '')]);
    return view;
  },
});

import { defineQuery, emptyPage, Id, listOf, rangeOf, Several, Strict, Timestamp, Type, valuesOf } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { Receipts } from '../database/tables.ts';
import { presentReceipts } from './present.ts';

const receipts = listOf(Receipts, { sort: ['id'], search: ['action', 'subject_id'], people: ['actor'] });

export const listReceipts = defineQuery({
  id: 'receipt.list',
  title: 'The audit log',
  route: { method: 'GET', path: '/receipts' },
  query: Strict({
    subject_id: Type.Optional(Id),
    actor: Type.Optional(Type.String({ description: 'A handle, or system:<job>' })),
    action: Type.Optional(Several),
    outcome: Type.Optional(Type.Enum(['allowed', 'denied', 'failed', 'refused'])),
    subject_type: Type.Optional(Several),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...receipts.parameters,
  }),
  async run({ db, tenant, query: { subject_id, actor, action, outcome, subject_type, since, until, limit, cursor, count, sort, q } }) {
    const person = actor === undefined || actor.startsWith('system:') ? actor : await db.resolve(`user:${actor}`);
    if (person === null) return emptyPage({ cursor, count });
    const several = { action: valuesOf(action), subject_type: valuesOf(subject_type) };
    const where = { subject_id, outcome, actor: person, ...several, at: rangeOf({ since, until }) };
    const page = await db.page(receipts, { where, limit, cursor, count, sort, q });
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

import { defineQuery, Id, listParameters, type Reader, type ReceiptView, type Row, Strict, Timestamp, Type } from '../../sdk/index.ts';
import { Receipts } from '../database/tables.ts';

type ReceiptRow = Row<typeof Receipts>;

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
  async run({ db, query: { limit, cursor, count, since, actor, ...filters } }) {
    const person = actor === undefined || actor.startsWith('system:') ? actor : await db.userByHandle(actor);
    if (person === null) return { items: [], next_cursor: null, total: 0 };
    const where = { ...filters, actor: person, ...(since === undefined ? {} : { at: { since } }) };
    const page = await db.page(Receipts, { where, limit, cursor, count });
    return { ...page, items: await presentReceipts(db, page.items) };
  },
});

export const getReceipt = defineQuery({
  id: 'receipt.get',
  title: 'One receipt',
  route: { method: 'GET', path: '/receipts/:id' },
  query: Strict({}),
  async run({ db, params }) {
    const [view] = await presentReceipts(db, [await db.one(Receipts, params.id ?? '')]);
    return view;
  },
});

/** @param rows of the table `receipts` */
export async function presentReceipts(db: Reader, rows: readonly ReceiptRow[]): Promise<readonly ReceiptView[]> {
  const people = new Set(rows.map(({ actor }) => actor).filter((actor) => !actor.startsWith('system:')));
  const handles = await db.handles([...people]);
  return rows.map((row) => ({
    id: row.id,
    action: row.action,
    outcome: row.outcome,
    actor: handles.get(row.actor) ?? row.actor,
    subject: { type: row.subject_type, id: row.subject_id },
    seq: row.seq,
    state: { from: row.state_from, to: row.state_to },
    decision_ids: row.decision_ids,
    at: row.at,
    leaf_hash: Buffer.from(row.leaf_hash).toString('base64'),
    log_index: null,
  }));
}

import { createHash } from 'node:crypto';
import { type ColumnOf, type ColumnType, type Entity, type Listing, type Page, type PageRequest, Problem, type Where } from '../../sdk/index.ts';
import { countRows } from './aggregates.ts';
import { type Bind, type Conditions, columnOf, conditionsOf, narrowed } from './conditions.ts';
import type { Transaction } from './database.ts';
import { containing } from './search.ts';

const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;

export type Select = <R>(entity: Entity<R>, conditions: Conditions, order: string, limit: number) => Promise<R[]>;

/** One page of a list, and where the next begins. @throws Problem `invalid-input` for a cursor of another list */
export async function pageOf<R>(tx: Transaction, tenant: string, listing: Listing<R>, request: PageRequest<R>, select: Select): Promise<Page<R>> {
  const { where = {} as Where<R>, withoutReceipts, sort, q } = request;
  const { entity } = listing;
  const selected = conditionsOf(entity, tenant, { where, withoutReceipts });
  const conditions = q === undefined ? selected : containing(selected, listing, q);
  const order = sort === undefined ? NEWEST_FIRST : orderBy(listing, sort);
  // A cursor says after which row to go on, and of which list: tenant, table, filters and order.
  const list = createHash('sha256')
    .update(JSON.stringify([entity.table, conditions, order.sql]))
    .digest('base64url')
    .slice(0, 16);
  const limit = Math.min(request.limit ?? DEFAULT_PAGE, MAX_PAGE);
  const last = request.cursor === undefined ? null : decodeCursor(request.cursor, list, order.type);
  const counted = last === null && request.count !== false;
  const [rows, total] = await Promise.all([
    select(entity, last === null ? conditions : narrowed(conditions, (bind) => [order.after(last, bind)]), `ORDER BY ${order.sql}`, limit + 1),
    counted ? countRows(tx, entity, conditions) : null,
  ]);
  const items = rows.slice(0, limit);
  const end = rows.length > limit ? items.at(-1) : undefined;
  return { items, next_cursor: end ? encodeCursor(order.placeOf(end), list) : null, ...(total === null ? {} : { total }) };
}

/** Where a row stands in an order: by its value, where it is sorted by one, and then by its id. */
interface Place {
  readonly id: string;
  readonly value: string | number | null;
}

/** Total: no two rows stand in the same place, so that none is met twice or never. */
interface Order<R> {
  readonly sql: string;
  /** Of the column that it sorts by; undefined where that is the id alone. */
  readonly type: ColumnType | undefined;
  after(place: Place, bind: Bind): string;
  placeOf(row: R): Place;
}

const NEWEST_FIRST: Order<unknown> = byId(true);

function byId(descending: boolean): Order<unknown> {
  return {
    sql: `t.id ${descending ? 'DESC' : 'ASC'}`,
    type: undefined,
    after: ({ id }, bind) => `t.id ${descending ? '<' : '>'} ${bind(id)}`,
    placeOf: (row) => ({ id: idOf(row), value: null }),
  };
}

/** Rows without a value come last either way, and of those with the same the newest first. @throws TypeError for a column that is not offered */
function orderBy<R>({ entity, sort }: Listing<R>, asked: string): Order<R> {
  const descending = asked.startsWith('-');
  const column = sort.find((name) => name === (descending ? asked.slice(1) : asked));
  if (column === undefined) throw new TypeError(`the list of ${entity.type} does not offer to be sorted by "${asked}"`);
  if (column === 'id') return byId(descending);
  const type = entity.types[column];
  // By code point, so that all databases agree, and a cursor outlives an upgrade of their collations.
  const keyOf = (value: string) => (type === 'text' ? `lower(${value}) COLLATE "C"` : value);
  const key = keyOf(columnOf(entity, column));
  return {
    sql: `${key} ${descending ? 'DESC' : 'ASC'} NULLS LAST, t.id DESC`,
    type,
    after({ id, value }, bind) {
      const older = `t.id < ${bind(id)}`;
      if (value === null) return `${key} IS NULL AND ${older}`;
      const given = keyOf(`${bind(value)}::${type}`);
      return `(${key} ${descending ? '<' : '>'} ${given} OR ${key} IS NULL OR (${key} = ${given} AND ${older}))`;
    },
    placeOf: (row) => ({ id: idOf(row), value: valueIn(row, column) }),
  };
}

function idOf(row: unknown): string {
  if (typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string') return row.id;
  throw new TypeError('what is listed has an id');
}

function valueIn<R>(row: R, column: ColumnOf<R>): Place['value'] {
  const value: unknown = row[column];
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new TypeError(`a list is sorted by texts and numbers, and "${column}" is neither`);
}

function encodeCursor({ id, value }: Place, list: string): string {
  return Buffer.from(JSON.stringify([id, list, value])).toString('base64url');
}

/** What a database makes of a value that its column cannot have differs. */
function isValueOf(type: ColumnType | undefined, value: unknown): value is Place['value'] {
  if (type === 'integer' || type === 'bigint') return value === null || Number.isSafeInteger(value);
  return value === null || (typeof value === 'string' && !value.includes('\0'));
}

function decodeCursor(cursor: string, list: string, type: ColumnType | undefined): Place {
  try {
    const [id, of, value] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === list && typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id) && isValueOf(type, value)) return { id, value };
  } catch {
    // Falls through: what does not parse is no cursor of ours either.
  }
  throw new Problem('invalid-input', 'The cursor is not one of this list: take it from next_cursor and keep the filters and the order.', {
    errors: [{ path: 'cursor', message: 'is not a cursor of this list' }],
  });
}

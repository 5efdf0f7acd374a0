import type { Governed, GovernedRow } from './entity.ts';
import { listOf, type Offer, pageOf, rangeOf, statesOf, valuesOf } from './list.ts';
import { defineQuery, type Query } from './query.ts';
import type { Where } from './reader.ts';
import { Empty, Strict, Timestamp, type TObject, Type } from './schema.ts';

/** How the records of an entity are read, for `queriesOf`. */
export interface RecordReading<R> extends Offer<R> {
  /** Of the list; a record is below it, by its id: `/vendors`, `/vendors/:id`. */
  readonly path: string;
  /** Of the list, in the plural: `Vendors`. */
  readonly title: string;
  /** The columns that are answered: what it does not name stays inside. */
  readonly answer: TObject;
  /** The roles that may ask; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
}

/** The queries that a record has wherever it comes from, made by `queriesOf`. */
export interface RecordQueries {
  /** `<type>.list`, with the filters `status`, `created_since` and `created_until`. */
  readonly list: Query;
  /** `<type>.get` */
  readonly get: Query;
  /** `<type>.receipts` */
  readonly receipts: Query;
}

/**
 * List, record and receipts of an entity whose answers are its columns. A pack whose answers say more, such as who a person is,
 * declares its queries itself.
 *
 * @throws TypeError as `listOf`
 * @example
 * ```ts
 * const VendorAnswer = Type.Object({ id: Id, name: Type.String(), status: Type.String(), created_at: Timestamp });
 * const vendors = queriesOf(Vendor, {
 *   path: '/vendors',
 *   title: 'Vendors',
 *   answer: VendorAnswer,
 *   sort: ['created_at', 'name'],
 *   search: ['name'],
 * });
 * const paths = [vendors.list, vendors.get, vendors.receipts].map(({ route }) => route.path);
 * assert.deepEqual(paths, ['/vendors', '/vendors/:id', '/vendors/:id/receipts']);
 * assert.ok(accepts(vendors.list.query, { status: 'draft', sort: '-name' }));
 * ```
 */
export function queriesOf<R extends GovernedRow>(entity: Governed<R>, { path, title, answer, roles, ...offer }: RecordReading<R>): RecordQueries {
  const listing = listOf(entity, offer);
  const restricted = roles ? { roles } : {};
  const list = defineQuery({
    ...restricted,
    id: `${entity.type}.list`,
    title,
    route: { method: 'GET', path },
    query: Strict({
      status: Type.Optional(statesOf(entity)),
      created_since: Type.Optional(Timestamp),
      created_until: Type.Optional(Timestamp),
      ...listing.parameters,
    }),
    answer: pageOf(answer),
    async run({ db, query: { status, created_since, created_until, ...asked } }) {
      const created_at = rangeOf({ since: created_since, until: created_until });
      // Every governed row has both, R's too, which the compiler cannot see of a type that it does not know yet.
      const where = { status: valuesOf(status), created_at } satisfies Where<GovernedRow> as Where<R>;
      const page = await db.page(listing, { ...asked, where });
      return { ...page, items: page.items.map((row) => present(answer, row)) };
    },
  });
  const get = defineQuery({
    ...restricted,
    id: `${entity.type}.get`,
    title: `${title}: one of them`,
    route: { method: 'GET', path: `${path}/:id` },
    query: Empty,
    answer,
    run: async ({ db, params: { id = '' } }) => present(answer, await db.one(entity, id)),
  });
  return { list, get, receipts: receiptsOf(entity, { path, title: `${title}: the receipts of one`, ...restricted }) };
}

/**
 * The receipts of a record, oldest first, below its own path: for a pack that declares the record's other queries itself.
 *
 * @param entity what the records are; `path` is that of their list, `/vendors`
 * @example
 * ```ts
 * const receipts = receiptsOf(Vendor, { path: '/vendors', title: 'The receipts of a vendor', roles: ['auditor'] });
 * assert.equal(receipts.id, 'vendors.vendor.receipts');
 * assert.equal(receipts.route.path, '/vendors/:id/receipts');
 * ```
 */
export function receiptsOf<R extends GovernedRow>(
  entity: Governed<R>,
  { path, ...described }: { readonly path: string; readonly title: string; readonly roles?: readonly string[] },
): Query {
  return defineQuery({
    ...described,
    id: `${entity.type}.receipts`,
    route: { method: 'GET', path: `${path}/:id/receipts` },
    query: Empty,
    async run({ db, params }) {
      const { id } = await db.one(entity, params.id ?? '');
      const items = await db.receipts(entity, id);
      return { items, next_cursor: null, total: items.length };
    },
  });
}

/**
 * Of a row, what the schema of an answer names: what it does not name stays inside.
 *
 * @example
 * ```ts
 * const VendorAnswer = Type.Object({ id: Id, name: Type.String() });
 * assert.deepEqual(present(VendorAnswer, vendor), { id: vendor.id, name: 'Globex' });
 * ```
 */
export function present(answer: TObject, row: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name in answer.properties));
}

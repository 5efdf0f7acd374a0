import type { ColumnType, Entity, Governed } from './entity.ts';
import { assertKeys, type Keys } from './known-keys.ts';
import type { ColumnOf, Page, TimeRange } from './reader.ts';
import { Nullable, Strict, type TSchema, Type } from './schema.ts';

/** The query parameters that every list takes beside its filters. */
const listParameters = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Items a page, 50 unless said' })),
  cursor: Type.Optional(Type.String({ description: 'next_cursor of the page before' })),
  count: Type.Optional(Type.Boolean({ description: 'false leaves out the total' })),
};

/** What a list offers beside its filters. */
export interface Offer<Row> {
  /** What it may be sorted by, either way; `id` is by age, and costs nothing however long the list is. */
  readonly sort: readonly [ColumnOf<Row>, ...ColumnOf<Row>[]];
  /** Where `q` looks: for its words in texts, personal ones too, and for the beginnings of ids. The row's own id is always looked at. */
  readonly search: readonly ColumnOf<Row>[];
  /** Columns that hold a person's id, who is found by handle, and texts that may hold `system:<job>` in its place. */
  readonly people?: readonly ColumnOf<Row>[];
  /** Columns that hold a list of objects, each with the member of these that is a text. */
  readonly within?: readonly (readonly [column: ColumnOf<Row>, member: string])[];
}

/** Rows of an entity as a list shows them, made by `listOf`: sorted and searched by what it offers, and by nothing else. */
export interface Listing<Row> extends Required<Offer<Row>> {
  readonly entity: Entity<Row>;
  /** For the schema of the query: `limit`, `cursor`, `count`, `sort` and `q`. */
  readonly parameters: ReturnType<typeof parametersOf>;
}

/** Words that `q` may have: each is a condition of its own. */
const MAX_WORDS = 8;

const SORTABLE: ReadonlySet<ColumnType | undefined> = new Set(['text', 'uuid', 'integer', 'bigint', 'numeric', 'timestamptz(3)']);
const SEARCHABLE: ReadonlySet<ColumnType | undefined> = new Set(['text', 'uuid']);

const OFFER_KEYS: Keys<Offer<never>> = { sort: 'required', search: 'required', people: 'optional', within: 'optional' };

/**
 * What a list may be sorted by and searched in, for `db.page`. Whoever may read the list may search all that it is said to look
 * in: name no column that its answers do not show.
 *
 * @throws TypeError for a key that it does not have, and for a column that cannot be sorted by, since it is personal, say, or that cannot be searched
 * @example
 * ```ts
 * const vendors = listOf(Vendor, { sort: ['created_at', 'name'], search: ['name', 'country'], people: ['owner_id'] });
 * const query = Strict({ status: Type.Optional(statesOf(Vendor)), ...vendors.parameters });
 * assert.ok(accepts(query, { status: 'draft,active', sort: '-name', q: 'glo nl', limit: 50 }));
 * assert.ok(!accepts(query, { sort: 'country' }), 'what is not offered is refused');
 * assert.throws(() => listOf(Review, { sort: ['comment'], search: [] }), { message: 'vendors.review cannot be sorted by "comment"' });
 * ```
 */
export function listOf<Row>(entity: Entity<Row>, offer: Offer<Row>): Listing<Row> {
  assertKeys(`list of ${entity.type}`, 'a list', OFFER_KEYS, offer);
  const { sort, search, people = [], within = [] } = offer;
  const unsortable = sort.find((column) => !SORTABLE.has(entity.types[column]) || entity.personal.includes(column));
  if (unsortable !== undefined) throw new TypeError(`${entity.type} cannot be sorted by "${unsortable}"`);
  const unsearchable = [...search, ...people].find((column) => !SEARCHABLE.has(entity.types[column]));
  if (unsearchable !== undefined) throw new TypeError(`${entity.type} cannot be searched by "${unsearchable}"`);
  const unlisted = within.find(([column, member]) => entity.types[column] !== 'jsonb' || !/^[a-z_]+$/.test(member));
  if (unlisted !== undefined) throw new TypeError(`${entity.type} holds no list in "${unlisted[0]}" whose members have a "${unlisted[1]}"`);
  const searched = [...search, ...people, ...within.map(([, member]) => member)];
  return Object.freeze({ entity, sort, search, people, within, parameters: parametersOf(sort, searched) });
}

function parametersOf(sort: readonly string[], searched: readonly string[]) {
  const places = [...searched.map((column) => column.replace(/_id$/, '')), 'the beginning of the id'].join(', ');
  return {
    ...listParameters,
    sort: Type.Optional(
      Type.Enum(
        sort.flatMap((column) => [column, `-${column}`]),
        { description: 'Ascending, or descending with -; newest first unless said' },
      ),
    ),
    q: Type.Optional(
      Type.String({
        maxLength: 200,
        pattern: `^\\s*(\\S+(\\s+\\S+){0,${MAX_WORDS - 1}}\\s*)?$`,
        description: `up to ${MAX_WORDS} words, each to be found in ${places}`,
      }),
    ),
  };
}

/**
 * A filter that takes `a,b` of anything. `valuesOf` takes it apart.
 *
 * @example
 * ```ts
 * const filters = Strict({ country: Type.Optional(Several) });
 * assert.ok(accepts(filters, { country: 'NL,BE' }));
 * ```
 */
export const Several = Type.String({ description: 'One or several, separated by commas' });

/**
 * A filter that takes `a,b` of a closed set. `x-summit-values` names it for whoever makes a choice of it.
 *
 * @throws TypeError for a value that is more than letters, digits, `_` and `-`
 * @example
 * ```ts
 * const verdict = severalOf(['fit', 'unfit']);
 * assert.ok(accepts(verdict, 'fit, unfit') && !accepts(verdict, 'perhaps'));
 * assert.throws(() => severalOf(['fit, at a price']), /is no value for a filter/);
 * ```
 */
export function severalOf(values: readonly string[]) {
  const odd = values.find((value) => !/^[\w-]+$/.test(value));
  if (odd !== undefined) throw new TypeError(`"${odd}" is no value for a filter: letters, digits, _ and - alone`);
  const one = `\\s*(${values.join('|')})\\s*`;
  return Type.String({
    pattern: `^${one}(,${one})*$`,
    description: `one or several of ${values.join(', ')}, separated by commas`,
    'x-summit-values': values,
  });
}

/**
 * A filter by status: one or several of the states of an entity.
 *
 * @example
 * ```ts
 * const filters = Strict({ status: Type.Optional(statesOf(Vendor)) });
 * assert.ok(accepts(filters, { status: 'draft,active' }));
 * assert.ok(!accepts(filters, { status: 'deleted' }));
 * ```
 */
export function statesOf({ transitions }: Pick<Governed<never>, 'transitions'>) {
  return severalOf(Object.keys(transitions));
}

/**
 * `a,b` as a list of values, for `Where`; undefined where it is not given, which filters by nothing.
 *
 * @example
 * ```ts
 * assert.deepEqual(valuesOf('NL, BE'), ['NL', 'BE']);
 * assert.equal(valuesOf(undefined), undefined);
 * ```
 */
export function valuesOf(parameter: string | undefined): readonly string[] | undefined {
  return parameter?.split(',').map((value) => value.trim());
}

/**
 * The bounds that are given, for `Where`; undefined where none is, which filters by nothing.
 *
 * @example
 * ```ts
 * assert.deepEqual(rangeOf({ since: '2026-11-01T00:00:00Z', until: undefined }), { since: '2026-11-01T00:00:00Z' });
 * assert.equal(rangeOf({ since: undefined, until: undefined }), undefined);
 * ```
 */
export function rangeOf(bounds: { readonly [Bound in keyof TimeRange]: string | undefined }): TimeRange | undefined {
  const given = Object.entries(bounds).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/**
 * The path of a list with these filters, encoded; those that are undefined are left out.
 *
 * @example
 * ```ts
 * assert.equal(pathTo('/vendors', { q: 'Globex & Sons', status: undefined, count: false }), '/vendors?q=Globex%20%26%20Sons&count=false');
 * ```
 */
export function pathTo(path: string, filters: Readonly<Record<string, string | boolean | undefined>>): string {
  const given = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`]));
  return given.length === 0 ? path : `${path}?${given.join('&')}`;
}

/**
 * What a list answers, as `db.page` gives it: for the `answer` of its query. Only the first page says how many there are.
 *
 * @param item the schema of one item, whose fields become columns of the Switchboard's table
 * @example
 * ```ts
 * const answer = pageOf(Strict({ id: Id, name: Type.String() }));
 * const items = [{ id: vendor.id, name: vendor.name }];
 * assert.ok(accepts(answer, { items, next_cursor: 'opaque', total: 51 }));
 * assert.ok(accepts(answer, { items, next_cursor: null }), 'a page after the first has no total');
 * ```
 */
export function pageOf(item: TSchema) {
  return Strict({ items: Type.Array(item), next_cursor: Nullable(Type.String()), total: Type.Optional(Type.Integer({ minimum: 0 })) });
}

/**
 * The page of a list on which nothing can be, as where a filter names somebody whom nobody knows: with a total where `db.page` would give one.
 *
 * @example
 * ```ts
 * assert.deepEqual(emptyPage({}), { items: [], next_cursor: null, total: 0 });
 * assert.deepEqual(emptyPage({ count: false }), { items: [], next_cursor: null });
 * ```
 */
export function emptyPage({ cursor, count }: { readonly cursor?: string | undefined; readonly count?: boolean | undefined }): Page<never> {
  return { items: [], next_cursor: null, ...(cursor === undefined && count !== false ? { total: 0 } : {}) };
}

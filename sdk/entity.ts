import { defineEntity, type EntitySchema, p } from '@mikro-orm/core';
import { assertKeys, type Keys } from './known-keys.ts';

/** One column: its MikroORM property, and the TypeScript type of what a row holds. Made by `field`. */
export interface Field<T> {
  readonly property: () => Columnar;
  readonly columnType: ColumnType;
  /** What the row holds is a commitment; the value can be erased. */
  readonly personal: boolean;
  /** Never there: it tells the compiler what a row holds. */
  readonly type?: T;
}

/** The type of a column, as PostgreSQL calls it. */
export type ColumnType = 'text' | 'uuid' | 'integer' | 'bigint' | 'numeric' | 'boolean' | 'timestamptz(3)' | 'text[]' | 'uuid[]' | 'jsonb' | 'bytea';

type Fields = Record<string, Field<unknown>>;
type RowOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** What is used of MikroORM's property builders. */
interface Columnar {
  columnType(type: string): Columnar;
  nullable(): Columnar;
  primary(): Columnar;
}

function column<T>(property: () => Columnar, columnType: ColumnType, personal = false): Field<T> {
  return Object.freeze({ property: () => property().columnType(columnType), columnType, personal });
}

/**
 * The types of columns that a pack may have. Money and quantities are decimal strings, times are RFC 3339 strings. The same
 * columns, in SQL, stand in the pack's migration.
 *
 * @example
 * ```ts
 * const Supplier = governed({
 *   type: 'vendors.supplier',
 *   table: 'suppliers',
 *   fields: { tier: field.text<'gold' | 'silver'>(), spend: field.decimal(), contact: field.personal(), audited_at: optional(field.timestamp()) },
 *   transitions: { open: ['open'] },
 * });
 * assert.equal(Supplier.types.spend, 'numeric');
 * assert.deepEqual(Supplier.personal, ['contact']);
 * ```
 */
export const field = Object.freeze({
  /** Business text, such as a name of a product. Name its values where they are a closed set: `field.text<Tier>()`. */
  text: <T extends string = string>() => column<T>(p.string, 'text'),
  /** An id: of another row, of a person. */
  uuid: () => column<string>(p.string, 'uuid'),
  /** Whole, of 32 bits. */
  integer: () => column<number>(p.integer, 'integer'),
  /** Whole, up to 2⁵³: a count or a duration. Money and quantities are decimals. */
  bigint: () => column<number>(p.integer, 'bigint'),
  /** A decimal string, exact: money, quantities, percentages. */
  decimal: () => column<string>(p.string, 'numeric'),
  boolean: () => column<boolean>(p.boolean, 'boolean'),
  /** RFC 3339 UTC with milliseconds. A day or a month is a text. */
  timestamp: () => column<string>(p.string, 'timestamptz(3)'),
  texts: () => column<readonly string[]>(p.array, 'text[]'),
  uuids: () => column<readonly string[]>(p.array, 'uuid[]'),
  /** JSON as it is kept: the members of its objects come back in another order. Its numbers are whole, any other is a decimal string. */
  json: <T>() => column<T>(p.json, 'jsonb'),
  /** Free text or a name: the row holds a salted commitment, the value itself is an erasable disclosure. Null once erased. */
  personal: () => column<string | null>(p.string, 'text', true),
});

/**
 * A column of bytes, for the tables of the kernel: a receipt binds its rows as JSON, which has none.
 *
 * @internal
 */
export function bytesField(): Field<Uint8Array> {
  return column(p.string, 'bytea');
}

/**
 * A column that may be null. A row has it all the same: `create` is given null where there is no value.
 *
 * @example
 * ```ts
 * const expires_at = optional(field.timestamp());
 * const Grant = insertOnly({ type: 'vendors.grant', table: 'vendor_grants', fields: { vendor_id: field.uuid(), expires_at } });
 * const grant = insert(Grant, at, { id: at.newId(), vendor_id: vendor.id, expires_at: null });
 * assert.equal(grant.row.expires_at, null);
 * ```
 */
export function optional<T>(of: Field<T>): Field<T | null> {
  return Object.freeze({ ...of, property: () => of.property().nullable() });
}

const insertOnlyFields = {
  tenant_id: field.text(),
  id: field.uuid(),
  created_at: field.timestamp(),
};

const governedFields = {
  ...insertOnlyFields,
  status: field.text(),
  version: field.integer(),
  updated_at: field.timestamp(),
};

/** What every row has: `tenant_id` (a slug), `id` (UUIDv7) and `created_at` (RFC 3339 UTC). */
export type InsertOnlyRow = RowOf<typeof insertOnlyFields>;
/**
 * What the row of every governed entity has besides: `status`, one of its states; `version`, from 1, up by one with each
 * change; and `updated_at` (RFC 3339 UTC).
 */
export type GovernedRow = RowOf<typeof governedFields>;

/** From each state, the states that an action may lead to. A state with no way on is final and seals its subject. */
export type Transitions = Readonly<Record<string, readonly string[]>>;

/** What a table holds, made by `governed` or `insertOnly`. A pack names it in its `entities`. */
export interface Entity<Row = InsertOnlyRow> {
  /** Tables of the kind `kernel` are the kernel's own. */
  readonly kind: 'governed' | 'insert-only' | 'kernel';
  /** The type's public name, as in receipts, graph nodes and policy input: `high-risk-ops.request`. */
  readonly type: string;
  readonly table: string;
  /** By name, those that every row has first. */
  readonly columns: readonly string[];
  readonly types: Readonly<Record<string, ColumnType>>;
  /** The columns whose values can be erased. */
  readonly personal: readonly string[];
  /** As MikroORM knows it. */
  readonly schema: EntitySchema;
  /** What a graph node of this type is called, from its first row on; none, and its rows are no nodes. */
  label?(row: Row): string;
  /** null where rows have no states. */
  readonly transitions: Transitions | null;
}

/** An entity whose every change is a subject of some action. */
export interface Governed<Row = GovernedRow> extends Entity<Row> {
  readonly kind: 'governed';
  readonly transitions: Transitions;
  /**
   * Claimed when a subject takes them, and free again when it gives them up; `db.byKey` finds the subject. Of two that want
   * one, the second is a `conflict`.
   */
  keysOf?(row: Row): NaturalKeys;
}

/**
 * By name, what no two subjects of the tenant have in common, such as an id in another system: the values that make it
 * up, or null where the row has none. They may be personal, since the kernel keeps no more than a digest of them.
 */
export type NaturalKeys = Readonly<Record<string, readonly string[] | null>>;

/** What a row of an entity holds: `Row<typeof Vendor>`. */
export type Row<E> = E extends Entity<infer R> ? R : never;

/** What every entity declares. */
interface Declaration<F extends Fields, Base> {
  /** `<pack>.<thing>`, as in receipts, graph nodes and policy input. */
  type: string;
  /** snake_case, at most 40 characters; made by a migration of the pack. */
  table: string;
  fields: F;
  /** What a node of the graph is called; without it, rows are no nodes. Of personal values nothing: the graph keeps it. */
  label?(row: Base & RowOf<F>): string;
}

type Naming = Declaration<Fields, unknown>;

const ROW_KEYS: Keys<Naming> = { type: 'required', table: 'required', fields: 'required', label: 'optional' };
const GOVERNED_KEYS: Keys<Naming & { transitions: Transitions; keysOf?: unknown }> = { ...ROW_KEYS, transitions: 'required', keysOf: 'optional' };

/**
 * A business entity with `status` and `version`, changed by actions alone: its table, made by `governedTable`, refuses any
 * state that no receipt witnesses.
 *
 * @throws TypeError for a key that it does not have, and where the table of transitions leads to a state that it does not list
 * @example
 * ```ts
 * const Contract = governed({
 *   type: 'vendors.contract',
 *   table: 'vendor_contracts',
 *   fields: { vendor_id: field.uuid(), number: field.text(), value: field.decimal(), currency: field.text() },
 *   // A change that keeps the state needs a way too: `signed` may be amended, `ended` is final.
 *   transitions: { draft: ['signed'], signed: ['signed', 'ended'], ended: [] },
 *   label: ({ number }) => number,
 *   keysOf: ({ number }) => ({ number: [number] }),
 * });
 * assert.deepEqual(Contract.columns.slice(0, 6), ['tenant_id', 'id', 'created_at', 'status', 'version', 'updated_at']);
 *
 * const lost = { type: 'vendors.lost', table: 'lost', fields: {}, transitions: { open: ['closed'] } };
 * assert.throws(() => governed(lost), /the transition open → closed leads to a state that the table does not list/);
 * ```
 */
export function governed<const F extends Fields>(
  declaration: Declaration<F, GovernedRow> & { transitions: Transitions; keysOf?(row: GovernedRow & RowOf<F>): NaturalKeys },
): Governed<GovernedRow & RowOf<F>> {
  assertKeys(`entity ${declaration.type}`, 'a governed entity', GOVERNED_KEYS, declaration);
  const { transitions, keysOf } = declaration;
  for (const [from, targets] of Object.entries(transitions)) {
    const unknown = targets.find((to) => !(to in transitions));
    if (unknown !== undefined) {
      throw new TypeError(`${declaration.type}: the transition ${from} → ${unknown} leads to a state that the table does not list`);
    }
  }
  return Object.freeze({ ...declare(declaration, governedFields), kind: 'governed' as const, transitions, ...(keysOf ? { keysOf } : {}) });
}

/**
 * An entity whose rows are written once: executions, revisions, readings. Its table is made by `insertOnlyTable`. What changes,
 * or has states, is `governed`.
 *
 * @throws TypeError for a key that it does not have
 * @example
 * ```ts
 * const Finding = insertOnly({
 *   type: 'vendors.finding',
 *   table: 'vendor_findings',
 *   fields: { vendor_id: field.uuid(), severity: field.text<'low' | 'high'>(), note: field.personal() },
 * });
 * assert.equal(Finding.transitions, null);
 * assert.deepEqual(Finding.columns.slice(0, 3), ['tenant_id', 'id', 'created_at']);
 * ```
 */
export function insertOnly<const F extends Fields>(declaration: Declaration<F, InsertOnlyRow>): Entity<InsertOnlyRow & RowOf<F>> {
  assertKeys(`entity ${declaration.type}`, 'an insert-only entity', ROW_KEYS, declaration);
  return Object.freeze({ ...declare(declaration, insertOnlyFields), kind: 'insert-only' as const, transitions: null });
}

/**
 * A table of the kernel's own (receipts, edges, outbox), which has only the columns it names. What a pack keeps is governed or
 * insert-only, or it would have no receipt.
 *
 * @internal
 */
export function kernelTable<const F extends Fields>(declaration: { table: string; key: readonly string[]; fields: F }): Entity<RowOf<F>> {
  return Object.freeze({
    ...declare<F, unknown>({ ...declaration, type: declaration.table }, {}, declaration.key),
    kind: 'kernel' as const,
    transitions: null,
  });
}

function declare<F extends Fields, Base>(declaration: Declaration<F, Base>, base: Fields, key = ['tenant_id', 'id'] as readonly string[]) {
  const fields: Fields = { ...base, ...declaration.fields };
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, { property }]) => [name, key.includes(name) ? property().primary() : property()]),
  );
  return {
    type: declaration.type,
    table: declaration.table,
    columns: Object.freeze(Object.keys(fields)),
    types: Object.freeze(Object.fromEntries(Object.entries(fields).map(([name, { columnType }]) => [name, columnType]))),
    personal: Object.freeze(Object.keys(fields).filter((name) => fields[name]?.personal)),
    schema: defineEntity({ name: declaration.type, tableName: declaration.table, properties }) as EntitySchema,
    ...(declaration.label ? { label: declaration.label } : {}),
  };
}

/**
 * Whether no way leads on from a state: the kernel then seals the subject.
 *
 * @internal
 */
export function isFinal(entity: Governed, status: string): boolean {
  return entity.transitions[status]?.length === 0;
}

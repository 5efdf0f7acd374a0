import { defineEntity, type EntitySchema, p } from '@mikro-orm/core';
import { assertKeys, type Keys } from './known-keys.ts';

/** One column: its MikroORM property, and the TypeScript type of what a row holds. */
export interface Field<T> {
  readonly property: () => Columnar;
  readonly columnType: ColumnType;
  readonly personal: boolean;
  readonly type?: T;
}

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

/** The column types that a pack may use. Money and quantities are decimal strings, times are RFC 3339 strings. */
export const field = Object.freeze({
  text: <T extends string = string>() => column<T>(p.string, 'text'),
  uuid: () => column<string>(p.string, 'uuid'),
  integer: () => column<number>(p.integer, 'integer'),
  /** Up to 2⁵³: a count or a duration. Money and quantities are decimals. */
  bigint: () => column<number>(p.integer, 'bigint'),
  decimal: () => column<string>(p.string, 'numeric'),
  boolean: () => column<boolean>(p.boolean, 'boolean'),
  timestamp: () => column<string>(p.string, 'timestamptz(3)'),
  texts: () => column<readonly string[]>(p.array, 'text[]'),
  uuids: () => column<readonly string[]>(p.array, 'uuid[]'),
  json: <T>() => column<T>(p.json, 'jsonb'),
  /** Free text or a name: the row holds a salted commitment, the value itself is an erasable disclosure. Null once erased. */
  personal: () => column<string | null>(p.string, 'text', true),
  bytes: () => column<Uint8Array>(p.string, 'bytea'),
});

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

export type InsertOnlyRow = RowOf<typeof insertOnlyFields>;
export type GovernedRow = RowOf<typeof governedFields>;

/** From each state, the states that an action may lead to. A state with no way on is final and seals its subject. */
export type Transitions = Readonly<Record<string, readonly string[]>>;

export interface Entity<Row = InsertOnlyRow> {
  readonly kind: 'governed' | 'insert-only' | 'kernel';
  /** The type's public name, as in receipts, graph nodes and policy input: `high-risk-ops.request`. */
  readonly type: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly types: Readonly<Record<string, ColumnType>>;
  readonly personal: readonly string[];
  readonly schema: EntitySchema;
  /** What a graph node of this type is called, from its first row on; none, and its rows are no nodes. */
  label?(row: Row): string;
  readonly transitions: Transitions | null;
}

/** An entity whose every change is a subject of some action. */
export interface Governed<Row = GovernedRow> extends Entity<Row> {
  readonly kind: 'governed';
  readonly transitions: Transitions;
  keysOf?(row: Row): NaturalKeys;
}

/**
 * By name, what no two subjects of the tenant have in common, such as an id in another system: the values that make it
 * up, or null where the row has none. They may be personal, since the kernel keeps no more than a digest of them.
 */
export type NaturalKeys = Readonly<Record<string, readonly string[] | null>>;

export type Row<E> = E extends Entity<infer R> ? R : never;

interface Declaration<F extends Fields, Base> {
  type: string;
  table: string;
  fields: F;
  label?(row: Base & RowOf<F>): string;
}

type Naming = Declaration<Fields, unknown>;

const ROW_KEYS: Keys<Naming> = { type: 'required', table: 'required', fields: 'required', label: 'optional' };
const GOVERNED_KEYS: Keys<Naming & { transitions: Transitions; keysOf?: unknown }> = { ...ROW_KEYS, transitions: 'required', keysOf: 'optional' };

/**
 * A business entity with `status` and `version`. Its table refuses any state that no receipt witnesses.
 * @throws TypeError for a key that it does not have, and where the table of transitions leads to a state it does not list
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

/** An entity whose rows are written once: approvals, executions, revisions, readings. @throws TypeError for a key that it does not have */
export function insertOnly<const F extends Fields>(declaration: Declaration<F, InsertOnlyRow>): Entity<InsertOnlyRow & RowOf<F>> {
  assertKeys(`entity ${declaration.type}`, 'an insert-only entity', ROW_KEYS, declaration);
  return Object.freeze({ ...declare(declaration, insertOnlyFields), kind: 'insert-only' as const, transitions: null });
}

/** A table of the kernel's own (receipts, edges, outbox), which has only the columns it names. */
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

export function isFinal(entity: Governed, status: string): boolean {
  return entity.transitions[status]?.length === 0;
}

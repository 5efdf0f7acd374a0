import type { MikroORM } from '@mikro-orm/postgresql';
import type { Entity } from '../sdk/index.ts';
import type { Transaction } from './database/database.ts';
import { LogQueue } from './database/log-tables.ts';

/** Values by column. */
export type Row = Readonly<Record<string, unknown>>;

/** Rows to insert into one table; new versions of governed rows, each guarded by the version before it; what to delete or forget. */
export type TableWrite =
  | { readonly kind: 'insert'; readonly entity: Entity<never>; readonly rows: readonly Row[] }
  | { readonly kind: 'update'; readonly entity: Entity<never>; readonly set: readonly string[]; readonly rows: readonly Row[] }
  /** Rows that one subject alone may have, and may have already, or take from the one that gives it up (`former_id`): each fails where another has it. */
  | { readonly kind: 'claim'; readonly entity: Entity<never>; readonly rows: readonly Row[] }
  /** Rows of the kernel's own, by their primary key. */
  | { readonly kind: 'delete'; readonly entity: Entity<never>; readonly rows: readonly Row[] }
  /** Forgets the values of disclosures, each by its commitment. */
  | { readonly kind: 'erase'; readonly entity: Entity<never>; readonly rows: readonly Row[] };

/** Writes everything in one statement and commits. @throws the database's error, or SU003 where a guard hit no row */
export type Writer = (tx: Transaction, tenant: string, writes: readonly TableWrite[]) => Promise<void>;

/** So many rows of a table are parameters, a value each, which PostgreSQL reads fastest; more travel as one JSON document. */
const MAX_PARAMETER_ROWS = 8;

interface Column {
  readonly name: string;
  readonly type: string;
}

/** A write whose columns are known by MikroORM's metadata. */
type TypedWrite = TableWrite & { readonly columns: readonly Column[] };

/**
 * Makes the one statement of an action: a CTE for each table, closed by the check that every guarded update hit its row.
 * Statements are few (one for each set of tables and their numbers of rows), so each is built and prepared once.
 * @param committed is told how many receipts wait for the log now
 */
export function createWriter(orm: MikroORM, committed: (tenant: string, receipts: number) => void): Writer {
  const statements = new Map<string, string>();
  const columnsOf = columnReader(orm);
  return async (tx, tenant, writes) => {
    const used = writes.filter(({ rows }) => rows.length > 0).map((write): TypedWrite => ({ ...write, columns: columnsOf(write) }));
    if (used.length === 0) return;
    const shape = used.map(shapeOf).join();
    let text = statements.get(shape);
    if (text === undefined) {
      text = statementOf(used);
      statements.set(shape, text);
    }
    const guarded = used.reduce((count, { kind, rows }) => (GUARDED.has(kind) ? count + rows.length : count), 0);
    const values: unknown[] = [tenant, guarded];
    for (const write of used) addParameters(write, values);
    await tx.commitWith(text, values);
    const receipts = writes.find(({ entity }) => entity === LogQueue)?.rows.length ?? 0;
    if (receipts > 0) committed(tenant, receipts);
  };
}

function shapeOf(write: TypedWrite): string {
  const rows = write.rows.length > MAX_PARAMETER_ROWS ? '*' : write.rows.length;
  if (write.kind === 'update') return `${rows}~${write.entity.table}(${write.set})`;
  return `${rows}${SIGN[write.kind]}${write.entity.table}`;
}

const SIGN = { insert: '+', claim: '=', delete: '-', erase: '!' } as const;

function statementOf(writes: readonly TypedWrite[]): string {
  let next = 3;
  const ctes = writes.map((write, index) => {
    const source = sourceOf(write, next);
    next += parameterCount(write);
    return `w${index} AS (${CTE[write.kind](write, source)})`;
  });
  const updated = writes.flatMap(({ kind }, index) => (GUARDED.has(kind) ? [`(SELECT count(*) FROM w${index})`] : []));
  return `WITH ${ctes.join(',\n')}\nSELECT summit_expect(${updated.join(' + ') || '0'}, $2::bigint) WHERE $1::text IS NOT NULL`;
}

const CTE = { insert: insertFrom, update: updateFrom, claim: claimFrom, delete: deleteFrom, erase: eraseFrom } as const;

/** Of a claim, no column of its table: who gives the row up in the same action; null for nobody. */
const FORMER = 'former_id';

/** Those that must hit as many rows as they have. */
const GUARDED: ReadonlySet<TableWrite['kind']> = new Set(['update', 'claim']);

function insertFrom({ entity, columns }: TypedWrite, source: string): string {
  const names = columns.map(({ name }) => quote(name));
  return `INSERT INTO ${entity.table} (tenant_id, ${names.join(', ')}) SELECT $1, ${names.map((name) => `x.${name}`).join(', ')} FROM ${source}`;
}

function updateFrom({ entity, columns }: TypedWrite, source: string): string {
  const set = columns.filter(({ name }) => name !== 'id').map(({ name }) => `${quote(name)} = x.${quote(name)}`);
  return `UPDATE ${entity.table} t SET ${set.join(', ')} FROM ${source} WHERE t.tenant_id = $1 AND t.id = x.id AND t.version = x.version - 1 RETURNING 1`;
}

function claimFrom(write: TypedWrite, source: string): string {
  const inserted = { ...write, columns: write.columns.filter(({ name }) => name !== FORMER) };
  return `${insertFrom(inserted, source)} ON CONFLICT (tenant_id, type, name, digest) DO UPDATE SET subject_id = EXCLUDED.subject_id
    WHERE natural_keys.subject_id IN (SELECT EXCLUDED.subject_id UNION ALL SELECT x.${FORMER}::uuid FROM ${source}
      WHERE (x.type, x.name, x.digest) = (EXCLUDED.type, EXCLUDED.name, EXCLUDED.digest)) RETURNING 1`;
}

function deleteFrom({ entity, columns }: TypedWrite, source: string): string {
  const key = columns.map(({ name }) => `t.${quote(name)} = x.${quote(name)}`);
  return `DELETE FROM ${entity.table} t USING ${source} WHERE t.tenant_id = $1 AND ${key.join(' AND ')}`;
}

function eraseFrom({ entity }: TypedWrite, source: string): string {
  return `UPDATE ${entity.table} t SET salt = NULL, value = NULL FROM ${source} WHERE t.tenant_id = $1 AND t.commitment = x.commitment`;
}

function sourceOf({ rows, columns }: TypedWrite, first: number): string {
  if (rows.length > MAX_PARAMETER_ROWS) {
    return `json_to_recordset($${first}::json) AS x(${columns.map(({ name, type }) => `${quote(name)} ${type}`).join(', ')})`;
  }
  const tuples = rows.map((_, row) => `(${columns.map(({ type }, column) => `$${first + row * columns.length + column}::${type}`).join(', ')})`);
  return `(VALUES ${tuples.join(', ')}) AS x(${columns.map(({ name }) => quote(name)).join(', ')})`;
}

function parameterCount({ rows, columns }: TypedWrite): number {
  return rows.length > MAX_PARAMETER_ROWS ? 1 : rows.length * columns.length;
}

function addParameters({ rows, columns }: TypedWrite, values: unknown[]): void {
  if (rows.length > MAX_PARAMETER_ROWS) {
    values.push(JSON.stringify(rows.map((row) => cellsOf(row, columns))));
    return;
  }
  for (const row of rows) {
    for (const { name, type } of columns) {
      const value = row[name] ?? null;
      values.push(type === 'jsonb' && value !== null ? JSON.stringify(value) : value);
    }
  }
}

/** What of a row its table keeps; bytes as the text that PostgreSQL takes for them. */
function cellsOf(row: Row, columns: readonly Column[]): Row {
  const cells: Record<string, unknown> = {};
  for (const { name } of columns) {
    const value = row[name];
    cells[name] = value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value;
  }
  return cells;
}

/** The tenant is a parameter of its own; an update sets what changes and finds its row by id. */
function columnReader(orm: MikroORM): (write: TableWrite) => readonly Column[] {
  const known = new Map<Entity<never>, Map<string, readonly Column[]>>();
  return (write) => {
    const { entity } = write;
    const columnsFor = write.kind === 'update' ? `update ${write.set}` : write.kind;
    const ofEntity = known.get(entity) ?? new Map<string, readonly Column[]>();
    known.set(entity, ofEntity);
    let columns = ofEntity.get(columnsFor);
    if (columns === undefined) {
      const { props, primaryKeys } = orm.getMetadata().get(entity.schema.meta.class);
      const types = new Map(props.map((prop) => [prop.name, prop.columnTypes[0] ?? 'text']));
      const names = namesOf(write, primaryKeys);
      columns = names.map((name) => ({ name, type: types.get(name) ?? 'text' }));
      ofEntity.set(columnsFor, columns);
    }
    return columns;
  };
}

function namesOf(write: TableWrite, primaryKeys: readonly string[]): readonly string[] {
  if (write.kind === 'erase') return ['commitment'];
  if (write.kind === 'delete') return primaryKeys.filter((name) => name !== 'tenant_id');
  if (write.kind === 'update') return ['id', 'status', 'version', 'updated_at', ...write.set];
  const columns = write.entity.columns.filter((name) => name !== 'tenant_id');
  return write.kind === 'claim' ? [...columns, FORMER] : columns;
}

function quote(name: string): string {
  return `"${name}"`;
}

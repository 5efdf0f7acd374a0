import type { MikroORM } from '@mikro-orm/postgresql';
import type { Entity } from '../sdk/index.ts';
import type { Transaction } from './database/database.ts';

/** Rows to insert into one table, or new versions of governed rows, each guarded by the version before it. */
export type TableWrite =
  | { readonly kind: 'insert'; readonly entity: Entity<never>; readonly rows: readonly object[] }
  | { readonly kind: 'update'; readonly entity: Entity<never>; readonly set: readonly string[]; readonly rows: readonly object[] };

/** Writes everything in one statement and commits. @throws the database's error, or SU003 where a guard hit no row */
export type Writer = (tx: Transaction, tenant: string, writes: readonly TableWrite[]) => Promise<void>;

/**
 * Makes the one statement of an action: a CTE for each table, its rows one json parameter, closed by the check that
 * every guarded update hit its row. Statements are few (one for each set of tables), so each is built once.
 */
export function createWriter(orm: MikroORM): Writer {
  const statements = new Map<string, string>();
  return (tx, tenant, writes) => {
    const used = writes.filter(({ rows }) => rows.length > 0);
    const shape = used.map((write) => (write.kind === 'insert' ? `+${write.entity.table}` : `~${write.entity.table}(${write.set})`)).join();
    let text = statements.get(shape);
    if (text === undefined) {
      text = statementOf(orm, used);
      statements.set(shape, text);
    }
    const guarded = used.reduce((count, { kind, rows }) => (kind === 'update' ? count + rows.length : count), 0);
    return tx.commitWith(text, [tenant, guarded, ...used.map(({ rows }) => JSON.stringify(rows))]);
  };
}

function statementOf(orm: MikroORM, writes: readonly TableWrite[]): string {
  const ctes = writes.map((write, index) => `w${index} AS (${cte(orm, write, index + 3)})`);
  const updated = writes.flatMap(({ kind }, index) => (kind === 'update' ? [`(SELECT count(*) FROM w${index})`] : []));
  return `WITH ${ctes.join(',\n')}\nSELECT summit_expect(${updated.join(' + ') || '0'}, $2::bigint) WHERE $1::text IS NOT NULL`;
}

function cte(orm: MikroORM, write: TableWrite, parameter: number): string {
  const { table } = write.entity;
  const types = columnTypes(orm, write.entity);
  const records = (columns: readonly string[]) =>
    `json_to_recordset($${parameter}::json) AS x(${columns.map((name) => `${quote(name)} ${types.get(name)}`).join(', ')})`;
  if (write.kind === 'insert') {
    const columns = write.entity.columns.filter((name) => name !== 'tenant_id');
    const names = columns.map(quote).join(', ');
    return `INSERT INTO ${table} (tenant_id, ${names}) SELECT $1, ${columns.map((name) => `x.${quote(name)}`).join(', ')} FROM ${records(columns)}`;
  }
  const columns = ['status', 'version', 'updated_at', ...write.set];
  return `UPDATE ${table} t SET ${columns.map((name) => `${quote(name)} = x.${quote(name)}`).join(', ')}
    FROM ${records(['id', ...columns])}
    WHERE t.tenant_id = $1 AND t.id = x.id AND t.version = x.version - 1 RETURNING 1`;
}

function columnTypes(orm: MikroORM, entity: Entity<never>): ReadonlyMap<string, string> {
  const { props } = orm.getMetadata().get(entity.schema.meta.class);
  return new Map(props.map((prop) => [prop.name, prop.columnTypes[0] ?? 'text']));
}

function quote(name: string): string {
  return `"${name}"`;
}

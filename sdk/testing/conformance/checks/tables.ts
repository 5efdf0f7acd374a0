import type { Entity } from '../../../entity.ts';
import { type Check, faultsOfEach } from '../check.ts';
import type { Stage } from '../stage.ts';

export const tableChecks: readonly Check[] = [
  {
    name: 'the tables that migrations make have the columns of the entities, and lose none of their rows',
    faults: ({ kit }) =>
      faultsOfEach(
        kit.pack.entities,
        ({ type }) => type,
        (entity) => tableFault(kit, entity),
      ),
  },
];

interface Column {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

async function tableFault(kit: Stage['kit'], entity: Entity<never>): Promise<string | null> {
  const { database } = kit.summit.services;
  const { columns, visible } = await database.transaction(kit.tenant, 'read', async (tx) => ({
    columns: await tx.query<Column>(
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AND NOT atthasdef AS required
         FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
      [entity.table],
    ),
    visible: await tx.query<{ id: string }>(`SELECT id FROM ${entity.table} WHERE tenant_id = $1`, [kit.tenant]),
  }));
  const faults = [...columnFaults(entity, columns), ...rowFaults(entity, visible.length, await storedRows(kit, entity))];
  return faults.length === 0 ? null : faults.join('; ');
}

function columnFaults({ table, types, schema }: Entity<never>, columns: readonly Column[]): readonly string[] {
  const found = new Map(columns.map((column) => [column.name, column]));
  const properties: Readonly<Record<string, { readonly nullable?: boolean }>> = schema.meta.properties;
  const wrong = Object.entries(types).flatMap(([name, type]) => {
    const column = found.get(name);
    if (!column) return [`${table} has no column ${name}: add it in a migration`];
    const expected = type.replace('timestamptz(3)', 'timestamp(3) with time zone');
    if (column.type !== expected) return [`${table}.${name} is ${column.type}, and the entity says ${type}`];
    if (column.required && properties[name]?.nullable) return [`${table}.${name} is NOT NULL, and the entity says optional`];
    return [];
  });
  const extra = columns.filter(({ name, required }) => required && !(name in types));
  return [...wrong, ...extra.map(({ name }) => `${table}.${name} is NOT NULL, and the entity does not have it: no row could be written`)];
}

function rowFaults({ table }: Entity<never>, visible: number, stored: number): readonly string[] {
  return visible === stored ? [] : [`the app sees ${visible} of ${stored} rows of ${table}: make it by governedTable or insertOnlyTable`];
}

/** As the owner of the database sees them, whom row-level security binds too: by the tenant's own setting. */
async function storedRows({ summit, tenant }: Stage['kit'], { table }: Entity<never>): Promise<number> {
  return summit.services.database.orm.em.transactional(async (em) => {
    const connection = em.getConnection();
    const ctx = em.getTransactionContext();
    await connection.execute(`SET LOCAL summit.tenant = '${tenant}'`, [], 'run', ctx);
    const [row]: { count: string }[] = await connection.execute(`SELECT count(*) AS count FROM ${table} WHERE tenant_id = ?`, [tenant], 'all', ctx);
    return Number(row?.count ?? 0);
  });
}

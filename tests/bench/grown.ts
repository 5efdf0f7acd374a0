import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Cell, sampleOf } from './sample.ts';

/** So many rows a statement. */
const STATEMENT_ROWS = 50_000;

/** How each column's value is made for the n-th copy, as SQL. */
interface Copied {
  readonly table: string;
  readonly columns: readonly string[];
  readonly expressions: readonly string[];
}

/**
 * Fills a tenant with requests as their creations would have left them: the rows of one, again and again, each copy with ids, times and
 * a leaf of its own, the newest a millisecond after the next. Their leaves are in the log when this is done.
 * @param requestId a request as the kernel has written it
 */
export async function growTo(count: number, { url, tenant, requestId }: { url: string; tenant: string; requestId: string }): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await owner.query("SELECT set_config('summit.tenant', $1, false)", [tenant]);
    const copies = await copiesOf(owner, requestId);
    for (let from = 1; from <= count; from += STATEMENT_ROWS) {
      const to = Math.min(count, from + STATEMENT_ROWS - 1);
      // In one transaction all have the same now(), of which ids and times are made.
      await owner.query('BEGIN');
      for (const { table, columns, expressions } of copies) {
        const select = `SELECT ${expressions.join(', ')} FROM generate_series(${from}, ${to}) n`;
        await owner.query(`INSERT INTO ${table} (${columns.join(', ')}) ${select}`);
      }
      await owner.query('COMMIT');
    }
    await logged(owner, tenant);
    await owner.query('VACUUM ANALYZE');
  } finally {
    await owner.end();
  }
}

/** The queue of the log comes first: its row is made of the receipt's cells. */
async function copiesOf(owner: pg.Client, requestId: string): Promise<readonly Copied[]> {
  const rows = await sampleOf(owner, requestId);
  const own = ownValues(rows);
  const copies: Copied[] = [];
  for (const [table, found] of rows) {
    const types = await typesOf(owner, table);
    for (const row of found) {
      const columns = Object.keys(row).filter((column) => types.has(column));
      const expressions = columns.map((column) => expression(row[column] ?? null, types.get(column) ?? '', own));
      copies.push({ table, columns: columns.map((column) => `"${column}"`), expressions });
    }
    if (table === 'receipts') copies.push(queued(copies.at(-1)));
  }
  return copies;
}

const QUEUED = { tenant_id: 'tenant_id', at: 'at', receipt_id: 'id', leaf_hash: 'leaf_hash' };

function queued(receipt: Copied | undefined): Copied {
  if (!receipt) throw new Error('a request was created without a receipt');
  const of = (column: string) => receipt.expressions[receipt.columns.indexOf(`"${column}"`)] ?? 'NULL';
  return { ...receipt, table: 'log_queue', columns: Object.keys(QUEUED), expressions: Object.values(QUEUED).map(of) };
}

const MOMENT = /^timestamp/;

function expression(cell: Cell, type: string, own: ReadonlyMap<string, string>): string {
  if (cell === null) return 'NULL';
  if (MOMENT.test(type)) return `now() - n * interval '1 ms'`;
  if (typeof cell !== 'string') return own.get(cell.toString('hex')) ?? bytea(cell);
  const inside = [...own].filter(([old]) => cell.includes(old));
  const given = inside.reduce<string>((sql, [old, fresh]) => `replace(${sql}, '${old}', ${fresh})`, pg.escapeLiteral(cell));
  return `(${given})::${type}`;
}

/** What each copy has of its own, as SQL by what it was in the sample. */
function ownValues(rows: Awaited<ReturnType<typeof sampleOf>>): ReadonlyMap<string, string> {
  const own = new Map<string, string>();
  const all = [...rows.values()].flat();
  for (const { id } of all) if (typeof id === 'string' && !own.has(id)) own.set(id, freshId(own.size));
  for (const { commitment } of all) if (typeof commitment === 'string') own.set(commitment, `lpad('${own.size}_' || n, 43, 'c')`);
  for (const { bytes, leaf_hash } of all) {
    if (!(bytes instanceof Buffer && leaf_hash instanceof Buffer)) continue;
    own.set(bytes.toString('hex'), numbered(bytes));
    own.set(leaf_hash.toString('hex'), `sha256(${numbered(Buffer.concat([LEAF, bytes]))})`);
  }
  return own;
}

/** What a leaf's hash begins with (RFC 9162). */
const LEAF = Buffer.of(0);

function numbered(bytes: Buffer): string {
  return `${bytea(bytes)} || convert_to(n::text, 'UTF8')`;
}

function bytea(bytes: Buffer): string {
  return `'\\x${bytes.toString('hex')}'::bytea`;
}

/** A UUIDv7 of the n-th copy's moment; `kind` tells those of one copy apart. */
function freshId(kind: number): string {
  const moment = "lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0')";
  return `(${moment} || '7${kind.toString(16).padStart(3, '0')}8' || lpad(to_hex(n), 15, '0'))::uuid::text`;
}

/** Of the columns that are written, by name. */
async function typesOf(owner: pg.Client, table: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await owner.query<{ name: string; type: string }>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    [table],
  );
  return new Map(rows.map(({ name, type }) => [name, type]));
}

/** A server takes up what waits, as long as it runs. */
async function logged(owner: pg.Client, tenant: string): Promise<void> {
  for (;;) {
    const { rowCount } = await owner.query('SELECT FROM log_queue WHERE tenant_id = $1 LIMIT 1', [tenant]);
    if (rowCount === 0) return;
    await sleep(200);
  }
}

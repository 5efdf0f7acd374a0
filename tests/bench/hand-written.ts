import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { v7 as newId } from 'uuid';
import type { Variant } from './load.ts';
import { type Cell, type Row, sampleOf, TABLES } from './sample.ts';

/** Eight tables in five statements, as one would group them by hand. */
const FIVE = [['receipts', 'subject_states'], ['high_risk_requests'], ['policy_decisions'], ['nodes', 'edges'], ['usage_events', 'disclosures']];
const ONE = [Object.keys(TABLES)];

/** Values that each row needs anew; whatever else a row holds is the same bytes every time. */
const FRESH = { id: newId, commitment: () => randomBytes(32).toString('base64url') };

interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Cell[];
}

/**
 * The rows of a request's creation written by hand with `pg`: no policy, no receipt to hash, no checks, and copies of
 * the tables that keep the columns and indexes and lose the rest.
 */
export interface HandWritten {
  /** BEGIN, five prepared statements, COMMIT. */
  readonly five: Variant;
  /** One prepared statement with everything in it. */
  readonly one: Variant;
  close(): Promise<void>;
}

/** @param requestId a request as the kernel has written it, whose rows serve as the pattern */
export async function handWritten(url: string, tenant: string, requestId: string, poolSize: number): Promise<HandWritten> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  pool.on('error', () => undefined);
  const rows = await sample(pool, tenant, requestId);
  await pool.query('CREATE SCHEMA hand_written');
  for (const table of rows.keys()) await pool.query(`CREATE TABLE hand_written.${table} (LIKE ${table} INCLUDING INDEXES)`);
  const makers = freshValues(rows);
  const statements = FIVE.map((tables) => statementOf(tables, rows));
  const [single] = ONE.map((tables) => statementOf(tables, rows));

  function values({ values: pattern }: Statement, fresh: ReadonlyMap<Cell, string>): Cell[] {
    return pattern.map((value) => fresh.get(value) ?? value);
  }
  function freshOnes(): ReadonlyMap<Cell, string> {
    return new Map(makers.map(([old, make]) => [old, make()]));
  }

  return {
    five: {
      name: 'five statements',
      async run() {
        const fresh = freshOnes();
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          for (const statement of statements) {
            await client.query({ name: statement.name, text: statement.text, values: values(statement, fresh) });
          }
          await client.query('COMMIT');
        } finally {
          client.release();
        }
      },
    },
    one: {
      name: 'one statement',
      async run() {
        if (single) await pool.query({ name: single.name, text: single.text, values: values(single, freshOnes()) });
      },
    },
    async close() {
      await pool.query('DROP SCHEMA hand_written CASCADE');
      await pool.end();
    },
  };
}

async function sample(pool: pg.Pool, tenant: string, requestId: string): Promise<ReadonlyMap<string, readonly Row[]>> {
  const client = await pool.connect();
  try {
    await client.query("SELECT set_config('summit.tenant', $1, false)", [tenant]);
    return await sampleOf(client, requestId);
  } finally {
    client.release(true);
  }
}

function freshValues(rows: ReadonlyMap<string, readonly Row[]>): readonly (readonly [Cell, () => string])[] {
  const all = [...rows.values()].flat();
  return Object.entries(FRESH).flatMap(([column, make]) => {
    const old = new Set(all.flatMap((row) => row[column] ?? []));
    return [...old].map((value) => [value, make] as const);
  });
}

function statementOf(tables: readonly string[], rows: ReadonlyMap<string, readonly Row[]>): Statement {
  const values: Cell[] = [];
  const inserts = tables.map((table) => {
    const of = rows.get(table) ?? [];
    const columns = Object.keys(of[0] ?? {});
    const tuples = of.map((row) => `(${columns.map((column) => `$${values.push(row[column] ?? null)}`).join(', ')})`);
    return `INSERT INTO hand_written.${table} (${columns.map((name) => `"${name}"`).join(', ')}) VALUES ${tuples.join(', ')}`;
  });
  const last = inserts.pop();
  const ctes = inserts.map((insert, index) => `i${index} AS (${insert})`);
  return { name: tables.join('+').slice(0, 60), text: `${ctes.length > 0 ? `WITH ${ctes.join(', ')} ` : ''}${last}`, values };
}

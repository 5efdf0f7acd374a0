import { createHash } from 'node:crypto';
import pg from 'pg';
import { BatchingSocket } from './batching-socket.ts';
import type { Driver, Row, Transaction } from './database.ts';

/** Statements have few shapes, each prepared once per connection. Past this many, further shapes are sent unprepared. */
const MAX_PREPARED = 500;

/** So long may a statement take, by PostgreSQL's watch. */
const STATEMENT_MS = 30_000;
/** By ours a little longer: of a connection that was lost without a word nobody else would ever say so. Then it is given up, with all that waits on it. */
const ANSWER_WITHIN_MS = STATEMENT_MS + 10_000;

const TIMESTAMPTZ = 1184;
const INT8 = 20;

/** Times leave as RFC 3339 with milliseconds; int8 as a number, since only counts have that type here. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === TIMESTAMPTZ) return (value: string) => new Date(value).toISOString();
    if (oid === INT8) return Number;
    return pg.types.getTypeParser(oid, format as 'text');
  },
};

/** What every session of the app is set to; where a pooler lends it for a transaction, every transaction. */
const SETTINGS = { timezone: 'UTC', statement_timeout: String(STATEMENT_MS) };

/**
 * The URL of a session that is set so. A URL's own options would win over those that a client is given, so these are added to them.
 * @param more settings of this session alone, each of letters and digits
 */
export function sessionUrl(url: string, more: Readonly<Record<string, string>> = {}): string {
  const asked = [...url.matchAll(/[?&]options=([^&]*)/g)].at(-1)?.[1];
  const ours = Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => `-c+${name}=${value}`);
  // Of two the last counts.
  return `${url}${url.includes('?') ? '&' : '?'}options=${[...(asked ? [asked] : []), ...ours].join('+')}`;
}

const LOCAL_SETTINGS = Object.entries(SETTINGS)
  .map(([name, value]) => `;SET LOCAL ${name} = '${value}'`)
  .join('');

export interface Route {
  readonly url: string;
  /** Then nothing of a session is relied upon: no statement has a name, and settings are each transaction's own. */
  readonly isPooled: boolean;
  readonly poolSize: number;
}

/** Real PostgreSQL: a pool of its own beside MikroORM's, pipelined, with named prepared statements. */
export function postgresDriver({ url, isPooled, poolSize }: Route): Driver & { close(): Promise<void> } {
  const pool = new pg.Pool({
    connectionString: isPooled ? url : sessionUrl(url),
    max: poolSize,
    types,
    connectionTimeoutMillis: 5_000,
    query_timeout: ANSWER_WITHIN_MS,
    pipeline: true,
    stream: () => new BatchingSocket(),
  } as pg.PoolConfig);
  // A dropped idle connection is discarded by the pool; the query in flight rejects by itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const names = new Map<string, string>();

  function nameOf(text: string): { name?: string } {
    let name = names.get(text);
    if (name === undefined && !isPooled && names.size < MAX_PREPARED) {
      name = createHash('sha256').update(text).digest('base64url').slice(0, 24);
      names.set(text, name);
    }
    return name === undefined ? {} : { name };
  }

  return {
    async transaction(prologue, work) {
      const client = await pool.connect();
      let committed = false;
      let broken: Error | undefined;
      const opened = client.query(`BEGIN;${prologue}${isPooled ? LOCAL_SETTINGS : ''}`);
      opened.catch((error: Error) => {
        broken = error;
      });
      const send = <R extends object>(text: string, values: readonly unknown[] = []) =>
        client.query<R & Row>({ ...nameOf(text), text, values: [...values] });
      const tx: Transaction = {
        query: async <R extends object>(text: string, values?: readonly unknown[]): Promise<R[]> => (await send<R>(text, values)).rows,
        async commitWith<R extends object>(text: string, values: readonly unknown[]): Promise<R[]> {
          const written = send<R>(text, values);
          const ended = client.query('COMMIT');
          ended.catch(() => undefined);
          const { rows } = await written;
          if ((await ended).command !== 'COMMIT') throw new Error('the transaction was not committed');
          committed = true;
          return rows;
        },
      };
      try {
        const result = await work(tx);
        await opened;
        return result;
      } catch (error) {
        throw broken ?? error;
      } finally {
        if (!committed) await client.query('ROLLBACK').catch((error: Error) => (broken = error));
        client.release(broken);
      }
    },
    async ping() {
      await pool.query('SELECT 1');
    },
    close: () => pool.end(),
  };
}

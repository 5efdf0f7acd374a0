import pg from 'pg';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { sqlState } from './errors.ts';
import { SESSION_OPTIONS } from './postgres.ts';

/** What PgBouncer answers to a setting that it cannot pass on. */
const PROTOCOL_VIOLATION = '08P01';

/**
 * Whether a session is set as the app asks for it. A pooler that lends connections by the transaction refuses that or passes it over, and
 * would mix up prepared statements later on, at random.
 * @returns what is wrong with what mends it; null where nothing is, where a pooler is known of, and for the embedded database
 * @throws Error where nothing answers there
 */
export async function sessionFault({ SUMMIT_APP_DATABASE_URL, DATABASE_URL, SUMMIT_POOLER }: Config['environment']): Promise<string | null> {
  const url = SUMMIT_APP_DATABASE_URL ?? DATABASE_URL;
  if (url === undefined || SUMMIT_POOLER !== undefined) return null;
  const variable = SUMMIT_APP_DATABASE_URL === undefined ? 'DATABASE_URL' : 'SUMMIT_APP_DATABASE_URL';
  const client = new pg.Client({ connectionString: url, options: SESSION_OPTIONS, connectionTimeoutMillis: 5_000 });
  // A connection that breaks rejects the query; nobody else has to be told.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ timeout: string }>("SELECT current_setting('statement_timeout') AS timeout");
    return rows[0]?.timeout === '30s' ? null : pooled(variable);
  } catch (error) {
    if (sqlState(error) === PROTOCOL_VIOLATION) return pooled(variable);
    throw new Error(`${variable}: ${(error as Error).message}`, { cause: error });
  } finally {
    await client.end();
  }
}

/** @throws ConfigError where the app has no session to itself, and nobody has said so */
export async function assertSession(environment: Config['environment']): Promise<void> {
  const fault = await sessionFault(environment);
  if (fault !== null) throw new ConfigError([`environment: ${fault}`]);
}

function pooled(variable: string): string {
  return `${variable} leads to a pooler that keeps no session: set SUMMIT_POOLER=transaction, or go round it`;
}

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import { sqlState } from './errors.ts';
import { sessionUrl } from './postgres.ts';

/** What PgBouncer answers to a setting that it cannot pass on. */
const PROTOCOL_VIOLATION = '08P01';

/** A setting of our own: that it is kept says that this session is, whatever else the URL asks for. */
const MARK = 'summit.session';

/**
 * Whether a session is set as the app asks for it, where it needs one. A pooler that lends connections by the transaction refuses that or
 * passes it over, and would mix up prepared statements, or hear nothing.
 * @returns what is wrong with what mends it; null where nothing is, and for the embedded database
 * @throws Error where nothing answers there
 */
export async function sessionFault(environment: Config['environment']): Promise<string | null> {
  const { SUMMIT_APP_DATABASE_URL, DATABASE_URL, SUMMIT_DIRECT_DATABASE_URL, SUMMIT_POOLER } = environment;
  if (SUMMIT_POOLER !== undefined) {
    return faultOf('SUMMIT_DIRECT_DATABASE_URL', SUMMIT_DIRECT_DATABASE_URL, 'name PostgreSQL itself, or leave it out');
  }
  const [variable, url] =
    SUMMIT_APP_DATABASE_URL === undefined ? ['DATABASE_URL', DATABASE_URL] : ['SUMMIT_APP_DATABASE_URL', SUMMIT_APP_DATABASE_URL];
  return faultOf(variable, url, 'set SUMMIT_POOLER=transaction, or go round it');
}

/** @throws ConfigError where the app has no session to itself, and nobody has said so */
export async function assertSession(environment: Config['environment']): Promise<void> {
  const fault = await sessionFault(environment);
  if (fault !== null) throw new ConfigError([`environment: ${fault}`]);
}

async function faultOf(variable: string, url: string | undefined, mend: string): Promise<string | null> {
  if (url === undefined) return null;
  const fault = `${variable} leads to a pooler that keeps no session: ${mend}`;
  const mark = randomBytes(8).toString('hex');
  const client = new pg.Client({ connectionString: sessionUrl(url, { [MARK]: mark }), connectionTimeoutMillis: 5_000 });
  // A connection that breaks rejects the query; nobody else has to be told.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ mark: string | null }>(`SELECT current_setting('${MARK}', true) AS mark`);
    return rows[0]?.mark === mark ? null : fault;
  } catch (error) {
    if (sqlState(error) === PROTOCOL_VIOLATION) return fault;
    throw new Error(`${variable}: ${(error as Error).message}`, { cause: error });
  } finally {
    await client.end();
  }
}

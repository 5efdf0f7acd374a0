import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';

/** Who the app is in the database, and what that role could do beyond its work, by itself or by becoming another. */
interface AppLogin {
  readonly role: string;
  /** It may work as `summit_app`. */
  readonly works: boolean;
  /** Roles it is or may become to which no row-level security applies. */
  readonly unbound: readonly string[];
  /** Tables and the like that it owns, or whose owner it may become. */
  readonly owns: readonly string[];
}

const READ = `
  SELECT session_user AS role,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'summit_app' AND pg_has_role(session_user, oid,
      CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)) AS works,
    ARRAY(SELECT rolname::text FROM pg_roles
      WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER') ORDER BY rolname <> session_user, rolname LIMIT 3) AS unbound,
    ARRAY(SELECT 'the database ' || datname FROM pg_database WHERE datname = current_database() AND pg_has_role(session_user, datdba, 'MEMBER')
      UNION ALL (SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'S') AND pg_has_role(session_user, c.relowner, 'MEMBER')
        ORDER BY relname LIMIT 3)) AS owns`;

/**
 * What is wrong with the login of SUMMIT_APP_DATABASE_URL, each with what mends it. Whoever owns a table may switch off what guards it,
 * and whom row-level security does not bind sees every tenant.
 * @throws Error where the database cannot be reached by it
 */
export async function appLoginFaults(url: string): Promise<readonly string[]> {
  const { role, works, unbound, owns } = await read(url);
  const named = `SUMMIT_APP_DATABASE_URL logs in as ${role}`;
  return [
    ...(works ? [] : [`${named}, which may not work as summit_app: GRANT summit_app TO ${role}`]),
    ...(unbound.length === 0
      ? []
      : [
          `${named}, and no row-level security binds ${unbound.join(', ')}: give it a role with neither SUPERUSER nor BYPASSRLS, that can become none such`,
        ]),
    ...(owns.length === 0
      ? []
      : [`${named}, which owns ${owns.join(', ')} or can become who does: give it a role of its own, a member of summit_app and of nothing else`]),
  ];
}

/** @throws ConfigError where the app could do more than its work */
export async function assertAppLogin(url: string): Promise<void> {
  const faults = await appLoginFaults(url);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `environment: ${fault}`));
}

async function read(url: string): Promise<AppLogin> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A connection that breaks rejects the query; nobody else has to be told.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<AppLogin>(READ);
    const [login] = rows;
    if (!login) throw new Error('the database did not say who the app is');
    return login;
  } catch (error) {
    throw new Error(`SUMMIT_APP_DATABASE_URL: ${(error as Error).message}`, { cause: error });
  } finally {
    await client.end();
  }
}

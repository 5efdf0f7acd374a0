import pg from 'pg';
import { ConfigError } from '../config/config-error.ts';

/** Who the app is in the database, and what that role could do beyond its work, by itself or by becoming another. */
interface AppLogin {
  readonly role: string;
  /** It may work as `summit_app`. */
  readonly works: boolean;
  /** Roles it is or may become to which no row-level security applies. */
  readonly unbound: readonly string[];
  /** The database, the schema, tables and the like that it owns, or whose owner it may become. */
  readonly owns: readonly string[];
  /** Roles it is or may become that may make themselves a member of any other. */
  readonly joins: readonly string[];
}

const READ = `
  SELECT session_user AS role,
    EXISTS (SELECT FROM pg_roles WHERE rolname = 'summit_app' AND pg_has_role(session_user, oid,
      CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)) AS works,
    ARRAY(SELECT rolname::text FROM pg_roles
      WHERE (rolsuper OR rolbypassrls) AND pg_has_role(session_user, oid, 'MEMBER') ORDER BY rolname <> session_user, rolname LIMIT 3) AS unbound,
    ARRAY(SELECT 'the database ' || datname FROM pg_database WHERE datname = current_database() AND pg_has_role(session_user, datdba, 'MEMBER')
      UNION ALL SELECT 'the schema ' || nspname FROM pg_namespace WHERE nspname = current_schema() AND pg_has_role(session_user, nspowner, 'MEMBER')
      UNION ALL (SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND pg_has_role(session_user, c.relowner, 'MEMBER')
        ORDER BY relname LIMIT 3)) AS owns,
    ARRAY(SELECT rolname::text FROM pg_roles WHERE current_setting('server_version_num')::integer < 160000
      AND rolcreaterole AND pg_has_role(session_user, oid, 'MEMBER') ORDER BY rolname <> session_user, rolname LIMIT 3) AS joins`;

/**
 * What is wrong with the login of SUMMIT_APP_DATABASE_URL, each with what mends it. Whoever owns a table, or the schema that it lies in,
 * may take away what guards it, and whom row-level security does not bind sees every tenant.
 * @throws Error where the database cannot be reached by it
 */
export async function appLoginFaults(url: string): Promise<readonly string[]> {
  const login = await read(url);
  const { role, works } = login;
  return [...(works ? [] : [`${named(login)}, which may not work as summit_app: GRANT summit_app TO ${role}`]), ...excessesOf(login)];
}

/** @throws ConfigError where the app could do more than its work, or less */
export async function assertAppLogin(url: string): Promise<void> {
  assertNone(await appLoginFaults(url));
}

/** What can be told before there are tables, and a role to work as. @throws ConfigError where the app could do more than its work */
export async function assertModestAppLogin(url: string): Promise<void> {
  assertNone(excessesOf(await read(url)));
}

function assertNone(faults: readonly string[]): void {
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `environment: ${fault}`));
}

/** What it could do beyond its work. */
function excessesOf(login: AppLogin): readonly string[] {
  const { unbound, owns, joins } = login;
  const excess = (which: readonly string[], said: string) => (which.length === 0 ? [] : [`${named(login)}, ${said}`]);
  const own = 'give it a role of its own, a member of summit_app and of nothing else';
  return [
    ...excess(
      unbound,
      `and no row-level security binds ${unbound.join(', ')}: give it a role with neither SUPERUSER nor BYPASSRLS, that can become none such`,
    ),
    ...excess(owns, `which owns ${owns.join(', ')} or can become who does: ${own}`),
    ...excess(joins, `and below PostgreSQL 16 ${joins.join(', ')} may become any role, the owner too, by CREATEROLE: ${own}`),
  ];
}

function named({ role }: AppLogin): string {
  return `SUMMIT_APP_DATABASE_URL logs in as ${role}`;
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

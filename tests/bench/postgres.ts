import { Missing, PostgresServer, query } from '../support/postgres-server.ts';

/** A database of the benchmark's own, dropped with `close`. */
export interface BenchDatabase {
  readonly url: string;
  /** What answers, in words for the report. */
  readonly server: string;
  close(): Promise<void>;
}

/** A fresh database on the server of DATABASE_URL, else on a temporary one. @throws Missing */
export async function openBenchDatabase(given = process.env.DATABASE_URL): Promise<BenchDatabase> {
  const server = given ? null : await PostgresServer.start();
  const at = server?.url ?? given ?? '';
  const name = `bench_summit_${process.pid}`;
  try {
    await query(at, `CREATE DATABASE ${name}`);
    const url = new URL(at);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      server: `${await versionOf(at)}, ${server ? 'temporary, default settings' : 'from DATABASE_URL'}`,
      async close() {
        // A temporary server takes its database along.
        if (!server) await query(at, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw given ? new Missing(`no database could be made on the server of DATABASE_URL: ${messageOf(error)}`) : error;
  }
}

/** Another database on the server of a bench's own. */
export async function openAnotherDatabase(benchUrl: string, name: string): Promise<Omit<BenchDatabase, 'server'>> {
  const url = new URL(benchUrl);
  url.pathname = `${url.pathname}_${name}`;
  const database = url.pathname.slice(1);
  await query(benchUrl, `CREATE DATABASE ${database}`);
  return { url: url.href, close: async () => void (await query(benchUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)) };
}

async function versionOf(url: string): Promise<string> {
  const { rows } = await query<{ version: string }>(url, "SELECT current_setting('server_version') AS version");
  return `PostgreSQL ${rows[0]?.version.split(' ')[0]}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

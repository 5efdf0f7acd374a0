import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** A database of the benchmark's own, dropped with `close`. */
export interface BenchDatabase {
  readonly url: string;
  /** What answers, in words for the report. */
  readonly server: string;
  close(): Promise<void>;
}

/** What the benchmark needs and this machine lacks; exit code 3. */
export class Missing extends Error {}

const START_MS = 30_000;
const INSTALLED = '/usr/lib/postgresql';

/** A fresh database on the server of DATABASE_URL, else on a temporary one. @throws Missing */
export async function openBenchDatabase(given = process.env.DATABASE_URL): Promise<BenchDatabase> {
  const server = given ? null : await startServer();
  const at = server?.url ?? given ?? '';
  const name = `bench_summit_${process.pid}`;
  try {
    await administer(at, `CREATE DATABASE ${name}`);
    const url = new URL(at);
    url.pathname = `/${name}`;
    return {
      url: url.href,
      server: `${await versionOf(at)}, ${server ? 'temporary, default settings' : 'from DATABASE_URL'}`,
      async close() {
        // A temporary server takes its database along.
        if (!server) await administer(at, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
        await server?.close();
      },
    };
  } catch (error) {
    await server?.close();
    throw given ? new Missing(`no database could be made on the server of DATABASE_URL: ${messageOf(error)}`) : error;
  }
}

async function startServer(): Promise<{ url: string; close(): Promise<void> }> {
  const bin = findBinaries();
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), 'summit-bench-'));
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const password = randomBytes(18).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) for (const path of [folder, data, passwordFile]) chownSync(path, user.uid, user.gid);

  const init = ['-D', data, '-U', 'bench', '-A', 'scram-sha-256', '--pwfile', passwordFile, '-E', 'UTF8', '--locale=C', '--no-sync'];
  const made = spawnSync(join(bin, 'initdb'), init, { ...user, cwd: folder, encoding: 'utf8', timeout: START_MS });
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    throw new Missing(`initdb failed: ${made.error?.message ?? made.stderr}`);
  }

  const port = await freePort();
  const options = ['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const server = spawn(join(bin, 'postgres'), options, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  // Whatever ends this process ends the server.
  process.once('exit', () => server.kill('SIGINT'));
  let output = '';
  server.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2_000);
  });
  const close = async () => {
    await stop(server);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `postgres://bench:${password}@127.0.0.1:${port}/postgres`;
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Missing(`the temporary PostgreSQL did not start:\n${output}`);
    }
    await sleep(100);
  }
  return { url, close };
}

/** Another database on the server of a bench's own. */
export async function openAnotherDatabase(benchUrl: string, name: string): Promise<Omit<BenchDatabase, 'server'>> {
  const url = new URL(benchUrl);
  url.pathname = `${url.pathname}_${name}`;
  const database = url.pathname.slice(1);
  await administer(benchUrl, `CREATE DATABASE ${database}`);
  return { url: url.href, close: async () => void (await administer(benchUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)) };
}

function findBinaries(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(INSTALLED, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.find((folder) => folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (found) return found;
  throw new Missing('a PostgreSQL: set DATABASE_URL to a server where a database may be created, or install PostgreSQL (initdb, postgres)');
}

/** PostgreSQL refuses to run as root: then it runs as somebody who may do nothing else. */
function unprivileged(): { uid: number; gid: number } | { uid?: undefined } {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Missing('a user other than root to run PostgreSQL as: neither postgres nor nobody exists. Set DATABASE_URL instead.');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('exit', resolve));
  // SIGINT is PostgreSQL's fast shutdown.
  server.kill('SIGINT');
  const patience = setTimeout(() => server.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(patience);
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  return administer(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

async function versionOf(url: string): Promise<string> {
  const { rows } = await administer(url, "SELECT current_setting('server_version') AS version");
  return `PostgreSQL ${String(rows[0]?.version).split(' ')[0]}`;
}

async function administer(url: string, sql: string): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

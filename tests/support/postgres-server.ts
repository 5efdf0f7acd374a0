import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { endWithThis, gone, killWithChildren } from './process-tree.ts';

/** What is needed and this machine lacks; exit code 3. */
export class Missing extends Error {}

const START_MS = 60_000;
const STOP_MS = 10_000;
const INSTALLED = '/usr/lib/postgresql';
const SUPERUSER = 'admin';

export interface PostgresOptions {
  /** As `-c` takes them, beside what is so unless said. */
  readonly settings?: Readonly<Record<string, string>>;
  /** For its processes, beside this one's. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where its data is to lie, and stays; a temporary folder unless said, which is taken away with it. */
  readonly folder?: string;
  readonly initdb?: readonly string[];
}

/** A temporary PostgreSQL on this machine, which may be killed and started again. What ends this process ends it. */
export class PostgresServer {
  readonly port: number;
  readonly url: string;
  readonly #folder: string;
  readonly #options: PostgresOptions;
  readonly #password: string;
  #process: ChildProcess | null = null;
  #output = '';

  private constructor(folder: string, port: number, password: string, options: PostgresOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#password = password;
    this.port = port;
    this.url = `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/postgres`;
  }

  /** @throws Missing */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const password = randomBytes(18).toString('base64url');
    const server = new PostgresServer(folderFor(options), await freePort(), password, options);
    const passwordFile = join(server.#folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o600 });
    own(passwordFile);
    const how = [
      '-U',
      SUPERUSER,
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
      ...(options.initdb ?? []),
    ];
    return server.#begin(() => server.#run('initdb', ['-D', server.#data, ...how]));
  }

  /** Starts it, where it is not running. @throws Missing where it does not answer in time */
  async up(): Promise<void> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      if (!this.isRunning) this.#spawn();
      await sleep(100);
      if (await answers(this.url)) return;
      if (Date.now() > deadline) throw new Missing(`a PostgreSQL that starts: ${this.#output}`);
    }
  }

  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** All of its processes at once, as when the machine loses power. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (running && this.isRunning) await killWithChildren(running);
  }

  /** `SIGINT` is its fast shutdown, `SIGQUIT` its immediate one. */
  async stop(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const running = this.#process;
    if (!running || !this.isRunning) return;
    running.kill(signal);
    const patience = setTimeout(() => running.kill('SIGKILL'), STOP_MS);
    await gone(running);
    clearTimeout(patience);
  }

  /** Another one that follows this one, under a name that `synchronous_standby_names` may have. */
  async standby(name: string): Promise<PostgresServer> {
    const { folder: _, ...options } = this.#options;
    const standby = new PostgresServer(folderFor({}), await freePort(), this.#password, options);
    const from = `host=127.0.0.1 port=${this.port} user=${SUPERUSER} password=${this.#password} application_name=${name}`;
    return standby.#begin(() => standby.#run('pg_basebackup', ['-D', standby.#data, '-d', from, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']));
  }

  /** As the superuser, in the database of that name. */
  async query<R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = [], database = 'postgres'): Promise<readonly R[]> {
    return (await query<R>(this.urlOf(database), sql, values)).rows;
  }

  urlOf(database: string): string {
    const url = new URL(this.url);
    url.pathname = `/${database}`;
    return url.href;
  }

  async close(): Promise<void> {
    await this.stop();
    if (this.#options.folder === undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  async #begin(fill: () => void): Promise<this> {
    try {
      mkdirSync(this.#data, { mode: 0o700 });
      own(this.#data);
      fill();
      await this.up();
      return this;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  #run(command: string, args: readonly string[]): void {
    const made = spawnSync(join(binaries(), command), args, { ...unprivileged(), cwd: this.#folder, encoding: 'utf8', timeout: START_MS });
    if (made.status !== 0) throw new Missing(`${command} that works: ${made.error?.message ?? made.stderr}`);
  }

  #spawn(): void {
    const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...this.#options.settings };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const env = { ...process.env, ...this.#options.env };
    const server = spawn(join(binaries(), 'postgres'), ['-D', this.#data, '-p', String(this.port), ...args], {
      ...{ ...unprivileged(), env, cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    });
    server.stderr?.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-2_000);
    });
    endWithThis(server, 'SIGQUIT');
    this.#process = server;
  }
}

function folderFor({ folder }: PostgresOptions): string {
  const made = folder ?? mkdtempSync(join(tmpdir(), 'summit-postgres-'));
  own(made);
  return made;
}

/** Gives what is made here to whom PostgreSQL runs as. */
function own(path: string): void {
  const { uid, gid } = unprivileged();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}

function binaries(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(INSTALLED, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)];
  const found = folders.find((folder) => folder !== '' && ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
  if (found) return found;
  throw new Missing('a PostgreSQL: set DATABASE_URL to a server where a database may be created, or install PostgreSQL (initdb, postgres)');
}

/** PostgreSQL refuses to run as root: then it runs as somebody who may do nothing else. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Missing('a user other than root to run PostgreSQL as: neither postgres nor nobody exists. Set DATABASE_URL instead.');
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
  return query(url, 'SELECT 1').then(
    () => true,
    () => false,
  );
}

/** On a connection of its own. */
export async function query<R extends pg.QueryResultRow>(url: string, sql: string, values: readonly unknown[] = []): Promise<pg.QueryResult<R>> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await client.query<R>(sql, [...values]);
  } finally {
    await client.end();
  }
}

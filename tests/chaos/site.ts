import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type PostgresOptions, PostgresServer } from '../support/postgres-server.ts';
import { root } from '../support/process.ts';
import { Replica } from './replica.ts';
import { TcpProxy } from './tcp-proxy.ts';

export const TENANT = 'demo-external';
const DATABASE = 'summit';
const REPLICAS = 2;

/** Who does what. */
const USERS = ['engineer', 'team-lead', 'security-officer', 'ae', 'manager', 'finance', 'auditor', 'operator'] as const;
export type User = (typeof USERS)[number];

export interface SiteOptions {
  readonly postgres?: PostgresOptions;
  /** Where it is told that a quote was submitted, in clear. Production refuses that, so the replicas are in development then. */
  readonly webhook?: string;
  /** Of the environment of a replica, by its number. */
  readonly env?: (replica: number) => NodeJS.ProcessEnv;
}

/** Summit as docs/deploy.md has it: replicas on one PostgreSQL with its two roles, a shared guard and shared keys; and a network between them. */
export class Site {
  readonly replicas: readonly Replica[];
  readonly network: TcpProxy;
  readonly #folder: string;
  #postgres: PostgresServer;
  #tokens: ReadonlyMap<User, string> = new Map();

  private constructor(folder: string, postgres: PostgresServer, network: TcpProxy, replicas: readonly Replica[]) {
    this.#folder = folder;
    this.#postgres = postgres;
    this.network = network;
    this.replicas = replicas;
  }

  /** @throws Missing where this machine cannot have it */
  static async open({ postgres: options, webhook, env }: SiteOptions = {}): Promise<Site> {
    const folder = mkdtempSync(join(tmpdir(), 'summit-chaos-'));
    const postgres = await PostgresServer.start(options);
    const network = await TcpProxy.open(postgres.port);
    const urls = await makeRoles(postgres, network.port);
    const shared = { ...urls, ...configure(folder, webhook), SUMMIT_REPLICAS: String(REPLICAS), LOG_LEVEL: 'info', SUMMIT_SEED: 'off' };
    const replicas = await Promise.all(
      Array.from({ length: REPLICAS }, async (_, index) => {
        return new Replica(`replica-${index + 1}`, { folder, port: await freePort(), env: { ...shared, ...env?.(index) } });
      }),
    );
    const site = new Site(folder, postgres, network, replicas);
    try {
      // The first one migrates. Those after it would only wait for it.
      for (const replica of replicas) await replica.start();
      site.#tokens = new Map(await Promise.all(USERS.map(async (user) => [user, (await replicas[0]?.token(user)) ?? ''] as const)));
      return site;
    } catch (error) {
      await site.close();
      throw error;
    }
  }

  get postgres(): PostgresServer {
    return this.#postgres;
  }

  /** From now on that is the database, whoever goes through the network. */
  moveTo(postgres: PostgresServer): void {
    this.#postgres = postgres;
    this.network.leadTo(postgres.port);
  }

  /** As the superuser, past Summit and the network. */
  query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly R[]> {
    return this.#postgres.query<R>(sql, values, DATABASE);
  }

  tokenOf(user: User): string {
    return this.#tokens.get(user) ?? '';
  }

  /** Lines of the replicas' logs that say this. */
  logged(message: string): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.replicas.flatMap(({ log }) => log.split('\n'));
    return lines.filter((line) => line.includes(`"msg":"${message}"`)).flatMap(parsed);
  }

  /** CHAOS_LOGS names a folder where the replicas' logs are to be kept. */
  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop('SIGKILL')));
    await this.network.close();
    await this.#postgres.close();
    const kept = process.env.CHAOS_LOGS;
    if (kept) for (const { name, log } of this.replicas) appendFileSync(join(kept, `${name}.log`), log);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @returns the variables of a replica that reaches the database at this port */
async function makeRoles(postgres: PostgresServer, port: number): Promise<NodeJS.ProcessEnv> {
  const [owner, app] = [randomBytes(18).toString('hex'), randomBytes(18).toString('hex')];
  for (const statement of [
    `CREATE ROLE summit_owner LOGIN PASSWORD '${owner}'`,
    'CREATE ROLE summit_app NOLOGIN',
    'GRANT summit_app TO summit_owner',
    `CREATE ROLE summit_web LOGIN PASSWORD '${app}' IN ROLE summit_app`,
    `CREATE DATABASE ${DATABASE} OWNER summit_owner`,
  ]) {
    await postgres.query(statement);
  }
  return {
    DATABASE_URL: `postgres://summit_owner:${owner}@127.0.0.1:${port}/${DATABASE}`,
    SUMMIT_APP_DATABASE_URL: `postgres://summit_web:${app}@127.0.0.1:${port}/${DATABASE}`,
  };
}

/** The shipped configuration with one tenant, and what production wants beside. @returns the variables that name it */
function configure(folder: string, webhook?: string): NodeJS.ProcessEnv {
  const paths = { config: join(folder, 'config', 'summit.json'), tenants: join(folder, 'tenants') };
  cpSync(join(root, 'config'), join(folder, 'config'), { recursive: true });
  mkdirSync(paths.tenants);
  writeFileSync(join(folder, 'log.secret'), randomBytes(32));
  const { log, packs, ...config } = JSON.parse(readFileSync(paths.config, 'utf8'));
  const shared = { secret_file: '../log.secret', guard: { folder: '../guard', shared: true } };
  const absolute = { packs: packs.map((pack: string) => join(root, 'config', pack)), policies: { folder: join(root, 'policies') } };
  writeFileSync(paths.config, JSON.stringify({ ...config, ...absolute, log: { ...log, ...shared }, tenants: paths.tenants }));
  const tenant = JSON.parse(
    readFileSync(join(folder, 'config', 'tenants', `${TENANT}.json`), 'utf8').replaceAll('"../plans/', `"${join(folder, 'config', 'plans')}/`),
  );
  const webhooks = webhook === undefined ? [] : [{ id: 'receiver', url: webhook, events: ['quote.submitted'] }];
  writeFileSync(join(paths.tenants, `${TENANT}.json`), JSON.stringify({ ...tenant, webhooks }));
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    NODE_ENV: webhook === undefined ? 'production' : 'development',
    SUMMIT_CONFIG: paths.config,
    SUMMIT_TOKEN_KEY: String(key),
  };
}

/** What was cut off when the process died is no line. */
function parsed(line: string): Readonly<Record<string, unknown>>[] {
  try {
    return [JSON.parse(line) as Readonly<Record<string, unknown>>];
  } catch {
    return [];
  }
}

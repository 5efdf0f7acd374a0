import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Config, loadConfig } from '../kernel/config/config.ts';
import { appLoginFaults } from '../kernel/database/app-login.ts';
import type { Finding } from '../kernel/doctor/finding.ts';
import { createLog } from '../kernel/log.ts';
import { openKernel } from '../kernel/main.ts';
import { cli } from './support/process.ts';
import { freshDatabase } from './support/summit.ts';

const test = suite("The app's own login");
const root = new URL('..', import.meta.url).pathname;

test('what cannot be reached by it says by which variable', async () => {
  const why = await appLoginFaults('postgres://web:hunter2@127.0.0.1:1/summit').catch((error: Error) => error.message);
  assert.is(why, 'SUMMIT_APP_DATABASE_URL: connect ECONNREFUSED 127.0.0.1:1');
});

interface Story {
  readonly url: string;
  readonly appUrl: string;
  readonly role: string;
  asOwner(sql: string): Promise<pg.QueryResult>;
  isMigrated(): Promise<boolean>;
}

/** A login of its own, in no role, on a database with nothing in it. */
async function withLogin(work: (story: Story) => Promise<void>) {
  const database = await freshDatabase();
  if (!database) return;
  const [role, password] = [`web_${randomBytes(6).toString('hex')}`, randomBytes(12).toString('hex')];
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${password}'`);
  const appUrl = Object.assign(new URL(database.url), { username: role, password }).href;
  try {
    const isMigrated = async () => (await owner.query("SELECT to_regclass('public.receipts') IS NOT NULL AS there")).rows[0].there;
    await work({ url: database.url, appUrl, role, asOwner: (sql) => owner.query(sql), isMigrated });
  } finally {
    // What it may do in the database goes with that; what it is a member of, with the role.
    await owner.query(`DROP ROLE ${role}`).finally(() => owner.end());
    await database.drop();
  }
}

/** What a start in production says. */
function startingIn(urls: { readonly DATABASE_URL: string; readonly SUMMIT_APP_DATABASE_URL: string }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-app-login-'));
  const loaded = loadConfig({ NODE_ENV: 'test', SUMMIT_DATA_DIR: dataDir, ...urls }, root);
  const config: Config = { ...loaded, environment: { ...loaded.environment, NODE_ENV: 'production' } };
  return {
    async started(): Promise<string> {
      try {
        await (await openKernel(config, { log: createLog('silent') })).close();
        return 'it starts';
      } catch (error) {
        return (error as Error).message;
      }
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

test('production starts with a member of summit_app that owns nothing, and with no other', () =>
  withLogin(async ({ url, appUrl, role, asOwner }) => {
    const { started, remove } = startingIn({ DATABASE_URL: url, SUMMIT_APP_DATABASE_URL: appUrl });
    try {
      assert.match(await started(), `logs in as ${role}, which may not work as summit_app: GRANT summit_app TO ${role}`);
      await asOwner(`GRANT summit_app TO ${role}`);
      assert.is(await started(), 'it starts');
      await asOwner(`DO $$ BEGIN EXECUTE format('GRANT %I TO ${role}', current_user); END $$`);
      assert.match(await started(), /which owns the database summit_test_\w+, .* or can become who does/);
    } finally {
      remove();
    }
  }));

test('whoever owns the schema, or may become whom they like, is refused before anything is migrated', () =>
  withLogin(async ({ url, appUrl, role, asOwner, isMigrated }) => {
    const starting = startingIn({ DATABASE_URL: url, SUMMIT_APP_DATABASE_URL: appUrl });
    try {
      const { rows: before } = await asOwner("SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'public'");
      await asOwner(`GRANT ${role} TO CURRENT_USER`);
      await asOwner(`ALTER SCHEMA public OWNER TO ${role}`);
      assert.match(await starting.started(), `logs in as ${role}, which owns the schema public or can become who does`);
      assert.is(await isMigrated(), false);
      await asOwner(`ALTER SCHEMA public OWNER TO ${before[0]?.owner}`);
      const { rows } = await asOwner("SELECT current_setting('server_version_num')::integer < 160000 AS old");
      await asOwner(`ALTER ROLE ${role} CREATEROLE`);
      const joins = `logs in as ${role}, and below PostgreSQL 16 ${role} may become any role, the owner too, by CREATEROLE`;
      assert.match(await starting.started(), rows[0]?.old ? joins : 'which may not work as summit_app');
      assert.is(await isMigrated(), !rows[0]?.old);
    } finally {
      starting.remove();
    }
  }));

test('the doctor says so before a start does, and that nothing was migrated yet', () =>
  withLogin(async ({ url, appUrl, role }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'summit-app-login-'));
    mkdirSync(join(dataDir, 'keys'));
    writeFileSync(join(dataDir, 'keys/log.secret'), randomBytes(32));
    try {
      const env = { SUMMIT_DATA_DIR: dataDir, DATABASE_URL: url, SUMMIT_APP_DATABASE_URL: appUrl };
      const { code, stdout } = await cli(['doctor', '--json'], env);
      const amiss = (JSON.parse(stdout).findings as readonly Finding[]).filter(({ status }) => status !== 'ok');
      assert.equal([code, amiss.map(({ check }) => check)], [1, ['migrations', 'app-login']]);
      assert.match(amiss[0]?.detail ?? '', /^\d+ have not run, kernel\/0001-kernel first$/);
      assert.match(amiss[1]?.detail ?? '', `logs in as ${role}, which may not work as summit_app`);
      const unreachable = await cli(['doctor', '--json'], { ...env, SUMMIT_APP_DATABASE_URL: 'postgres://web@127.0.0.1:1/summit' });
      assert.match(unreachable.stdout, '"check":"app-login","status":"unreachable"');
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }));

test.run();

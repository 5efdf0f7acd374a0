import type { Environment } from '../config/environment.ts';
import { appLoginFaults } from '../database/app-login.ts';
import { migrationStanding } from '../database/migrate.ts';
import { sessionFault } from '../database/session-check.ts';
import { ownersOfTables } from '../packs/open.ts';
import { type Finding, findingsOf } from './finding.ts';
import type { Patient } from './patient.ts';

const OLDEST = 15;
/** Tokens, sessions and witnesses' cosignatures carry times. */
const CLOCK_MS = 2_000;

/** Whether it answers, is new enough, has this code's tables, and tells the same time. */
export async function examineDatabase(patient: Patient): Promise<readonly Finding[]> {
  const { database } = patient;
  const connection = database.orm.em.getConnection();
  const [server] = await connection.execute<{ version: number }[]>("SELECT current_setting('server_version_num')::integer AS version");
  // After the connection is there: only the way to and fro lies between the two clocks.
  const asked = Date.now();
  const [clock] = await connection.execute<{ ms: number }[]>('SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms');
  if (!server || !clock) throw new Error('the database answers with nothing');
  return [
    versionFinding(Math.floor(server.version / 10_000), database.embedded),
    clockFinding(clock.ms - (asked + Date.now()) / 2),
    ...(await migrationFindings(patient)),
  ];
}

/** Whether what is configured of a pooler is so; nothing is found for the embedded database. */
export async function examineSession(environment: Environment): Promise<readonly Finding[]> {
  if (environment.DATABASE_URL === undefined) return [];
  const { ok, failed } = findingsOf('pooler');
  const fault = await sessionFault(environment);
  if (fault !== null) return [failed(fault, 'docs/deploy.md, Behind PgBouncer, says how.')];
  if (environment.SUMMIT_POOLER === undefined) return [ok('the app has sessions of its own')];
  const direct = environment.SUMMIT_DIRECT_DATABASE_URL !== undefined;
  return [
    ok(`connections are lent by the transaction, and sessions are ${direct ? 'to be had directly' : 'nowhere to be had: events come by polling'}`),
  ];
}

/** @param url of the app's own login; nothing is found where there is none, which production refuses */
export async function examineAppLogin(url: string | undefined): Promise<readonly Finding[]> {
  if (url === undefined) return [];
  const { ok, failed } = findingsOf('app-login');
  const faults = await appLoginFaults(url);
  if (faults.length > 0) return faults.map((fault) => failed(fault, 'docs/deploy.md has the statements that make the two roles.'));
  return [ok('it works as summit_app, owns nothing, and row-level security binds it')];
}

function versionFinding(version: number, embedded: boolean): Finding {
  const { ok, failed } = findingsOf('database');
  if (version < OLDEST) return failed(`it is PostgreSQL ${version}`, `Summit needs PostgreSQL ${OLDEST} or later: upgrade it.`);
  return ok(embedded ? `the embedded one answers, PostgreSQL ${version}` : `PostgreSQL ${version} answers`);
}

function clockFinding(aheadMs: number): Finding {
  const { ok, failed } = findingsOf('clock');
  const apart = `${(Math.abs(aheadMs) / 1_000).toFixed(3)} s`;
  if (Math.abs(aheadMs) <= CLOCK_MS) return ok(`${apart} from the database's`);
  return failed(
    `the database is ${apart} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`,
    'Keep both by NTP: tokens and cosignatures carry times.',
  );
}

async function migrationFindings({ database, packs }: Patient): Promise<readonly Finding[]> {
  const { ok, failed } = findingsOf('migrations');
  const { pending, faults } = await migrationStanding(database.orm, ownersOfTables(packs));
  const found = [
    ...faults.map((fault) => failed(fault, 'docs/runbook.md, Upgrade, says how.')),
    ...(pending.length > 0
      ? [failed(`${pending.length} have not run, ${pending[0]} first`, 'npx summit migrate, or start a server: it does it too.')]
      : []),
  ];
  return found.length > 0 ? found : [ok('all have run, as they are in this code')];
}

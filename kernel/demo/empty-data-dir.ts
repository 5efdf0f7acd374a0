import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../sdk/errors.ts';
import { runningServer } from '../cli/server-file.ts';
import type { Config } from '../config/config.ts';
import { lockDataDir } from '../database/data-dir.ts';

/**
 * What goes together. A database without its guard could not be signed any more, nor could a guard's log without its database; and a new
 * log that is signed by the old keys would contradict the old one, which whoever has pinned those keys would take for a fork.
 */
const TOGETHER = ['guard', 'keys', 'database'];

type Reset = Pick<Config, 'dataDir' | 'environment' | 'log'>;

/**
 * What `emptyDataDir` would delete, and nothing else in the data directory.
 * @throws Problem `invalid-state` where a server runs on it, or the database or what remembers its log does not lie there
 */
export function holdingsOf(config: Reset): readonly string[] {
  const obstacle = rememberedElsewhere(config) ?? storedElsewhere(config) ?? runningOn(config);
  if (obstacle !== null) throw new Problem('invalid-state', obstacle);
  return present(config, TOGETHER);
}

/** @throws Problem as above; Error where another process has the data directory */
export function emptyDataDir(config: Reset): void {
  const holdings = holdingsOf(config);
  const lock = lockDataDir(config.dataDir);
  try {
    // The database last: cut off in between, it is there still, and the rest is deleted by the next try.
    for (const path of holdings) rmSync(path, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

function runningOn({ dataDir }: Reset): string | null {
  const server = runningServer(dataDir);
  return server && `The server at ${server.url} runs on ${dataDir}: stop it first (Ctrl-C in its terminal, or kill ${server.pid}).`;
}

function rememberedElsewhere({ dataDir, log }: Reset): string | null {
  const own = join(dataDir, 'guard');
  const remembering = [
    ...('folder' in log.guard && log.guard.folder !== own ? [`the guard in ${log.guard.folder}`] : []),
    ...log.witnesses.map(({ name }) => `the witness ${name}`),
    ...(log.secret.create ? [] : [`whoever has pinned the keys of ${log.secret.path}`]),
    ...(log.signer ? [`whoever has pinned the keys of ${log.signer.url}`] : []),
  ];
  if (remembering.length === 0) return null;
  return (
    `${remembering.join(' and ')} would take a new log of the same name for a fork. Give the logs another name (log.origin) ` +
    'and start on an empty directory (SUMMIT_DATA_DIR), or on an empty database, instead.'
  );
}

function storedElsewhere(config: Reset): string | null {
  const { DATABASE_URL } = config.environment;
  const remembering = present(config, ['guard', 'keys']);
  if (DATABASE_URL !== undefined) return postgresByHand(DATABASE_URL, remembering);
  if (remembering.length === 0 || present(config, ['database']).length > 0) return null;
  return (
    `In ${config.dataDir} lies no database, and yet ${remembering.join(' and ')}: they belong to a PostgreSQL that DATABASE_URL does not name here. ` +
    `Set it, to be told what to do. If there is none, delete them by hand: rm -r ${remembering.map(quoted).join(' ')}`
  );
}

/** Which of its objects are Summit's cannot be told for sure, so nothing of it is deleted. */
function postgresByHand(databaseUrl: string, remembering: readonly string[]): string {
  const { pathname, hostname, port, username, searchParams } = new URL(databaseUrl);
  const name = decodeURIComponent(pathname.slice(1));
  // In the query is the folder of a socket. Whatever is left out here a program would take from elsewhere: another server, it may be.
  const host = searchParams.get('host') ?? (hostname.replace(/^\[|\]$/g, '') || 'localhost');
  const there = [
    `-h ${quoted(host)}`,
    `-p ${searchParams.get('port') ?? (port || '5432')}`,
    ...(username ? [`-U ${quoted(decodeURIComponent(username))}`] : []),
    quoted(name),
  ].join(' ');
  const steps = [
    `dropdb ${there}`,
    `createdb ${there}`,
    ...(remembering.length > 0 ? [`rm -r ${remembering.map(quoted).join(' ')}`] : []),
    'npx summit seed',
  ];
  return `DATABASE_URL names the database ${name} at ${host}, which may hold more than Summit's. If it does not, stop all servers and do by hand: ${steps.join(' && ')}`;
}

function present({ dataDir }: Pick<Reset, 'dataDir'>, names: readonly string[]): readonly string[] {
  return names.map((name) => join(dataDir, name)).filter((path) => existsSync(path));
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

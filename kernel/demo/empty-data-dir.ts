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
 * @throws Problem `invalid-state` where a server runs on it, or something remembers the old log that does not lie there
 */
export function holdingsOf(config: Reset): readonly string[] {
  const obstacle = rememberedElsewhere(config) ?? runningOn(config);
  if (obstacle !== null) throw new Problem('invalid-state', obstacle);
  return TOGETHER.map((name) => join(config.dataDir, name));
}

/** @throws Problem as above; Error where another process has the data directory */
export function emptyDataDir(config: Reset): void {
  const holdings = holdingsOf(config);
  const lock = lockDataDir(config.dataDir);
  try {
    // Cut off in between, the rest is deleted by the next try.
    for (const path of holdings) rmSync(path, { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

function runningOn({ dataDir }: Reset): string | null {
  const server = runningServer(dataDir);
  return server && `The server at ${server.url} runs on ${dataDir}: stop it first (Ctrl-C in its terminal, or kill ${server.pid}).`;
}

function rememberedElsewhere({ dataDir, environment: { DATABASE_URL }, log }: Reset): string | null {
  const own = join(dataDir, 'guard');
  const remembering = [
    ...('folder' in log.guard && log.guard.folder !== own ? [`the guard in ${log.guard.folder}`] : []),
    ...log.witnesses.map(({ name }) => `the witness ${name}`),
    ...(log.secret.create ? [] : [`whoever has pinned the keys of ${log.secret.path}`]),
    ...(log.signer ? [`whoever has pinned the keys of ${log.signer.url}`] : []),
  ];
  if (remembering.length === 0) return DATABASE_URL === undefined ? null : postgresByHand(DATABASE_URL, dataDir);
  return (
    `${remembering.join(' and ')} would take a new log of the same name for a fork. Give the logs another name (log.origin) ` +
    'and start on an empty directory (SUMMIT_DATA_DIR), or on an empty database, instead.'
  );
}

/** Which of its objects are Summit's cannot be told for sure, so nothing of it is deleted. */
function postgresByHand(databaseUrl: string, dataDir: string): string {
  const { pathname, host } = new URL(databaseUrl);
  const name = decodeURIComponent(pathname.slice(1));
  const present = ['guard', 'keys'].map((part) => join(dataDir, part)).filter((path) => existsSync(path));
  return (
    `DATABASE_URL names the database ${name} at ${host}, which may hold more than Summit's. If it does not, stop all servers and do by hand: ` +
    `dropdb ${name} && createdb ${name}${present.length > 0 ? ` && rm -r ${present.join(' ')}` : ''} && npx summit seed`
  );
}

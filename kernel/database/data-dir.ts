import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface DataDirLock {
  release(): void;
}

/**
 * Takes the data directory for this process: the embedded database has no lock of its own, and two processes on it
 * would destroy it. A lock whose process is gone is taken over.
 * @throws Error naming the process that holds it
 */
export function lockDataDir(dataDir: string): DataDirLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'lock');
  const mine = join(dataDir, `lock.${process.pid}`);
  const identity = identityOf(process.pid);
  writeFileSync(mine, `${identity}\n`, { mode: 0o600 });
  try {
    // A link appears whole or not at all, and only one process can make it.
    while (!tryLink(mine, path)) {
      const holder = readHolder(path);
      if (holder !== '' && holder === identityOf(Number(holder.split(' ')[0]))) {
        throw new Error(
          `the data directory ${dataDir} is in use by process ${holder.split(' ')[0]}: stop it, or set SUMMIT_DATA_DIR to another directory`,
        );
      }
      takeAway(path, holder);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release: () => {
      if (readHolder(path) === identity) rmSync(path, { force: true });
    },
  };
}

/** Removes the lock of a process that is gone; puts it back where another has taken it over in between. */
function takeAway(path: string, holder: string): void {
  const aside = `${path}.gone.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside) !== holder) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** The process and, where the system tells, when it started: after a reboot the same pid is another process. Empty when gone. */
function identityOf(pid: number): string {
  if (!Number.isInteger(pid) || pid <= 0) return '';
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if (codeOf(error) !== 'EPERM') return '';
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return started === undefined ? `${pid}` : `${pid} ${started}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

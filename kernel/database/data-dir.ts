import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  for (;;) {
    try {
      writeFileSync(path, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const holder = Number(readHolder(path));
      if (holder !== process.pid && isAlive(holder)) {
        throw new Error(`the data directory ${dataDir} is in use by process ${holder}: stop it, or set SUMMIT_DATA_DIR to another directory`);
      }
      rmSync(path, { force: true });
    }
  }
  return {
    release: () => {
      if (readHolder(path) === String(process.pid)) rmSync(path, { force: true });
    },
  };
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // It was released between the two looks: nobody holds it.
    return '';
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

import { DatabaseSync } from 'node:sqlite';

export interface Lock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes a file for this process. The lock is the operating system's (SQLite takes it, Node has no call for it): it ends with the
 * process, however that ends, so there is none to be taken over from the dead, and it holds between containers that share a volume.
 * Nothing else may open the file: where this process closes it once more, POSIX ends the lock.
 * @param waitMs how long to wait for another holder; blocks
 * @returns null while another holds it
 */
export function tryLock(path: string, waitMs: number): Lock | null {
  let file: DatabaseSync | null = null;
  try {
    file = new DatabaseSync(path, { timeout: waitMs });
    file.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    file?.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null;
    throw new Error(`${path} cannot be locked`, { cause: error });
  }
  const held = file;
  return { release: () => held.close() };
}

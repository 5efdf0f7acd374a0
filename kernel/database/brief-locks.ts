import { setTimeout as sleep } from 'node:timers/promises';
import { sqlState } from './errors.ts';

/**
 * Begins a transaction of the owner's that changes tables in use. Whoever comes after one that waits for such a lock waits too, reads
 * as well: so it waits for a moment only, and tries again.
 */
export const BRIEF_LOCKS = "SET LOCAL lock_timeout = '1s'";

const PAUSE_MS = 1_000;
/** Two minutes in all: longer than any statement of the app may take, shorter than a backup. */
const TRIES = 60;

const LOCK_NOT_AVAILABLE = '55P03';
const DEADLOCK = '40P01';

/** What was to be done could not be, for as long as it was worth a try. */
export class TablesInUse extends Error {}

/**
 * @param what is done, for whoever reads the error
 * @param work a transaction that `BRIEF_LOCKS` begins; it is begun anew where it could not have a lock
 * @throws TablesInUse
 */
export async function withBriefLocks<T>(what: string, work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE && sqlState(error) !== DEADLOCK) throw error;
      if (tries === TRIES)
        throw new TablesInUse(`${what} needs tables that somebody else holds, a backup or a long transaction: start again when it is over`, {
          cause: error,
        });
      await sleep(PAUSE_MS);
    }
  }
}

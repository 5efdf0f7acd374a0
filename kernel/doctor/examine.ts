import { isUnavailable } from '../database/errors.ts';
import { examineAppLogin, examineDatabase, examineSession } from './database.ts';
import { type Finding, findingsOf } from './finding.ts';
import { examineLogs } from './logs.ts';
import { examinePacks } from './packs.ts';
import type { Patient } from './patient.ts';

/** Looks at all that takes a database, or the packs. Never throws: a check that cannot be made is a finding too. */
export async function examine(patient: Patient): Promise<readonly Finding[]> {
  const database = await attempt('database', () => examineDatabase(patient));
  return [
    ...(await attempt('packs', async () => examinePacks(patient))),
    ...database,
    ...(database.some(({ status }) => status === 'unreachable') ? [] : await attempt('pooler', () => examineSession(patient.config.environment))),
    ...(await attempt('app-login', () => examineAppLogin(patient.config.environment.SUMMIT_APP_DATABASE_URL))),
    // What the logs say is in tables that must be there, and be those of this code.
    ...(database.every(({ check, status }) => status === 'ok' || check === 'clock') ? await attempt('log', () => examineLogs(patient)) : []),
  ];
}

async function attempt(check: string, work: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    const { unreachable, failed } = findingsOf(check);
    if (isUnavailable(error) || isUnavailable((error as Error).cause))
      return [unreachable(message, 'Start what does not answer, or mend its address.')];
    return [failed(message, 'Mend what it names, and look again.')];
  }
}

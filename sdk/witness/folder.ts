import { mkdir } from 'node:fs/promises';
import { draftKey, keepKey, readKey, type WitnessKey } from './key.ts';
import { KnownLogs } from './logs.ts';
import { createRecords, Records } from './records.ts';

/** All that a witness keeps. */
export interface WitnessFolder {
  readonly key: WitnessKey;
  readonly logs: KnownLogs;
  readonly records: Records;
}

/** @throws Error where no witness was started in it yet */
export async function openFolder(dir: string): Promise<WitnessFolder> {
  const key = await readKey(dir);
  if (key === null) throw new Error(`there is no witness in ${dir}: start one with summit witness --dir ${dir}`);
  return { key, logs: new KnownLogs(dir), records: new Records(dir, key.public) };
}

/** Opens a folder, and makes what is in it the first time. @param name of the key that is made @throws TypeError for a name that no key may have */
export async function openOrCreateFolder(dir: string, name: string): Promise<WitnessFolder> {
  if ((await readKey(dir)) === null) {
    const key = await draftKey(name);
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await createRecords(dir);
    await new KnownLogs(dir).create();
    // Last: a folder with a key has the rest, and is never taken for a new one where that is missing.
    await keepKey(dir, key);
  }
  return openFolder(dir);
}

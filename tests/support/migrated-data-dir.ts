import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrated } from '../../sdk/testing/migrated.ts';

/**
 * A data directory whose database the kernel has migrated, for a first start that takes a fraction of the time: there are no keys, no
 * tenants, and nothing of a pack. What a first start does by itself is for process.test.ts and seed-process.test.ts to say.
 */
export async function migratedDataDir(path = mkdtempSync(join(tmpdir(), 'summit-data-'))): Promise<string> {
  const dump = await (await migrated()).arrayBuffer();
  const database = join(path, 'database');
  mkdirSync(database, { recursive: true, mode: 0o700 });
  execFileSync('tar', ['--extract', '--directory', database], { input: Buffer.from(dump), stdio: 'pipe' });
  return path;
}

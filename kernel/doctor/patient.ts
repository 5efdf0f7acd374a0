import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { type Database, openDatabase } from '../database/database.ts';
import { openEngine } from '../database/engine.ts';
import type { Guard } from '../log/guard.ts';
import { openLog } from '../log/open.ts';
import type { Pinned } from '../log/policy-file.ts';
import { openPacks, ownersOfTables } from '../packs/open.ts';
import type { PackRegistry } from '../packs/registry.ts';

/** What is examined: a server that runs, or what one would be made of that started now. */
export interface Patient {
  readonly config: Config;
  readonly packs: PackRegistry;
  readonly database: Database;
  readonly guard: Guard;
  readonly pinned: Pinned;
  /** By tenant, why its log stands still. */
  readonly halted: ReadonlyMap<string, string>;
}

/** Whether nothing was ever started here: then there is nothing to open, and to open it would make it. */
export function isUnborn({ environment, dataDir, log }: Config): boolean {
  const isMissing = (path: string) => !existsSync(path);
  return (environment.DATABASE_URL === undefined && isMissing(join(dataDir, 'database'))) || (log.secret.create && isMissing(log.secret.path));
}

/**
 * Opens what a server is made of, and changes nothing of it: no migration runs, no tenant file is applied.
 * @throws ConfigError, and Error for what keeps a server from starting
 */
export async function openPatient(config: Config): Promise<Patient> {
  const [{ packs }, { guard, pinned }] = await Promise.all([openPacks(config), openLog(config)]);
  const engine = openEngine(config.environment, config.dataDir);
  try {
    const database = await openDatabase({ engine, appUrl: config.environment.SUMMIT_APP_DATABASE_URL, packs: ownersOfTables(packs), poolSize: 2 });
    return { config, packs, database, guard, pinned, halted: new Map() };
  } catch (error) {
    if ('close' in engine) await engine.close();
    throw error;
  }
}

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Config } from '../../kernel/config/config.ts';
import type { EmbeddedDriver } from '../../kernel/database/embedded.ts';
import type { Kernel } from '../../kernel/main.ts';

/** An embedded Summit as its first start leaves it: database, keys, and what was signed. */
export interface Snapshot {
  readonly database: Blob;
  /** Of the data directory, by path. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Each is some 40 MB. */
const MAX_KEPT = 3;
const kept = new Map<string, Snapshot>();

/** What an earlier start in this process with the same configuration has left; undefined where there was none. */
export function snapshotFor(config: Config): Snapshot | undefined {
  const key = keyOf(config);
  const found = kept.get(key);
  if (found) {
    // The one that has not been asked for the longest goes first.
    kept.delete(key);
    kept.set(key, found);
  }
  return found;
}

/**
 * Keeps a Summit that has just opened, for those that start like it. Its log is signed first: a copy has the same keys, and must
 * have nothing before it that could be signed in two ways.
 */
export async function keepSnapshot(config: Config, { transparencyLog }: Kernel['services'], engine: EmbeddedDriver): Promise<void> {
  // An address that was made for one test is not met again, and a witness is not to hear of the log before the test begins.
  if (config.log.witnesses.length > 0 || config.tenants.some(({ webhooks = [] }) => webhooks.length > 0)) return;
  await Promise.all(config.tenants.map(({ id }) => transparencyLog.advance(id)));
  const [oldest] = kept.keys();
  if (kept.size >= MAX_KEPT && oldest !== undefined) kept.delete(oldest);
  kept.set(keyOf(config), { database: await engine.postgres.dump(), files: filesIn(config.dataDir) });
}

export function restoreFiles({ files }: Snapshot, dataDir: string): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(dataDir, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(dataDir, path), bytes, { mode: 0o600 });
  }
}

/** All that the configuration says, wherever its data lie. */
function keyOf(config: Config): string {
  return JSON.stringify(config).replaceAll(config.dataDir, '');
}

function filesIn(folder: string): ReadonlyMap<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ parentPath, name }) => [join(parentPath, name).slice(folder.length), readFileSync(join(parentPath, name))] as const));
}

import type { Config } from '../config/config.ts';
import { type EmbeddedDriver, embeddedDriver } from './embedded.ts';

/** The embedded database, or the address of a real one. */
export type Engine = EmbeddedDriver | { readonly url: string };

/**
 * The embedded database is opening when this returns: call it first, and load the kernel meanwhile.
 * @param dataDir null: in memory, and no lock
 * @throws Error where another process has the data directory
 */
export function openEngine({ DATABASE_URL: url }: Config['environment'], dataDir: string | null): Engine {
  return url === undefined ? embeddedDriver(dataDir) : { url };
}

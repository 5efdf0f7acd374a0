import type { Config } from '../config/config.ts';
import { type EmbeddedDriver, embeddedDriver } from './embedded.ts';

/** A real PostgreSQL, and the way to it. */
export interface Server {
  readonly url: string;
  /** What answers there hands out a connection for one transaction at a time: nothing of a session outlives it. */
  readonly isPooled: boolean;
  /** Where sessions are to be had; null where they are not. */
  readonly directUrl: string | null;
}

/** The embedded database, or a real one. */
export type Engine = EmbeddedDriver | Server;

/**
 * The embedded database is opening when this returns: call it first, and load the kernel meanwhile.
 * @param dataDir null: in memory, and no lock
 * @throws Error where another process has the data directory
 */
export function openEngine(environment: Config['environment'], dataDir: string | null): Engine {
  const { DATABASE_URL: url, SUMMIT_POOLER: pooler, SUMMIT_DIRECT_DATABASE_URL: directUrl } = environment;
  if (url === undefined) return embeddedDriver(dataDir);
  return pooler === undefined ? { url, isPooled: false, directUrl: url } : { url, isPooled: true, directUrl: directUrl ?? null };
}

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where a running server is reached by the CLI: a file of the data directory, readable by its owner only. */
export interface RunningServer {
  readonly url: string;
  /** Made anew at each start; the control endpoint takes it and nothing else. */
  readonly secret: string;
  readonly pid: number;
}

const pathIn = (dataDir: string) => join(dataDir, 'server.json');

export function announceServer(dataDir: string, server: RunningServer): void {
  // With a PostgreSQL and keys of its own a server keeps nothing else there, so nobody may have made it.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(pathIn(dataDir), JSON.stringify(server), { mode: 0o600 });
}

export function withdrawServer(dataDir: string): void {
  rmSync(pathIn(dataDir), { force: true });
}

/** The server that runs on this data directory, or null. */
export function runningServer(dataDir: string): RunningServer | null {
  if (!existsSync(pathIn(dataDir))) return null;
  const server = JSON.parse(readFileSync(pathIn(dataDir), 'utf8')) as RunningServer;
  try {
    process.kill(server.pid, 0);
    return server;
  } catch {
    // It died without tidying up; its file says nothing any more.
    return null;
  }
}

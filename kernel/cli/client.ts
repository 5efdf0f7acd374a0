import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, loadConfig } from '../config/config.ts';
import { createLog } from '../log.ts';
import { openKernel, SERVER_FILE } from '../main.ts';
import type { Commands } from './commands.ts';

/** A failure that the user can mend. Exit codes: 1 the check failed, 2 usage, 3 cannot reach what it needs. */
export class CliError extends Error {
  readonly exitCode: 1 | 2 | 3;

  constructor(exitCode: 1 | 2 | 3, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function configuration(): Config {
  return loadConfig(process.env, process.cwd());
}

type Result<Name extends keyof Commands> = Awaited<ReturnType<Commands[Name]>>;

/** Performs a command in the server that runs on this data directory; when none does, opens the database itself. */
export async function perform<Name extends keyof Commands>(name: Name, input: unknown): Promise<Result<Name>> {
  const config = configuration();
  const server = runningServer(config.dataDir);
  if (server) return ask<Result<Name>>(server, name, input);
  const kernel = await openKernel(config, { log: createLog('error') });
  try {
    const result: unknown = await kernel.services.commands[name](input);
    return result as Result<Name>;
  } finally {
    await kernel.close();
  }
}

interface RunningServer {
  readonly url: string;
  readonly secret: string;
  readonly pid: number;
}

function runningServer(dataDir: string): RunningServer | null {
  const path = join(dataDir, SERVER_FILE);
  if (!existsSync(path)) return null;
  const server = JSON.parse(readFileSync(path, 'utf8')) as RunningServer;
  try {
    process.kill(server.pid, 0);
    return server;
  } catch {
    // It died without tidying up; its file says nothing any more.
    return null;
  }
}

async function ask<T>(server: RunningServer, name: string, input: unknown): Promise<T> {
  const response = await fetch(`${server.url}/-/control/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  }).catch((error: Error) => {
    throw new CliError(3, `the server at ${server.url} (process ${server.pid}) does not answer: ${error.message}`);
  });
  const body = (await response.json()) as T & { detail?: string };
  if (!response.ok) throw new CliError(response.status >= 500 ? 3 : 1, body.detail ?? response.statusText);
  return body;
}

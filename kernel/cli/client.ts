import { type Config, loadConfig } from '../config/config.ts';
import type { Commands } from './commands.ts';
import { type RunningServer, runningServer } from './server-file.ts';

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
  // Only now: a command that a server performs need not load the kernel.
  const [{ openKernel }, { createLog }] = await Promise.all([import('../main.ts'), import('../log.ts')]);
  const kernel = await openKernel(config, { log: createLog('error') });
  try {
    const result: unknown = await kernel.services.commands[name](input);
    return result as Result<Name>;
  } finally {
    await kernel.close();
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

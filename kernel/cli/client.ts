import type { Config } from '../config/config.ts';
import { dataDirOf } from '../config/data-dir.ts';
import { CliError } from './cli-error.ts';
import type { CommandResults } from './commands.ts';
import { type RunningServer, runningServer } from './server-file.ts';

/** Read only now: what needs no configuration need not load what checks it. @throws ConfigError */
export async function configuration(): Promise<Config> {
  const { loadConfig } = await import('../config/config.ts');
  return loadConfig(process.env, process.cwd());
}

type CommandName = keyof CommandResults;

/** Where commands are performed that need the database. */
export interface Session {
  perform<Name extends CommandName>(name: Name, input: unknown): Promise<CommandResults[Name]>;
}

/** Performs commands in the server that runs on this data directory; when none does, opens the database for as long as `work` takes. */
export async function inSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const server = runningServer(dataDirOf(process.env, process.cwd()));
  if (server) return work({ perform: (name, input) => ask(server, name, input) });
  // Only now: a command that a server performs need not load the kernel.
  const [config, { openKernel }, { createLog }] = await Promise.all([configuration(), import('../main.ts'), import('../log.ts')]);
  const kernel = await openKernel(config, { log: createLog('error') });
  try {
    return await work({ perform: (name, input) => kernel.services.commands[name](input) });
  } finally {
    await kernel.close();
  }
}

/** A single command, in a session of its own. */
export function perform<Name extends CommandName>(name: Name, input: unknown): Promise<CommandResults[Name]> {
  return inSession((session) => session.perform(name, input));
}

async function ask<Name extends CommandName>(server: RunningServer, name: Name, input: unknown): Promise<CommandResults[Name]> {
  const unreachable = ({ message }: Error) => new CliError(3, `the server at ${server.url} (process ${server.pid}) does not answer: ${message}`);
  const response = await fetch(`${server.url}/-/control/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  }).catch((error: Error) => {
    throw unreachable(error);
  });
  // It may also die in the middle of its answer.
  const body = (await response.json().catch((error: Error) => {
    throw unreachable(error);
  })) as CommandResults[Name] & { detail?: string };
  if (!response.ok) throw new CliError(response.status >= 500 ? 3 : 1, body.detail ?? response.statusText);
  return body;
}

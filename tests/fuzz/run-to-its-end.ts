import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';

/** Runs a command that shows what it does. @returns its exit code; null where a signal ended it */
export async function runToItsEnd(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<number | null> {
  // It keeps notes of its failures where it runs.
  const child = spawn(command, args, { cwd: tmpdir(), env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as assert from 'uvu/assert';

/** What a user runs. */
export const launcher = new URL('../../kernel/cli/launcher.js', import.meta.url).pathname;
/** The project's folder. */
export const root = new URL('../..', import.meta.url).pathname;
const READY_MS = 60_000;

export interface Output {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of the CLI to its end, in a process of its own. */
export function cli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Output> {
  return run(process.execPath, [launcher, ...args], env);
}

/** A bearer token, as a user of `demo-external` gets one. */
export async function tokenOf(user: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { code, stdout, stderr } = await cli(['token', '--tenant', 'demo-external', '--user', user], env);
  assert.is(code, 0, stderr);
  return stdout.trim();
}

/** Runs a script as a user at the project's folder would. */
export function shell(script: string, env: NodeJS.ProcessEnv): Promise<Output> {
  return run('bash', ['-c', script], env);
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Output> {
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout: stdout(), stderr: stderr() };
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** @returns the exit code, or the signal that ended it */
  stop(signal: NodeJS.Signals): Promise<number | string>;
}

/** Starts the server as a user would and waits for the line that says it is ready. It seeds nothing, unless `env` says so. */
export function startServer(env: NodeJS.ProcessEnv): Promise<ServerProcess> {
  return startProcess(['start'], { PORT: '0', LOG_LEVEL: 'error', SUMMIT_SEED: 'off', ...env });
}

/** Starts a command that serves, and waits for the line with its address. */
export async function startProcess(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
  const child = spawn(process.execPath, [launcher, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr = collect(child.stderr);
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${READY_MS} ms: ${stderr()}`)), READY_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /(?:ready at|listening on) (\S+)/.exec(String(chunk))?.[1];
      if (!found) return;
      clearTimeout(timer);
      resolve(found);
    });
    closed.then(([code]) => reject(new Error(`ended with ${code} before it was ready: ${stderr()}`)), reject);
  });
  return {
    child,
    url,
    async stop(signal) {
      child.kill(signal);
      const [code, by] = await closed;
      return code ?? by ?? 'unknown';
    },
  };
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  return () => text;
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { median } from './load.ts';
import { mebibytes, memoryOf } from './memory.ts';
import type { Figure } from './report.ts';
import { REQUEST, REQUESTS, ROOT, TENANT } from './subject.ts';

const STARTS = 5;
const TARGET_MS = 2_000;
const REQUESTS_SENT = 300;
const PATIENCE_MS = 30_000;
const LAUNCHER = join(ROOT, 'kernel/cli/launcher.js');

/** From the command to the line that says it is ready, on a data directory that is already there; and the memory it takes. */
export async function measureStart(): Promise<readonly Figure[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'summit-bench-'));
  const { DATABASE_URL: _, SUMMIT_APP_DATABASE_URL: __, ...inherited } = process.env;
  const env = { ...inherited, SUMMIT_DATA_DIR: dataDir, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', SUMMIT_SEED: 'off' };
  try {
    const first = await timedStart(env);
    await stop(first.server);
    const times: number[] = [];
    for (let count = 1; count < STARTS; count++) {
      const { ms, server } = await timedStart(env);
      times.push(ms);
      await stop(server);
    }
    const last = await timedStart(env);
    times.push(last.ms);
    try {
      const idle = memoryOf(last.server.pid).now;
      await sendRequests(last.url, env);
      const { now, peak } = memoryOf(last.server.pid);
      return [
        { what: 'first start, an empty data directory', value: seconds(first.ms) },
        { what: 'start to ready', value: seconds(median(times)), target: `< ${seconds(TARGET_MS)}`, met: median(times) < TARGET_MS },
        { what: 'memory once ready (RSS)', value: mebibytes(idle) },
        { what: `memory after ${REQUESTS_SENT} writes (RSS)`, value: mebibytes(now) },
        { what: 'memory at its peak (RSS)', value: mebibytes(peak) },
      ];
    } finally {
      await stop(last.server);
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function timedStart(env: NodeJS.ProcessEnv): Promise<{ ms: number; url: string; server: ChildProcess }> {
  const started = performance.now();
  const server = spawn(process.execPath, [LAUNCHER, 'start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  endWithThisProcess(server);
  const patience = setTimeout(() => server.kill('SIGKILL'), PATIENCE_MS);
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const url = /ready at (http\S+)/.exec(line)?.[1];
      if (url) return { ms: performance.now() - started, url, server };
    }
  } finally {
    clearTimeout(patience);
  }
  throw new Error('the server ended, or took too long, without a line that says it is ready');
}

/** Where the benchmark is interrupted, its servers go with it. */
function endWithThisProcess(server: ChildProcess): void {
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  server.once('exit', () => process.off('exit', end));
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  const patience = setTimeout(() => server.kill('SIGKILL'), PATIENCE_MS);
  await gone;
  clearTimeout(patience);
}

async function sendRequests(url: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, 'token', '--tenant', TENANT, '--user', 'engineer'], { cwd: ROOT, env });
  const headers = { authorization: `Bearer ${stdout.trim()}`, 'content-type': 'application/json' };
  for (let count = 0; count < REQUESTS_SENT; count++) {
    const response = await fetch(url + REQUESTS, { method: 'POST', headers, body: JSON.stringify(REQUEST) });
    await response.arrayBuffer();
    if (response.status !== 201) throw new Error(`the server answered ${response.status} to a request`);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

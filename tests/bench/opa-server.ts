import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findOpa } from '../../policies/build/opa.ts';
import { freePort } from '../support/postgres-server.ts';
import { ROOT } from './subject.ts';

const POLICIES = join(ROOT, 'policies');
const START_MS = 20_000;

/** Each decision is logged, as ours is on record, and no request: its own lines about those would take longer than the decision. */
const LOGGING = ['--set', 'decision_logs.console=true', '--log-level', 'error'];

export interface OpaServer {
  readonly url: string;
  readonly version: string;
  close(): Promise<void>;
}

/** The pinned OPA as a server of our policies' sources. @throws OpaMissing */
export async function startOpa(): Promise<OpaServer> {
  const { version } = findOpa(POLICIES);
  const url = `http://127.0.0.1:${await freePort()}`;
  const options = ['--addr', new URL(url).host, '--skip-version-check', '--ignore', '*_test.rego', ...LOGGING];
  const server = spawn(program(), ['run', '--server', ...options, 'high_risk', 'lib'], { cwd: POLICIES, stdio: ['ignore', 'pipe', 'pipe'] });
  // Read and dropped. In a file, what it logs would have to reach the disk before a commit of ours may.
  server.stdout.resume();
  server.stderr.resume();
  // Whatever ends this process ends the server.
  const end = () => server.kill('SIGKILL');
  process.once('exit', end);
  const gone = once(server, 'exit');
  const close = async () => {
    end();
    await gone;
    process.off('exit', end);
  };
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error('opa run --server did not start');
    }
    await sleep(50);
  }
  return { url, version, close };
}

/** Of the three places where findOpa looks, the one where it has found the pinned version. */
function program(): string {
  const { OPA } = process.env;
  return OPA || spawnSync('go', ['tool', '-n', 'opa'], { cwd: POLICIES, encoding: 'utf8' }).stdout?.trim() || 'opa';
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );
}

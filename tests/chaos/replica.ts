import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenOf } from '../support/process.ts';
import { endWithThis, gone } from '../support/process-tree.ts';

const LAUNCHER = new URL('../../kernel/cli/launcher.js', import.meta.url).pathname;
const READY_MS = 90_000;
const RESTART_MS = 100;

/** A Summit as `summit start` runs it, at an address of its own that stays, and started again whenever it ends before it was told to. */
export class Replica {
  readonly name: string;
  readonly url: string;
  /** How it ended where nobody had ended it, and it had been ready. */
  readonly crashes: string[] = [];
  readonly #env: NodeJS.ProcessEnv;
  readonly #logFile: string;
  #process: ChildProcess | null = null;
  #isReady = false;
  #isWanted = false;

  constructor(name: string, { folder, port, env }: { folder: string; port: number; env: NodeJS.ProcessEnv }) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.#env = { ...env, PORT: String(port), SUMMIT_DATA_DIR: join(folder, name) };
    this.#logFile = join(folder, `${name}.log`);
  }

  /** Whether it has said that it is up: a balancer would send requests here. */
  get isReady(): boolean {
    return this.#isReady;
  }

  /** JSON lines, of all its lives. */
  get log(): string {
    return existsSync(this.#logFile) ? readFileSync(this.#logFile, 'utf8') : '';
  }

  /** Resolves when it says that it is ready. @throws Error where it ends before, or takes too long */
  async start(): Promise<void> {
    this.#isWanted = true;
    await this.#live();
  }

  /** Resolves when it is dead. It is started again at once. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** @returns its exit code, or the signal that ended it */
  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | string> {
    this.#isWanted = false;
    const stopped = await this.#end(signal);
    return stopped?.exitCode ?? stopped?.signalCode ?? 'not running';
  }

  /** As `summit token` prints it. */
  token(user: string): Promise<string> {
    return tokenOf(user, this.#env);
  }

  async #live(): Promise<void> {
    const log = openSync(this.#logFile, 'a');
    const started = spawn(process.execPath, [LAUNCHER, 'start'], { env: { ...process.env, ...this.#env }, stdio: ['ignore', 'pipe', log] });
    closeSync(log);
    const { stdout } = started;
    if (!stdout) throw new TypeError('what is piped can be read');
    this.#process = started;
    endWithThis(started, 'SIGKILL');
    const ended = once(started, 'exit').then(([code, signal]) => this.#ended(started, signal ?? code));
    const patience = setTimeout(() => started.kill('SIGKILL'), READY_MS);
    await Promise.race([
      once(stdout, 'data'),
      ended.then((how) => {
        throw new Error(`${this.name} ended (${how}) before it was ready: ${this.log.slice(-1_000)}`);
      }),
    ]).finally(() => clearTimeout(patience));
    this.#isReady = true;
    ended.catch(() => undefined);
  }

  #ended(process: ChildProcess, how: string | number): string | number {
    // Whoever has killed it has said before that it is not ready.
    if (this.#isReady) this.crashes.push(`${this.name} ended by itself (${how}): ${this.log.slice(-500)}`);
    this.#isReady = false;
    if (this.#isWanted && this.#process === process) setTimeout(() => this.#again(), RESTART_MS);
    return how;
  }

  #again(): void {
    // One that cannot start, since its database is away, ends and comes here again.
    if (this.#isWanted) this.#live().catch(() => undefined);
  }

  async #end(signal: NodeJS.Signals): Promise<ChildProcess | null> {
    const running = this.#process;
    this.#isReady = false;
    if (running) {
      running.kill(signal);
      await gone(running);
    }
    return running;
  }
}

import { Worker } from 'node:worker_threads';
import type { Answer, Call, EmbeddedData, Opening, Result } from './embedded-thread.ts';

interface Session {
  query<R>(text: string, values?: readonly unknown[]): Promise<Result<R>>;
}

export interface EmbeddedTransaction extends Session {
  rollback(): Promise<void>;
}

interface Waiting {
  resolve(result: Result): void;
  reject(error: Error): void;
}

/**
 * PGlite in a thread of its own: it starts while this thread loads the kernel, and neither its work nor its fsync holds
 * up a request. It has what Kysely's dialect for PGlite asks for.
 */
export class EmbeddedPostgres implements Session {
  readonly waitReady: Promise<void>;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  /** Settles when the last of those that queue is done, and never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  #ready = false;
  #closing: Promise<void> | null = null;
  #ended: Error | null = null;

  constructor(data: EmbeddedData, compiled?: WebAssembly.Module) {
    this.#thread = new Worker(new URL('./embedded-thread.ts', import.meta.url), { workerData: { data, compiled } satisfies Opening });
    this.#thread.on('message', (answer: Answer) => this.#settle(answer));
    this.#thread.on('error', (error) => this.#end(new Error(`PGlite is closed: ${error.message}`, { cause: error })));
    this.#thread.on('exit', () => this.#end(new Error('PGlite is closed')));
    this.waitReady = this.#call('open').then(() => {
      this.#ready = true;
    });
    // Whoever uses it learns why it did not open.
    this.waitReady.catch(() => undefined);
  }

  get ready(): boolean {
    return this.#ready;
  }

  get closed(): boolean {
    return this.#closing !== null;
  }

  query<R>(text: string, values?: readonly unknown[]): Promise<Result<R>> {
    return this.#alone(() => this.#call<R>('query', text, values));
  }

  /**
   * Commits when `work` is done, where it has not rolled back.
   * @param prologue statements that go out together with BEGIN
   */
  transaction<T>(work: (tx: EmbeddedTransaction) => Promise<T>, prologue = ''): Promise<T> {
    return this.#alone(async () => {
      let open = true;
      const end = async (statement: 'COMMIT' | 'ROLLBACK') => {
        open = false;
        const { command } = await this.#call('exec', statement);
        if (command !== statement) throw new Error('the transaction was not committed');
      };
      try {
        await this.#call('exec', `BEGIN;${prologue}`);
        const result = await work({
          // After the end it would run outside, and as the owner.
          query: (text, values) => (open ? this.#call('query', text, values) : Promise.reject(new Error('the transaction is over'))),
          rollback: () => end('ROLLBACK'),
        });
        if (open) await end('COMMIT');
        return result;
      } catch (error) {
        if (open) await end('ROLLBACK');
        throw error;
      }
    });
  }

  /** All that is in it, for another to open in memory. */
  dump(): Promise<Blob> {
    return this.#alone(async () => {
      const { dump } = await this.#call('dump');
      if (!dump) throw new Error('PGlite gave no dump');
      return dump;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#last;
    // What did not open has nothing to close.
    await this.waitReady.then(
      () => this.#call('close'),
      () => undefined,
    );
    await this.#thread.terminate();
  }

  /** Each waits for the one before it: there is one connection. */
  #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.closed) return Promise.reject(new Error('PGlite is closed'));
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  #call<R>(what: Call['what'], text = '', values: readonly unknown[] = []): Promise<Result<R>> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      // Who writes a statement knows its rows.
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result<R>), reject });
      // The process lives for as long as an answer is awaited, as it does for a socket.
      this.#thread.ref();
      this.#thread.postMessage({ id, what, text, values } satisfies Call);
    });
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size === 0) this.#thread.unref();
    if ('error' in answer) waiting?.reject(Object.assign(answer.error, answer.details));
    else waiting?.resolve(answer.result);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

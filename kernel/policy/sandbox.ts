import { Worker } from 'node:worker_threads';
import type { Bundle } from './bundle.ts';
import type { Difference } from './compare.ts';
import { type Evaluation, PolicyFailure } from './compiled.ts';
import type { PolicyResult } from './result.ts';

/** A decision on record, to be made again. */
export interface RecordedQuestion {
  readonly id: string;
  readonly entrypoint: string;
  /** JSON, both. */
  readonly input: string;
  readonly result: string;
}

/** A decision that would come out otherwise. */
export interface Finding {
  readonly id: string;
  readonly difference: Difference | 'failed';
  readonly rules: readonly string[];
  readonly now: PolicyResult | null;
  readonly failure: string | null;
}

export type Question =
  | { readonly kind: 'load'; readonly digest: string; readonly wasm: Uint8Array; readonly dataText: string; readonly entrypoints: readonly string[] }
  | { readonly kind: 'evaluate'; readonly digest: string; readonly entrypoint: string; readonly input: string }
  | { readonly kind: 'compare'; readonly digest: string; readonly recorded: readonly RecordedQuestion[] };

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'evaluated'; readonly evaluation: Evaluation }
  | { readonly kind: 'compared'; readonly findings: readonly Finding[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Beside it comes the memory of the wasm, which the kernel provides, with a maximum. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * A thread to evaluate policies in that nobody has tried yet: wasm that loops cannot be interrupted in its own thread,
 * but the thread can be ended.
 */
export class PolicySandbox {
  readonly #worker: Worker;
  readonly #limitMs: number;
  readonly #ready: Promise<void>;
  readonly #loaded = new Set<string>();
  #dead: Error | null = null;

  /** @param limitMs how long one question may take */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#worker = new Worker(new URL('./sandbox-thread.ts', import.meta.url), { resourceLimits: LIMITS });
    this.#worker.on('error', (error) => {
      this.#dead = error;
    });
    // A thread takes a while to start, which is no fault of the bundle's.
    this.#ready = new Promise((resolve) => this.#worker.once('message', () => resolve()).once('exit', () => resolve()));
    // It holds up no process that wants to end.
    this.#worker.unref();
  }

  /** @throws PolicyFailure */
  async load({ digest, wasm, dataText, entrypoints }: Pick<Bundle, 'digest' | 'wasm' | 'dataText' | 'entrypoints'>): Promise<void> {
    if (this.#loaded.has(digest)) return;
    await this.#ask({ kind: 'load', digest, wasm, dataText, entrypoints });
    this.#loaded.add(digest);
  }

  /** @throws PolicyFailure */
  async evaluate(digest: string, entrypoint: string, input: string): Promise<Evaluation> {
    const answer = await this.#ask({ kind: 'evaluate', digest, entrypoint, input });
    if (answer.kind !== 'evaluated') throw new TypeError(`the sandbox answered ${answer.kind}`);
    return answer.evaluation;
  }

  /** @returns those that differ @throws PolicyFailure where the bundle could not be made to answer at all */
  async compare(digest: string, recorded: readonly RecordedQuestion[]): Promise<readonly Finding[]> {
    const answer = await this.#ask({ kind: 'compare', digest, recorded });
    if (answer.kind !== 'compared') throw new TypeError(`the sandbox answered ${answer.kind}`);
    return answer.findings;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  /** One question at a time. */
  async #ask(question: Question): Promise<Exclude<Answer, { kind: 'failed' }>> {
    this.#worker.ref();
    await this.#ready;
    if (this.#dead) throw new PolicyFailure(`its thread has ended: ${this.#dead.message}`);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onError = (error: Error) => reject(new PolicyFailure(`it broke its thread: ${error.message}`));
    const timer = setTimeout(() => {
      this.#dead = new Error('it was too slow');
      this.#worker.terminate().then(() => reject(new PolicyFailure(`it took longer than ${this.#limitMs} ms`)), reject);
    }, this.#limitMs);
    this.#worker.once('message', resolve).once('error', onError);
    try {
      this.#worker.postMessage(question);
      const answer = await promise;
      if (answer.kind === 'failed') throw new PolicyFailure(answer.message);
      return answer;
    } finally {
      clearTimeout(timer);
      this.#worker.off('message', resolve).off('error', onError);
      this.#worker.unref();
    }
  }
}

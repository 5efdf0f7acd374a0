import { getCompileCacheDir } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Answer, Evaluator, Questions } from '../../sdk/verify/index.ts';

/** So long may a policy bundle take to answer all that it is asked. */
const LIMIT_MS = 20_000;
/** Beside it comes the memory of the wasm, which has a maximum of its own. */
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/**
 * Evaluates the policies of a bundle in a thread: what loops there, eats memory or prints holds up or ends nothing but its
 * thread, and is seen by nobody.
 */
export class EvaluatorThread {
  readonly #limitMs: number;
  #thread = new Thread();

  constructor(limitMs = LIMIT_MS) {
    this.#limitMs = limitMs;
  }

  readonly evaluate: Evaluator = async (questions) => {
    const answers = await this.#thread.ask(questions, this.#limitMs);
    if (!('failure' in answers)) return answers;
    await this.close();
    this.#thread = new Thread();
    return questions.asked.map(() => answers);
  };

  close(): Promise<unknown> {
    return this.#thread.worker.terminate();
  }
}

/** One thread, up to its first failure. */
class Thread {
  readonly worker = new Worker(new URL('./evaluator-thread.js', import.meta.url), {
    workerData: { compileCache: getCompileCacheDir() },
    resourceLimits: LIMITS,
    stdout: true,
    stderr: true,
    env: {},
  });
  /** It may also break before it is asked anything. */
  readonly #broken: Promise<{ failure: string }>;

  constructor() {
    this.#broken = new Promise((resolve) => {
      this.worker.once('error', (error) => resolve({ failure: `it broke its thread: ${error.message}` }));
      this.worker.once('exit', () => resolve({ failure: 'it ended its thread' }));
    });
  }

  async ask(questions: Questions, limitMs: number): Promise<readonly Answer[] | { failure: string }> {
    const answered = new Promise<readonly Answer[]>((resolve) => this.worker.once('message', resolve));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<{ failure: string }>((resolve) => {
      timer = setTimeout(() => resolve({ failure: `it took longer than ${limitMs} ms` }), limitMs);
    });
    this.worker.postMessage(questions);
    try {
      return await Promise.race([answered, this.#broken, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

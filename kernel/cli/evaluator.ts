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
  #worker: Worker | null = startWorker();

  readonly evaluate: Evaluator = async (questions) => {
    const answers = await this.#ask(questions);
    if ('failure' in answers) await this.close();
    return 'failure' in answers ? questions.asked.map(() => answers) : answers;
  };

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = null;
  }

  #ask(questions: Questions): Promise<readonly Answer[] | { failure: string }> {
    this.#worker ??= startWorker();
    const worker = this.#worker;
    const { promise, resolve } = Promise.withResolvers<readonly Answer[] | { failure: string }>();
    const timer = setTimeout(() => resolve({ failure: `it took longer than ${LIMIT_MS / 1_000} s` }), LIMIT_MS);
    worker.once('message', resolve);
    worker.once('error', (error) => resolve({ failure: `it broke its thread: ${error.message}` }));
    worker.once('exit', () => resolve({ failure: 'it ended its thread' }));
    worker.postMessage(questions);
    return promise.finally(() => {
      clearTimeout(timer);
      worker.removeAllListeners();
    });
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./evaluator-thread.ts', import.meta.url), { resourceLimits: LIMITS, stdout: true, stderr: true, env: {} });
}

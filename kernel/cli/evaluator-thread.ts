import { parentPort } from 'node:worker_threads';
import { evaluate, type Questions } from '../../sdk/verify/evaluate.ts';

/** The thread behind EvaluatorThread: its parent may end it at any time. */
parentPort?.on('message', async (questions: Questions) => parentPort?.postMessage(await evaluate(questions)));

// The thread behind EvaluatorThread: its parent may end it at any time. Plain JavaScript, so that the cache of compiled code,
// which a thread does not take over from its process, is on before any TypeScript is read: that halves the time of a verification.
import module from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';

module.enableCompileCache?.(workerData.compileCache);
const { evaluate } = await import('../../sdk/verify/evaluate.ts');
parentPort.on('message', async (questions) => parentPort.postMessage(await evaluate(questions)));

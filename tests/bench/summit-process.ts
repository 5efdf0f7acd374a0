import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Setting, startSubject } from './subject.ts';

/** Where a Summit in a process of its own is to be reached, sent to the process that started it. */
export interface Ready {
  readonly url: string;
  readonly token: string;
}

/** What it may be asked, one thing after another. */
export type Question = { readonly tokenOf: { readonly tenant: string; readonly user: string } } | 'heap';

const [databaseUrl = '', setting = ''] = process.argv.slice(2);
const subject = await startSubject(databaseUrl, JSON.parse(setting) as Setting);
// Whatever ends the benchmark ends its servers.
process.once('disconnect', () => subject.close());
process.on('message', async (question: Question) => {
  process.send?.(question === 'heap' ? heapInUse() : (await subject.summit.services.commands.token(question.tokenOf)).token);
});
process.send?.({ url: subject.summit.url, token: subject.token } satisfies Ready);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** In MiB, buffers and WebAssembly included, once what nobody needs is gone. */
function heapInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

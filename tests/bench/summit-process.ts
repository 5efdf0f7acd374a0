import { type Setting, startSubject } from './subject.ts';

/** Where a Summit in a process of its own is to be reached, sent to the process that started it. */
export interface Ready {
  readonly url: string;
  readonly token: string;
}

const [databaseUrl = '', setting = ''] = process.argv.slice(2);
const subject = await startSubject(databaseUrl, JSON.parse(setting) as Setting);
// Whatever ends the benchmark ends its servers.
process.once('disconnect', () => subject.close());
process.send?.({ url: subject.summit.url, token: subject.token } satisfies Ready);

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Memory, memoryOf } from './memory.ts';
import type { Setting } from './subject.ts';
import type { Question, Ready } from './summit-process.ts';

/** A Summit in a process of its own, as in production. */
export interface OwnProcess extends Ready {
  memory(): Memory;
  /** What it cannot do without, in MiB. */
  heap(): Promise<number>;
  tokenOf(tenant: string, user: string): Promise<string>;
  close(): Promise<void>;
}

export async function startOwnProcess(databaseUrl: string, setting: Setting): Promise<OwnProcess> {
  const server = fork(new URL('./summit-process.ts', import.meta.url), [databaseUrl, JSON.stringify(setting)]);
  const gone = once(server, 'exit');
  const answer = async <T>(): Promise<T> => {
    const [message] = await Promise.race([once(server, 'message'), gone.then(ended)]);
    return message;
  };
  const ready = await answer<Ready>();
  const ask = <T>(question: Question): Promise<T> => {
    server.send(question);
    return answer<T>();
  };
  return {
    ...ready,
    memory: () => memoryOf(server.pid),
    heap: () => ask('heap'),
    tokenOf: (tenant, user) => ask({ tokenOf: { tenant, user } }),
    async close() {
      server.disconnect();
      await gone;
    },
  };
}

function ended(): never {
  throw new Error('a server of the benchmark ended before it was ready, or before it answered');
}

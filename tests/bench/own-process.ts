import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Memory, memoryOf } from './memory.ts';
import type { Setting } from './subject.ts';
import type { Ready } from './summit-process.ts';

/** A Summit in a process of its own, as in production. */
export interface OwnProcess extends Ready {
  memory(): Memory;
  close(): Promise<void>;
}

export async function startOwnProcess(databaseUrl: string, setting: Setting): Promise<OwnProcess> {
  const server = fork(new URL('./summit-process.ts', import.meta.url), [databaseUrl, JSON.stringify(setting)]);
  const gone = once(server, 'exit');
  const [ready] = (await Promise.race([once(server, 'message'), gone.then(ended)])) as [Ready];
  return {
    ...ready,
    memory: () => memoryOf(server.pid),
    async close() {
      server.disconnect();
      await gone;
    },
  };
}

function ended(): never {
  throw new Error('a server of the benchmark ended before it was ready');
}

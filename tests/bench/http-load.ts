import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Reply } from './http-client.ts';
import type { Load } from './load.ts';

/** Clients in a process of their own, so that they take no time from the server. */
export interface HttpLoad {
  /** @throws Error where an answer is not of the status that the order names */
  put(order: Order): Promise<Load>;
  close(): void;
}

export function startHttpLoad(): HttpLoad {
  const client = fork(new URL('./http-client.ts', import.meta.url));
  return {
    async put(order) {
      client.send(order);
      const [reply] = (await once(client, 'message')) as [Reply];
      if ('error' in reply) throw new Error(`a client: ${reply.error}`);
      return reply;
    },
    close: () => client.disconnect(),
  };
}

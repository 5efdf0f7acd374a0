import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Order, Reply } from './http-client.ts';
import { interleave, throughput } from './load.ts';
import { compared, type Figure } from './report.ts';
import { REQUEST, REQUESTS, type Subject } from './subject.ts';
import { CLIENTS } from './writes.ts';

const ROUNDS = 3;
const ROUND_MS = 1_500;
const WARM_UP_MS = 1_000;
const TARGET = 0.5;

/** Creations per second over HTTP, from another process of this machine, against the same ones in the server's process. */
export async function measureHttp({ summit, token, creation }: Subject): Promise<readonly Figure[]> {
  const client = fork(new URL('./http-client.ts', import.meta.url));
  const load = async (clients: number, ms: number): Promise<number> => {
    client.send({ url: summit.url + REQUESTS, token, body: JSON.stringify(REQUEST), clients, ms } satisfies Order);
    const [reply] = (await once(client, 'message')) as [Reply];
    if ('error' in reply) throw new Error(`the client of the HTTP server: ${reply.error}`);
    return reply.rate;
  };
  const figures: Figure[] = [];
  try {
    for (const clients of CLIENTS) {
      await load(clients, WARM_UP_MS);
      const variants = new Map([
        ['http', (ms: number) => load(clients, ms)],
        ['in process', (ms: number) => throughput(creation, clients, ms)],
      ]);
      const rates = await interleave(variants, ROUNDS, (variant) => variant(ROUND_MS));
      const label = `${clients} client${clients === 1 ? '' : 's'}`;
      figures.push(compared(label, rates, 'http', ['in process', 'in process'], TARGET));
    }
  } finally {
    client.disconnect();
  }
  return figures;
}

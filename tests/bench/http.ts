import { startHttpLoad } from './http-load.ts';
import { interleave, throughput } from './load.ts';
import { clientsInWords, compared, type Figure } from './report.ts';
import { REQUEST, REQUESTS, type Subject } from './subject.ts';
import { CLIENTS } from './writes.ts';

const ROUNDS = 3;
const ROUND_MS = 1_500;
const WARM_UP_MS = 1_000;
const TARGET = 0.5;

/** Creations per second over HTTP, from another process of this machine, against the same ones in the server's process. */
export async function measureHttp({ summit, token, creation }: Subject): Promise<readonly Figure[]> {
  const http = startHttpLoad();
  const rate = async (clients: number, ms: number): Promise<number> => {
    const order = { url: summit.url + REQUESTS, token, body: JSON.stringify(REQUEST), status: 201, clients, ms };
    return (await http.put(order)).rate;
  };
  const figures: Figure[] = [];
  try {
    for (const clients of CLIENTS) {
      await rate(clients, WARM_UP_MS);
      const variants = new Map([
        ['http', (ms: number) => rate(clients, ms)],
        ['in process', (ms: number) => throughput(creation, clients, ms)],
      ]);
      const rates = await interleave(variants, ROUNDS, (variant) => variant(ROUND_MS));
      figures.push(compared(clientsInWords(clients), rates, 'http', ['in process', 'in process'], TARGET));
    }
  } finally {
    http.close();
  }
  return figures;
}

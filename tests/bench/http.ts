import { handWritten } from './hand-written.ts';
import { startHttpLoad } from './http-load.ts';
import { interleave, type Load, load, type Variant } from './load.ts';
import { clientsInWords, compared, type Figure, latencies, ratesOf } from './report.ts';
import { POOL_SIZE, REQUEST, REQUESTS, type Subject, TENANT } from './subject.ts';

const CLIENTS = [1, 8, 32, 128];
const ROUNDS = 5;
const ROUND_MS = 1_500;
const WARM_UP_MS = 1_000;
/** Of the rate in the server's process. */
const TARGET = 0.5;

/** Creations per second over HTTP, from another process of this machine, against the same ones in the server's process, and against their rows by hand. */
export async function measureHttp(subject: Subject, databaseUrl: string): Promise<readonly Figure[]> {
  const http = startHttpLoad();
  const hand = await handWritten(databaseUrl, TENANT, await subject.create(), POOL_SIZE);
  const creation = { url: subject.summit.url + REQUESTS, token: subject.token, body: JSON.stringify(REQUEST) };
  const within = (variant: Variant) => (clients: number, ms: number) => load(variant, clients, ms);
  const variants = new Map<string, (clients: number, ms: number) => Promise<Load>>([
    ['http', (clients, ms) => http.put({ requests: [creation], status: 201, clients, ms })],
    ['in process', within(subject.creation)],
    ['hand-written', within(hand.five)],
  ]);
  const figures: Figure[] = [];
  try {
    for (const clients of CLIENTS) {
      for (const variant of variants.values()) await variant(clients, WARM_UP_MS);
      const rounds = await interleave(variants, ROUNDS, (variant) => variant(clients, ROUND_MS));
      const rates = ratesOf(rounds);
      figures.push(compared(clientsInWords(clients), rates, 'http', ['in process', 'in process'], TARGET));
      figures.push(compared('  for reference', rates, 'http', ['hand-written', 'hand-written']));
      figures.push({
        what: '  within, of 50 and 99 of 100',
        value: latencies(rounds, 'http'),
        against: `in process ${latencies(rounds, 'in process')}`,
      });
    }
  } finally {
    http.close();
    await hand.close();
  }
  return figures;
}

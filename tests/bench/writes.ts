import { handWritten } from './hand-written.ts';
import { interleave, throughput, type Variant } from './load.ts';
import { clientsInWords, compared, type Figure } from './report.ts';
import { POOL_SIZE, type Subject, TENANT } from './subject.ts';

export const CLIENTS = [1, 8, 32];
const ROUNDS = 5;
const ROUND_MS = 1_500;
const WARM_UP_MS = 1_000;

/** Of the hand-written rate, by clients. */
const target = (clients: number) => (clients === 1 ? 1 : 0.75);

/** Creations of a request per second: through the kernel, and the same rows by hand. */
export async function measureWrites(subject: Subject, databaseUrl: string): Promise<readonly Figure[]> {
  const hand = await handWritten(databaseUrl, TENANT, await subject.create(), POOL_SIZE);
  const variants = new Map<string, Variant>([
    ['ours', subject.creation],
    ['five', hand.five],
    ['one', hand.one],
  ]);
  const figures: Figure[] = [];
  try {
    for (const clients of CLIENTS) {
      for (const variant of variants.values()) await throughput(variant, clients, WARM_UP_MS);
      const rates = await interleave(variants, ROUNDS, (variant) => throughput(variant, clients, variant === hand.one ? ROUND_MS / 4 : ROUND_MS));
      figures.push(compared(clientsInWords(clients), rates, 'ours', ['five', 'hand-written'], target(clients)));
      figures.push(compared('  for reference', rates, 'ours', ['one', 'one bare statement']));
    }
  } finally {
    await hand.close();
  }
  return figures;
}

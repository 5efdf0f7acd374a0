/** One way of doing the same work, called by each client in turn. */
export interface Variant {
  readonly name: string;
  run(client: number): Promise<void>;
}

/** Calls per second of each variant, one figure a round. */
export type Rates = ReadonlyMap<string, readonly number[]>;

/** Clients that each call again as soon as they are answered, for `ms`. @returns calls per second */
export async function throughput({ run }: Pick<Variant, 'run'>, clients: number, ms: number): Promise<number> {
  const started = performance.now();
  const end = started + ms;
  let calls = 0;
  const client = async (index: number) => {
    while (performance.now() < end) {
      await run(index);
      calls++;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return (calls * 1_000) / (performance.now() - started);
}

/** A B A B …, so that what disturbs the machine disturbs every variant alike. */
export async function interleave<V>(variants: ReadonlyMap<string, V>, rounds: number, measure: (variant: V) => Promise<number>): Promise<Rates> {
  const rates = new Map<string, number[]>([...variants.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, variant] of variants) rates.get(name)?.push(await measure(variant));
  }
  return rates;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}

export function medianOf(rates: Rates, name: string): number {
  return median(rates.get(name) ?? []);
}

/** The median of the ratios within a round: what slows the whole machine for a while slows both, and falls out. */
export function ratioOf(rates: Rates, ours: string, theirs: string): number {
  const against = rates.get(theirs) ?? [];
  return median((rates.get(ours) ?? []).map((rate, round) => rate / (against[round] ?? Number.NaN)));
}

/** One way of doing the same work, called by each client in turn. */
export interface Variant {
  readonly name: string;
  run(client: number): Promise<void>;
}

/** What clients that keep calling have seen. */
export interface Load {
  /** Calls per second. */
  readonly rate: number;
  readonly calls: number;
  /** Milliseconds within which 50, 95 and 99 of 100 calls were answered. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What was measured of each variant, one figure a round. */
export type Rounds<Measured> = ReadonlyMap<string, readonly Measured[]>;

/** Calls per second of each variant. */
export type Rates = Rounds<number>;

/** Clients that each call again as soon as they are answered, for `ms`. */
export async function load({ run }: Pick<Variant, 'run'>, clients: number, ms: number): Promise<Load> {
  const started = performance.now();
  const end = started + ms;
  const latencies: number[] = [];
  const client = async (index: number) => {
    for (let called = started; called < end; ) {
      await run(index);
      const answered = performance.now();
      latencies.push(answered - called);
      called = answered;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  const rate = (latencies.length * 1_000) / (performance.now() - started);
  latencies.sort((a, b) => a - b);
  const within = (share: number) => latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN;
  return { rate, calls: latencies.length, p50: within(0.5), p95: within(0.95), p99: within(0.99) };
}

/** @returns calls per second */
export async function throughput(variant: Pick<Variant, 'run'>, clients: number, ms: number): Promise<number> {
  return (await load(variant, clients, ms)).rate;
}

/** A B A B …, so that what disturbs the machine disturbs every variant alike. */
export async function interleave<V, Measured>(
  variants: ReadonlyMap<string, V>,
  rounds: number,
  measure: (variant: V) => Promise<Measured>,
): Promise<Rounds<Measured>> {
  const measured = new Map<string, Measured[]>([...variants.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, variant] of variants) measured.get(name)?.push(await measure(variant));
  }
  return measured;
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

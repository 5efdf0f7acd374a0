import { type Load, median, medianOf, type Rates, type Rounds, ratioOf } from './load.ts';

/** A figure, and what is wanted of it. Figures are for people: none fails the benchmark. */
export interface Figure {
  readonly what: string;
  readonly value: string;
  readonly against?: string;
  readonly ratio?: number;
  readonly target?: string;
  readonly met?: boolean;
}

const HEAD = ['', 'ours', 'against', 'ratio', 'target', ''];

/** @param figures or, in a line, why there are none */
export function print(title: string, figures: readonly Figure[] | string): void {
  if (typeof figures === 'string') {
    console.log(`\n${title}\n${figures}`);
    return;
  }
  const rows = figures.map(({ what, value, against, ratio, target, met }) => [
    what,
    value,
    against ?? '',
    ratio === undefined ? '' : ratio.toFixed(2),
    target ?? '',
    met === undefined ? '' : met ? 'met' : 'missed',
  ]);
  const used = HEAD.map((_, column) => rows.some((row) => row[column] !== ''));
  const widths = HEAD.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .flatMap((cell, column) => (used[column] ? [column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)] : []))
      .join('   ')
      .trimEnd();
  console.log([`\n${title}`, line(HEAD), ...rows.map(line)].join('\n'));
}

export function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US')}/s`;
}

export function clientsInWords(clients: number): string {
  return `${clients} client${clients === 1 ? '' : 's'}`;
}

/** A rate of ours against another's, by the ratio between them, which is wanted to be at least `target`. */
export function compared(what: string, rates: Rates, ours: string, [theirs, name]: readonly [string, string], target?: number): Figure {
  const ratio = ratioOf(rates, ours, theirs);
  const wanted = target === undefined ? {} : { target: `>= ${target.toFixed(2)}`, met: ratio >= target };
  return { what, value: perSecond(medianOf(rates, ours)), against: `${name} ${perSecond(medianOf(rates, theirs))}`, ratio, ...wanted };
}

export function ratesOf(rounds: Rounds<Load>): Rates {
  return new Map([...rounds].map(([name, loads]) => [name, loads.map(({ rate }) => rate)]));
}

/** Of a variant, how long most calls took and the slowest but one of a hundred. */
export function latencies(rounds: Rounds<Load>, name: string): string {
  const loads = rounds.get(name) ?? [];
  return `${milliseconds(median(loads.map(({ p50 }) => p50)))}, ${milliseconds(median(loads.map(({ p99 }) => p99)))}`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

/** By how much what is wanted to stay as it is may grow. */
const GROWTH = 1.2;

/** How long 95 of 100 calls take, in milliseconds, where there is much, against where there is little. */
export function grown(what: string, p95: Rounds<number>, much: string, [little, name]: readonly [string, string]): Figure {
  const ratio = ratioOf(p95, much, little);
  const value = milliseconds(medianOf(p95, much));
  return { what, value, against: `${name} ${milliseconds(medianOf(p95, little))}`, ratio, target: `<= ${GROWTH.toFixed(2)}`, met: ratio <= GROWTH };
}

/** The same, of which nothing is wanted. */
export function forReference({ what, value, against, ratio }: Figure): Figure {
  return { what, value, ...(against === undefined ? {} : { against }), ...(ratio === undefined ? {} : { ratio }) };
}

import { medianOf, type Rates, ratioOf } from './load.ts';

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

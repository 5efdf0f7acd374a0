import type { GraphNode } from './neighborhood.ts';

/** How nodes of a type look. */
export interface Look {
  /** An SVG path around 0,0. */
  readonly shape: string;
  /** Of the colours that there are. */
  readonly colour: number;
}

const SHAPES = [
  'M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0Z',
  'M-8-8h16v16h-16Z',
  'M0-11L11 0L0 11L-11 0Z',
  'M0-11L10.4 7.5H-10.4Z',
  'M-10 0L-5-9H5L10 0L5 9H-5Z',
  'M0 11L10.4-7.5H-10.4Z',
  'M-3.5-10h7v6.5H10v7H3.5V10h-7V3.5H-10v-7h6.5Z',
] as const;
const COLOURS = 10;

/** By type, in the order in which they are come upon: shapes and colours go round at different lengths, so a pair comes again only after seventy. */
export function looksOf(nodes: readonly GraphNode[]): ReadonlyMap<string, Look> {
  const types = [...new Set(nodes.map(({ type }) => type))];
  return new Map(types.map((type, index) => [type, { shape: SHAPES[index % SHAPES.length] ?? '', colour: (index % COLOURS) + 1 }]));
}

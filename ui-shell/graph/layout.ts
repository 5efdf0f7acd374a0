import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force';
import type { Graph } from './neighborhood.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

interface Body extends SimulationNodeDatum {
  readonly id: string;
}

const TICKS = 300;
/** So long it goes on without a pause, so that the page answers meanwhile. */
const SLICE_MS = 12;
const NEAR = 60;

/**
 * Where each node stands. The first holds the middle; the same graph from the same beginning comes out the same.
 * @param before where nodes stood, so that what is added moves what was there as little as may be
 */
export async function layOut(
  { nodes, edges }: Graph,
  { width, height }: Box,
  before: ReadonlyMap<string, Point>,
): Promise<ReadonlyMap<string, Point>> {
  const bodies = nodes.map(({ id }, index): Body => ({ id, ...(index === 0 ? { fx: 0, fy: 0 } : begins(id, index, edges, before)) }));
  const links = edges.filter(({ from, to }) => from !== to).map(({ from, to }) => ({ source: from, target: to }));
  const crowd = Math.sqrt(nodes.length);
  const simulation = forceSimulation(bodies)
    .force(
      'link',
      forceLink<Body, (typeof links)[number]>(links)
        .id(({ id }) => id)
        .distance(90 + 6 * crowd),
    )
    .force('charge', forceManyBody().strength(-700))
    .force('collide', forceCollide(38))
    .force('x', forceX(0).strength((0.06 * height) / width))
    .force('y', forceY(0).strength((0.06 * width) / height))
    .stop();
  for (let tick = 0, begun = performance.now(); tick < TICKS; tick++) {
    simulation.tick();
    if (performance.now() - begun < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    begun = performance.now();
  }
  return new Map(bodies.map(({ id, x = 0, y = 0 }) => [id, { x, y }]));
}

/** Where it was, or beside what it came with. */
function begins(id: string, index: number, edges: Graph['edges'], before: ReadonlyMap<string, Point>): Partial<Point> {
  const known = before.get(id);
  if (known || before.size === 0) return known ?? {};
  const beside = edges.flatMap(({ from, to }) => before.get(from === id ? to : to === id ? from : '') ?? [])[0] ?? { x: 0, y: 0 };
  const angle = index * 2.4;
  return { x: beside.x + NEAR * Math.cos(angle), y: beside.y + NEAR * Math.sin(angle) };
}

/** For half a name on either side, and a name below. */
const MARGIN: Point = { x: 74, y: 36 };
const LARGEST = 2.2;

/** The same, so that all of it stands in the box. */
export function fitted(points: ReadonlyMap<string, Point>, { width, height }: Box): ReadonlyMap<string, Point> {
  const xs = [...points.values()].map(({ x }) => x);
  const ys = [...points.values()].map(({ y }) => y);
  const across = axis(xs, width, Math.min(MARGIN.x, width / 5));
  const down = axis(ys, height, MARGIN.y);
  return new Map([...points].map(([id, { x, y }]) => [id, { x: across(x), y: down(y) }]));
}

function axis(values: readonly number[], length: number, margin: number): (value: number) => number {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scale = most > least ? Math.min(LARGEST, (length - 2 * margin) / (most - least)) : 1;
  return (value) => length / 2 + (value - (least + most) / 2) * scale;
}

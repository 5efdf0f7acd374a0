import type { Edge, Graph, Manifest } from './bundle.ts';
import { canonical } from './canonical.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './history.ts';
import type { Place } from './log.ts';
import type { Receipt } from './receipts.ts';

/** The edges are exactly those that the receipts bind; a neighbour is one by an edge that has not ended. Labels prove nothing. */
export function judgeGraph(
  graph: Graph,
  { type, id }: Pick<Manifest, 'type' | 'id'>,
  receipts: readonly Receipt[],
  places: ReadonlyMap<Entry, Place>,
  findings: Findings,
): void {
  if (graph.node.id !== id || graph.node.type !== type) {
    findings.add('INVALID', 'graph-differs', 'graph.node is not what the bundle is about', 'graph.node');
  }
  const bound = receipts.flatMap(({ changes }) => changes.edges ?? []);
  if (canonical(bound) !== canonical(graph.edges)) {
    findings.add('INVALID', 'graph-differs', `graph.edges are not the ${bound.length} edges that the receipts bind, in their order`, 'graph.edges');
  }
  const current = currentEdges(receipts, places);
  const leading = new Set(current.filter(({ from }) => from === id).map(({ to, relationship }) => JSON.stringify([to, relationship])));
  const coming = new Set(current.filter(({ to }) => to === id).map(({ from }) => from));
  for (const [index, neighbor] of graph.neighbors.entries()) {
    const isBacked = neighbor.direction === 'out' ? leading.has(JSON.stringify([neighbor.id, neighbor.relationship])) : coming.has(neighbor.id);
    if (isBacked) continue;
    const path = `graph.neighbors[${index}]`;
    findings.add(
      'INVALID',
      'neighbor-not-bound',
      `${path}: no edge that a receipt binds makes ${neighbor.type} ${neighbor.id} a neighbour now`,
      path,
    );
  }
}

/** In the order of the log, in which an end comes after its beginning. */
function currentEdges(receipts: readonly Receipt[], places: ReadonlyMap<Entry, Place>): readonly Edge[] {
  const current = new Map<string, Edge>();
  for (const { changes } of receipts.toSorted((a, b) => order(places.get(a), places.get(b)))) {
    for (const edge of changes.edges ?? []) {
      const key = JSON.stringify([edge.from, edge.relationship, edge.to]);
      if (edge.ends) current.delete(key);
      else current.set(key, edge);
    }
  }
  return [...current.values()];
}

function order(a: Place | undefined, b: Place | undefined): number {
  if (!a || !b) return 0;
  return a.epoch - b.epoch || Number(a.index - b.index);
}

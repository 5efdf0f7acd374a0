import type { Edge } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { type Inverses, type Node, nodesOf } from '../graph/queries.ts';
import { comparePlaces, type Place } from '../log/leaves.ts';
import type { Subject } from './members.ts';
import type { ReadReceipt } from './receipts.ts';

interface Neighbor extends Node {
  readonly relationship: string;
  readonly direction: 'out' | 'in';
}

/** What stands around a subject, as far as the receipts of its bundle prove it. */
export interface ProvenGraph {
  readonly node: Node;
  readonly neighbors: readonly Neighbor[];
  /** All that the receipts bind, in their order. */
  readonly edges: readonly Edge[];
}

/** Only what is bound here is a neighbour: what other receipts say of the subject, theirs must prove. */
export async function provenGraph(
  tx: Transaction,
  tenant: string,
  { type, id }: Subject,
  receipts: readonly ReadReceipt[],
  places: ReadonlyMap<string, Place>,
  inverses: Inverses,
): Promise<ProvenGraph> {
  const around = currentEdges(receipts, places).filter(({ from, to }) => from === id || to === id);
  const nodes = await nodesOf(tx, tenant, [...new Set([id, ...around.flatMap(({ from, to }) => [from, to])])]);
  const neighbors = around.flatMap(({ from, relationship, to }): readonly Neighbor[] => {
    const isOut = from === id;
    const node = nodes.get(isOut ? to : from);
    if (!node) return [];
    return [{ ...node, relationship: isOut ? relationship : (inverses[relationship] ?? relationship), direction: isOut ? 'out' : 'in' }];
  });
  return { node: nodes.get(id) ?? { id, type, label: '' }, neighbors, edges: receipts.flatMap(({ edges }) => edges) };
}

/** In the order of the log, in which an end comes after its beginning. */
function currentEdges(receipts: readonly ReadReceipt[], places: ReadonlyMap<string, Place>): readonly Edge[] {
  const current = new Map<string, Edge>();
  for (const { edges } of receipts.toSorted((a, b) => comparePlaces(places.get(a.row.id), places.get(b.row.id)))) {
    for (const edge of edges) {
      const key = JSON.stringify([edge.from, edge.relationship, edge.to]);
      if (edge.ends) current.delete(key);
      else current.set(key, edge);
    }
  }
  return [...current.values()];
}

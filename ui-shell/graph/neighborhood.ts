export interface GraphNode {
  readonly id: string;
  readonly type: string;
  readonly label: string;
}

export interface Neighbor extends GraphNode {
  /** As named from the node whose neighbor it is. */
  readonly relationship: string;
  readonly direction: 'out' | 'in';
}

/** What was found around a node. */
export interface Around {
  readonly node: GraphNode;
  readonly neighbors: readonly Neighbor[];
  /** Whether there are neighbors that were not asked for. */
  readonly more: boolean;
}

/** All that relates one node to another, read from the one to the other. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly relationships: readonly string[];
}

export interface Graph {
  /** In the order in which they were come upon; the first is what it all stands around. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
  /** The same as rows, each as it was found. */
  readonly rows: readonly { readonly of: GraphNode; readonly neighbor: Neighbor }[];
  /** Whether something is left out. */
  readonly more: boolean;
}

/** More than this nobody can look at. */
export const MOST_NODES = 200;

/** Puts together what was found around several nodes. What was found from both of its ends is one edge. */
export function graphOf(arounds: readonly Around[], most = MOST_NODES): Graph {
  const nodes = new Map(arounds.slice(0, most).map(({ node }) => [node.id, node]));
  const edges = new Map<string, FoundEdge>();
  const rows: Graph['rows'][number][] = [];
  let more = arounds.length > most || arounds.some((around) => around.more);
  for (const { node, neighbors } of arounds) {
    for (const neighbor of neighbors) {
      const { id, type, label } = neighbor;
      if (!nodes.has(id) && nodes.size < most) nodes.set(id, { id, type, label });
      if (nodes.has(id) && nodes.has(node.id)) {
        rows.push({ of: node, neighbor });
        note(edges, node.id, neighbor);
      } else more = true;
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()].map(edgeOf), rows, more };
}

/** With its names from either end, as far as it was seen from there. */
interface FoundEdge {
  readonly from: string;
  readonly to: string;
  readonly names: Readonly<Record<Neighbor['direction'], Set<string>>>;
}

function note(edges: Map<string, FoundEdge>, node: string, { id, relationship, direction }: Neighbor): void {
  const [from, to] = direction === 'out' ? [node, id] : [id, node];
  const key = `${from} ${to}`;
  const edge = edges.get(key) ?? { from, to, names: { out: new Set(), in: new Set() } };
  edge.names[direction].add(relationship);
  edges.set(key, edge);
}

function edgeOf({ from, to, names }: FoundEdge): Edge {
  return names.out.size > 0 ? { from, to, relationships: [...names.out] } : { from: to, to: from, relationships: [...names.in] };
}

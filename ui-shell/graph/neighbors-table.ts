import { type Column, html, shortId, Table } from '../../sdk/ui/index.ts';
import { say } from './messages.ts';
import { pageOfNode, readable, typeWords } from './names.ts';
import type { Graph, GraphNode } from './neighborhood.ts';

type Row = Graph['rows'][number];

/** What the picture shows, row by row. */
export function NeighborsTable({ graph }: { readonly graph: Graph }) {
  const isOfSeveral = new Set(graph.rows.map(({ of }) => of.id)).size > 1;
  const columns: readonly Column<Row>[] = [
    ...(isOfSeveral ? [{ id: 'of', title: say('column.of'), cell: ({ of }: Row) => linked(of) }] : []),
    { id: 'relationship', title: say('column.relationship'), cell: ({ neighbor }) => readable(neighbor.relationship) },
    { id: 'direction', title: say('column.direction'), cell: ({ neighbor }) => say(`direction.${neighbor.direction}`) },
    { id: 'type', title: say('column.type'), cell: ({ neighbor }) => typeWords(neighbor.type) },
    { id: 'label', title: say('column.label'), cell: ({ neighbor }) => linked(neighbor) },
  ];
  return html`<${Table}
    caption=${say('table.caption')}
    columns=${columns}
    rows=${graph.rows}
    keyOf=${({ of, neighbor }: Row) => `${of.id} ${neighbor.relationship} ${neighbor.direction} ${neighbor.id}`}
  />`;
}

/** Many are called alike, so the end of the id stands beside. */
function linked(node: GraphNode) {
  const href = pageOfNode(node);
  return html`<span class="node-link"
    >${href === null ? node.label : html`<a href=${href}>${node.label}</a>`} <code class="quiet">${shortId(node.id)}</code></span
  >`;
}

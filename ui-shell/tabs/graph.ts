import { Empty, Failure, html, Icon, number, type RecordProps, Skeleton, shortId, useEffect, useHappenings, useState } from '../../sdk/ui/index.ts';
import { say } from '../graph/messages.ts';
import { pageOfNode, typeWords } from '../graph/names.ts';
import { type Graph, type GraphNode, graphOf, MOST_NODES } from '../graph/neighborhood.ts';
import { NeighborsTable } from '../graph/neighbors-table.ts';
import { Picture } from '../graph/picture.ts';
import { useArounds } from '../graph/use-arounds.ts';
import { usePlace } from '../location.ts';

/** What the record is related to, as a picture and as a table. Which nodes are opened stands in the address. */
export default function GraphTab({ record }: RecordProps) {
  const { query, change } = usePlace();
  const [chosen, setChosen] = useState<string | null>(null);
  const root = String(record.id);
  const expanded = new Set((query.expanded ?? '').split(',').filter((id) => id !== '' && id !== root));
  const { found, failed, reload } = useArounds([root, ...expanded].join(','));
  useHappenings((happening) => {
    if (happening === null || found.has(happening.subject.id)) reload();
  });
  // What this person has just done may not be told to them.
  useEffect(() => {
    if (found.size > 0) reload();
  }, [record.version]);
  const own = found.get(root);
  const problem = failed.get(root);
  if (!own) return problem ? html`<${Failure} error=${problem} retry=${reload} />` : html`<${Skeleton} />`;
  const graph = graphOf([own, ...[...expanded].flatMap((id) => found.get(id) ?? [])]);
  if (graph.rows.length === 0) return html`<${Empty} title=${say('empty')} />`;
  const toggle = (id: string) => {
    setChosen(id);
    const others = [...expanded].filter((other) => other !== id);
    const now = expanded.has(id) ? others : [...others, id];
    change({ expanded: now.length === 0 ? null : now.join(',') }, { replace: true });
  };
  const node = graph.nodes.find(({ id }) => id === chosen);
  return html`<div class="graph">
      <${Picture} graph=${graph} expanded=${expanded} chosen=${chosen} onChoose=${setChosen} onToggle=${toggle} />
      <p class="graph-chosen">${node && html`<${Chosen} node=${node} isBusy=${expanded.has(node.id) && !found.has(node.id) && !failed.has(node.id)} />`}</p>
      ${[...failed].map(([id, error]) => html`<${Failure} key=${id} error=${error} retry=${reload} />`)}
      <${LeftOut} graph=${graph} />
    </div>
    <h2>${say('table')}</h2>
    <${NeighborsTable} graph=${graph} />`;
}

function Chosen({ node, isBusy }: { readonly node: GraphNode; readonly isBusy: boolean }) {
  const href = pageOfNode(node);
  return html`<strong>${node.label}</strong> <span class="quiet">${typeWords(node.type)} <code>${shortId(node.id)}</code></span>
    ${href !== null && html` <a href=${href}>${say('node.open')}</a>`}
    ${isBusy && html` <span class="quiet">${say('node.busy')}</span>`}`;
}

function LeftOut({ graph: { more, nodes } }: { readonly graph: Graph }) {
  return (
    more && html`<p class="left-out"><${Icon} name="circle-alert" /> ${say('more', { shown: number(nodes.length), most: number(MOST_NODES) })}</p>`
  );
}

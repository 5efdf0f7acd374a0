import { html, useEffect, useId, useRef, useState } from '../../sdk/ui/index.ts';
import type { Box, Point } from './layout.ts';
import { say } from './messages.ts';
import { readable, typeWords } from './names.ts';
import type { Edge, Graph, GraphNode } from './neighborhood.ts';
import { type Look, looksOf } from './shapes.ts';
import { useLayout } from './use-layout.ts';

interface PictureProps {
  readonly graph: Graph;
  readonly expanded: ReadonlySet<string>;
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
  readonly onToggle: (id: string) => void;
}

/** So many names stand side by side; with more, only those of what is chosen and what it is related to. */
const MOST_LABELS = 40;
const MOST_EDGE_LABELS = 24;
const NARROW = 480;

/** The graph as a picture: all of it is in the table as well. */
export function Picture({ graph, expanded, chosen, onChoose, onToggle }: PictureProps) {
  const [place, box] = useBox();
  const points = useLayout(graph, box);
  const id = useId();
  const looks = looksOf(graph.nodes);
  const [root, ...others] = graph.nodes;
  const near = new Set(graph.edges.flatMap(({ from, to }) => (from === chosen || to === chosen ? [from, to] : [])));
  const isNamed = ({ id: node }: GraphNode) => graph.nodes.length <= MOST_LABELS || node === root?.id || expanded.has(node) || near.has(node);
  const labelsAll = graph.edges.length <= MOST_EDGE_LABELS && (box?.width ?? 0) >= NARROW;
  const current = others.find((node) => node.id === chosen) ?? others[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepFrom(others, current, event.key);
    if (!next) return;
    event.preventDefault();
    onChoose(next.id);
    place.current?.querySelector<SVGElement>(`[data-node="${next.id}"]`)?.focus();
  };
  return html`<div class=${`graph-box${graph.nodes.length > MOST_LABELS ? ' large' : ''}`} ref=${place} onKeyDown=${onKeyDown}>
      ${!points && html`<p class="quiet" role="status">${say('picture.arranging')}</p>`}
      ${
        points &&
        box &&
        root &&
        html`<svg width=${box.width} height=${box.height} role="group" aria-label=${say('picture', { name: root.label })} aria-describedby=${`${id}-hint`}>
          <defs><marker id=${`${id}-arrow`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8Z" /></marker></defs>
          <g aria-hidden="true">
            ${graph.edges.map(
              (edge) =>
                html`<${Line} key=${`${edge.from} ${edge.to}`} edge=${edge} points=${points} arrow=${`${id}-arrow`}
                  isLabelled=${labelsAll || edge.from === chosen || edge.to === chosen} isNear=${edge.from === chosen || edge.to === chosen} />`,
            )}
          </g>
          ${[...others, root].map(
            (node) => html`<${Node} key=${node.id} node=${node} look=${looks.get(node.type)} point=${points.get(node.id)} isRoot=${node === root}
              isChosen=${node.id === chosen} isCurrent=${node === current} isExpanded=${expanded.has(node.id)} onChoose=${onChoose} onToggle=${onToggle} />`,
          )}
          <g aria-hidden="true">
            ${graph.nodes.filter(isNamed).map((node) => html`<${Name} key=${node.id} node=${node} width=${box.width} point=${points.get(node.id)} isRoot=${node === root} />`)}
          </g>
        </svg>`
      }
    </div>
    <p id=${`${id}-hint`} class="hint">${say('picture.hint')} ${!labelsAll && say('picture.edges')}</p>
    <${Legend} graph=${graph} looks=${looks} />`;
}

/** Arrow keys go through the nodes in their order, and round. */
function stepFrom(nodes: readonly GraphNode[], current: GraphNode | undefined, key: string): GraphNode | undefined {
  const at = current ? nodes.indexOf(current) : -1;
  if (key === 'Home') return nodes[0];
  if (key === 'End') return nodes.at(-1);
  if (key === 'ArrowRight' || key === 'ArrowDown') return nodes[(at + 1) % nodes.length];
  if (key === 'ArrowLeft' || key === 'ArrowUp') return nodes.at(at - 1);
  return undefined;
}

/** The size of the place, also when it changes. */
function useBox() {
  const place = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    if (!place.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setBox({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) });
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return [place, box] as const;
}

interface LineProps {
  readonly edge: Edge;
  readonly points: ReadonlyMap<string, Point>;
  /** Id of the marker. */
  readonly arrow: string;
  readonly isLabelled: boolean;
  readonly isNear: boolean;
}

/** From the middle of a node to its rim, in pixels. */
const RIM = 14;

function Line({ edge: { from, to, relationships }, points, arrow, isLabelled, isNear }: LineProps) {
  const [a, b] = [points.get(from), points.get(to)];
  if (!a || !b || from === to) return null;
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [dx, dy] = [((b.x - a.x) / length) * RIM, ((b.y - a.y) / length) * RIM];
  return html`<g class=${isNear ? 'edge near' : 'edge'}>
    <line x1=${a.x + dx} y1=${a.y + dy} x2=${b.x - dx} y2=${b.y - dy} marker-end=${`url(#${arrow})`} />
    ${isLabelled && html`<text x=${(a.x + b.x) / 2} y=${(a.y + b.y) / 2} dy="0.32em">${relationships.map(readable).join(', ')}</text>`}
  </g>`;
}

interface NodeProps {
  readonly node: GraphNode;
  readonly look: Look;
  readonly point: Point | undefined;
  readonly isRoot: boolean;
  readonly isChosen: boolean;
  /** The one that Tab comes to. */
  readonly isCurrent: boolean;
  readonly isExpanded: boolean;
  readonly onChoose: (id: string) => void;
  readonly onToggle: (id: string) => void;
}

function Node({ node, look, point, isRoot, isChosen, isCurrent, isExpanded, onChoose, onToggle }: NodeProps) {
  if (!point) return null;
  const name = say('node.name', { label: node.label, type: typeWords(node.type) });
  const inside = html`<title>${name}</title>
    <circle class="node-target" r="15" />
    <path class=${`series-${look.colour}`} d=${look.shape} />`;
  const place = `translate(${point.x.toFixed(1)},${point.y.toFixed(1)})`;
  if (isRoot) return html`<g class="node root" transform=${place} role="img" aria-label=${name}>${inside}</g>`;
  return html`<g
    class=${`node${isChosen ? ' chosen' : ''}${isExpanded ? ' expanded' : ''}`}
    transform=${place}
    role="button"
    tabindex=${isCurrent ? 0 : -1}
    aria-label=${name}
    aria-expanded=${isExpanded}
    data-node=${node.id}
    onFocus=${() => onChoose(node.id)}
    onClick=${() => onToggle(node.id)}
    onKeyDown=${(event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      onToggle(node.id);
    }}
    >${inside}</g
  >`;
}

interface NameProps extends Pick<NodeProps, 'node' | 'point' | 'isRoot'> {
  /** Of the picture. */
  readonly width: number;
}

/** About half of a letter, in pixels. */
const HALF_LETTER = 3.7;

/** Above all lines, and no more than decoration: the node says its whole name itself. */
function Name({ node, point, isRoot, width }: NameProps) {
  if (!point) return null;
  const text = short(node.label);
  const half = text.length * HALF_LETTER;
  const x = Math.max(half, Math.min(point.x, width - half));
  return html`<text class=${isRoot ? 'name root' : 'name'} x=${x} y=${point.y + 25}>${text}</text>`;
}

const LONGEST = 20;

function short(label: string): string {
  return label.length > LONGEST ? `${label.slice(0, LONGEST - 1)}…` : label;
}

function Legend({ graph, looks }: { readonly graph: Graph; readonly looks: ReadonlyMap<string, Look> }) {
  return html`<ul class="legend" aria-label=${say('picture.legend')}>
    ${[...looks].map(
      ([type, { shape, colour }]) => html`<li key=${type}>
        <svg width="24" height="24" viewBox="-12 -12 24 24" aria-hidden="true"><path class=${`series-${colour}`} d=${shape} /></svg>
        ${typeWords(type)} <span class="quiet">${graph.nodes.filter((node) => node.type === type).length}</span>
      </li>`,
    )}
  </ul>`;
}

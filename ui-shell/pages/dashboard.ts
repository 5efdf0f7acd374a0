import {
  apiPath,
  Card,
  type CardValue,
  Chart,
  type ChartOf,
  changeOf,
  FailedPart,
  Failure,
  html,
  listAt,
  measure,
  messagesOf,
  type PackEntry,
  pageAt,
  pageFor,
  Skeleton,
  useRef,
  useResource,
} from '../../sdk/ui/index.ts';
import { Glance, type GlanceOf } from '../glance.ts';
import { usePlace } from '../location.ts';
import { useReloading } from '../reloading.ts';
import { ServiceLevels } from '../slo.ts';

const say = messagesOf({
  period: 'Period',
  'period.days': '{days} days',
  'period.365': '1 year',
  numbers: 'Numbers',
  details: 'In detail',
  change: '{change} against the {days} days before',
  'change.none': 'As in the {days} days before',
});

const PERIODS = [7, 30, 90, 365];
const DEFAULT_DAYS = 30;
const DAY_MS = 86_400_000;

interface BoardCard extends CardValue {
  readonly id: string;
  readonly title: string;
  readonly previous: number | string | null;
  readonly definition: string;
  readonly href: string | null;
  readonly list: string | null;
  readonly links: readonly { readonly title: string; readonly href: string }[];
  readonly error: boolean;
}

/** As `GET /dashboards/:id` answers it. */
interface Board {
  readonly period: { readonly since: string; readonly until: string };
  readonly own_time: boolean;
  readonly cards: readonly BoardCard[];
  readonly charts: readonly (ChartOf & { readonly error: boolean })[];
  readonly lists: readonly GlanceOf[];
}

/** A pack's numbers for a period, pictures of them, and how well all of it works. */
export default function Dashboard({ id, pack }: { readonly id: string; readonly pack: PackEntry }) {
  const { query } = usePlace();
  const { value, error, loading, reload } = useResource<Board>(apiPath(`/dashboards/${id}`, { days: query.days }));
  useReloading(reload);
  // While another period is asked for, the one before stays in its place.
  const last = useRef<Board | null>(null);
  last.current = value ?? last.current;
  const board = error && !value ? null : last.current;
  const title = pack.dashboards.find((dashboard) => dashboard.id === id)?.title ?? id;
  return html`<header class="page-head board-head">
      <h1>${title}</h1>
      ${board && !board.own_time && html`<${Periods} id=${id} days=${query.days ?? String(DEFAULT_DAYS)} />`}
    </header>
    ${board && html`<div class="board" aria-busy=${loading && !value}><${Parts} board=${board} retry=${reload} /><${ServiceLevels} /></div>`}
    ${!board && error && html`<${Failure} error=${error} retry=${reload} />`}
    ${!board && !error && html`<${Skeleton}><${Outline} /><//>`}`;
}

function Periods({ id, days }: { readonly id: string; readonly days: string }) {
  return html`<nav class="periods" aria-label=${say('period')}>
    <ul>
      ${PERIODS.map(
        (period) => html`<li key=${period}>
          <a href=${pageAt(`/dashboards/${id}`, { days: period })} aria-current=${String(period) === days ? 'true' : undefined}>
            ${period === 365 ? say('period.365') : say('period.days', { days: period })}</a>
        </li>`,
      )}
    </ul>
  </nav>`;
}

function Parts({ board, retry }: { readonly board: Board; readonly retry: () => void }) {
  const { period, cards, charts, lists } = board;
  const days = Math.round((Date.parse(period.until) - Date.parse(period.since)) / DAY_MS);
  return html`<h2 class="sr-only">${say('numbers')}</h2>
    <div class="cards board-cards">${cards.map((card) => html`<${BoardCard} key=${card.id} card=${card} days=${days} retry=${retry} />`)}</div>
    ${charts.length + lists.length > 0 && html`<h2 class="sr-only">${say('details')}</h2>`}
    <div class=${lists.length > 0 ? 'board-details with-lists' : 'board-details'}>
      <div class="board-charts">
        ${charts.map((chart) =>
          chart.error
            ? html`<${FailedPart} key=${chart.id} kind="chart" title=${chart.title} retry=${retry} />`
            : html`<${Chart} key=${chart.id} chart=${chart} />`,
        )}
      </div>
      ${lists.map((list) => html`<${Glance} key=${list.id} glance=${list} />`)}
    </div>`;
}

function BoardCard({ card, days, retry }: { readonly card: BoardCard; readonly days: number; readonly retry: () => void }) {
  const { title, definition, links } = card;
  if (card.error) return html`<${FailedPart} kind="card" title=${title} retry=${retry} />`;
  const change = changeOf(card);
  const note = change === null ? null : change === '' ? say('change.none', { days }) : say('change', { change, days });
  return html`<${Card} title=${title} definition=${definition} href=${hrefOf(card)} note=${note} links=${links}>${measure(card)}<//>`;
}

/** No link to a list that this person has not got. */
function hrefOf({ href, list }: BoardCard): string | null {
  const known = list === null || listAt(list.split('?')[0] ?? list) !== undefined;
  return href !== null && known ? pageFor(href) : null;
}

/** Of the shape of what comes. */
function Outline() {
  return html`<div class="cards board-cards">${Array.from({ length: 7 }, (_, index) => html`<div class="card outline" key=${index}></div>`)}</div>
    <div class="chart outline"></div>`;
}

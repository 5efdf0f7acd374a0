import {
  Badge,
  type CardValue,
  type Column,
  html,
  Loaded,
  listAt,
  measure,
  messagesOf,
  number,
  pageAt,
  Table,
  useResource,
} from '../sdk/ui/index.ts';
import { useReloading } from './reloading.ts';

const say = messagesOf({
  title: 'Service levels',
  caption: 'Service levels: what is measured, and what it should be',
  indicator: 'What is measured',
  value: 'Now',
  target: 'Target',
  verdict: 'Met',
  'target.at-most': 'at most {target}',
  'target.none': 'none',
  met: 'Met',
  missed: 'Not met',
  few: 'Too few samples',
  unknown: 'No data',
  watched: 'Watched only',
  samples: 'of {count} samples',
  sample: 'of 1 sample',
});

/** Of fewer the API gives no percentile. */
const FEWEST_SAMPLES = 20;

interface Indicator {
  readonly id: string;
  readonly title: string;
  readonly definition: string;
  readonly value: number | null;
  readonly unit: CardValue['unit'];
  readonly target: number | null;
  readonly met: boolean | null;
  readonly samples: number | null;
  readonly list: string | null;
}

/** How well Summit and the packs do what they say, as `GET /slo` answers it. */
export function ServiceLevels() {
  const levels = useResource<{ readonly indicators: readonly Indicator[] }>('/slo');
  useReloading(levels.reload);
  return html`<section class="levels" aria-labelledby="service-levels">
    <h2 id="service-levels">${say('title')}</h2>
    <${Loaded} of=${levels}>
      ${({ indicators }: { readonly indicators: readonly Indicator[] }) =>
        html`<${Table} caption=${say('caption')} columns=${COLUMNS} rows=${indicators} keyOf=${({ id }: Indicator) => id} />`}
    <//>
  </section>`;
}

const COLUMNS: readonly Column<Indicator>[] = [
  {
    id: 'indicator',
    title: say('indicator'),
    cell: (indicator) => html`${titleOf(indicator)}<p class="level-definition">${indicator.definition}</p>`,
  },
  { id: 'verdict', title: say('verdict'), cell: verdictOf },
  { id: 'value', title: say('value'), numeric: true, cell: (indicator) => html`${measure(indicator)}${samplesOf(indicator)}` },
  {
    id: 'target',
    title: say('target'),
    numeric: true,
    cell: ({ target, unit }) => (target === null ? say('target.none') : say('target.at-most', { target: measure({ value: target, unit }) })),
  },
];

function titleOf({ title, list }: Indicator) {
  const known = list !== null && listAt(list.split('?')[0] ?? list) !== undefined;
  return known ? html`<a href=${pageAt(list)}>${title}</a>` : html`<strong>${title}</strong>`;
}

function samplesOf({ samples }: Indicator) {
  if (samples === null) return null;
  return html`<p class="level-definition">${samples === 1 ? say('sample') : say('samples', { count: number(samples) })}</p>`;
}

function verdictOf({ value, met, samples, target }: Indicator) {
  if (value === null) return html`<${Badge} status="unknown" text=${say(samples !== null && samples < FEWEST_SAMPLES ? 'few' : 'unknown')} />`;
  if (met === null || target === null) return html`<${Badge} status="watched" text=${say('watched')} />`;
  return html`<${Badge} status=${met ? 'ok' : 'missing'} text=${say(met ? 'met' : 'missed')} />`;
}

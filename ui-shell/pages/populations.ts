import {
  apiPath,
  Badge,
  Copyable,
  Facts,
  Form,
  html,
  Icon,
  type Item,
  Loaded,
  messagesOf,
  number,
  pageOfSubject,
  shortId,
  signedIn,
  Table,
  Time,
  useResource,
  words,
} from '../../sdk/ui/index.ts';
import { usePlace } from '../location.ts';
import { type Installed, manifestsOf, useInstalled } from '../operations.ts';

const say = messagesOf({
  title: 'Populations',
  intro:
    'Every record of a type that was created in a time, proven to be all there are, and a sample of them that nobody picked. Test the population first, and then the evidence of each of the sample.',
  draw: 'Show the population',
  'seed-about': 'Name a seed beforehand, and you know that no other sample was drawn and thrown away. Times are in your own time zone.',
  type: 'Type',
  'type-hint': 'Whatever has states.',
  'sample-hint': 'How many are drawn.',
  from: 'From',
  'from-hint': 'Left empty: the beginning.',
  to: 'To',
  'to-hint': 'Left empty: until now.',
  sample: 'Size of the sample',
  seed: 'Seed',
  'seed-hint': 'Left empty: drawn at random.',
  counts: 'What there is',
  subjects: 'Records',
  sampled: 'In the sample',
  receipts: 'Their receipts',
  entries: 'Entries of the log in the range',
  'drawn-by': 'Seed',
  generated: 'Generated',
  range: 'How it is proven to be all',
  'range-body':
    'The document holds every entry of the log between these checkpoints, which the log has signed. Whoever verifies it folds them and finds the same records.',
  log: 'Log',
  'from-entry': 'From entry',
  'to-entry': 'To entry',
  root: 'Root at the end',
  'sample-title': 'Sample',
  'sample-none': 'Nothing of this type was created in this time, so there is nothing to draw from.',
  order: 'Drawn',
  id: 'Record',
  created: 'Created',
  status: 'Status',
  changes: 'Receipts',
  downloads: 'Take it along',
  'download-json': 'Signed document (JSON)',
  'download-csv': 'Table (CSV)',
  'download-html': 'To print (HTML)',
  policy: 'Keys to pin',
  verify: 'Verify it offline, with the keys that you have pinned:',
  until: 'The downloads are of the same range, with the same sample.',
});

interface Population {
  readonly manifest: {
    readonly type: string;
    readonly generated_at: string;
    readonly seed: string;
    readonly sample: readonly string[];
    readonly counts: {
      readonly entries: number;
      readonly subjects: number;
      readonly receipts: number;
      readonly sampled: number;
      readonly by_status: Readonly<Record<string, number>>;
    };
    readonly segments: readonly { readonly origin: string; readonly from_size: number; readonly to_size: number; readonly to_root: string }[];
  };
  readonly subjects: readonly Drawn[];
}

interface Drawn {
  readonly id: string;
  readonly created_at: string;
  readonly status: string;
  readonly receipts: number;
}

/** Auditors begin with all that there is. */
export default function Populations() {
  const { query } = usePlace();
  const installed = useInstalled();
  const { type, ...range } = query;
  return html`<header class="page-head"><h1>${say('title')}</h1></header>
    <p class="quiet lead">${say('intro')} ${say('seed-about')}</p>
    <${Loaded} of=${installed}>${(value: Installed) => html`<${Asking} key=${JSON.stringify(query)} types=${typesIn(value)} />`}<//>
    ${type && html`<${Found} key=${JSON.stringify(query)} type=${type} range=${range} />`}`;
}

interface Choice {
  readonly value: string;
  readonly text: string;
}

/** The types that have states, and so a receipt for each change of a record. */
function typesIn(installed: Installed): readonly Choice[] {
  return manifestsOf(installed).flatMap(({ id, title, entities }) =>
    entities
      .filter(({ transitions }) => transitions !== null)
      .map(({ type }) => ({ value: type, text: type.startsWith(`${id}.`) ? `${title}: ${words(type.slice(id.length + 1))}` : words(type) })),
  );
}

const SAMPLE = 25;
const MAX_SAMPLE = 10_000;

function Asking({ types }: { readonly types: readonly Choice[] }) {
  const { query, change } = usePlace();
  const schema = {
    required: ['type'],
    properties: {
      type: { type: 'string' },
      from: { type: 'string', format: 'date-time' },
      to: { type: 'string', format: 'date-time' },
      sample: { type: 'integer', minimum: 0, maximum: MAX_SAMPLE },
      seed: { type: 'string', maxLength: 128 },
    },
  } as const;
  const fields = {
    type: { label: say('type'), hint: say('type-hint'), options: types },
    from: { label: say('from'), hint: say('from-hint') },
    to: { label: say('to'), hint: say('to-hint') },
    sample: { label: say('sample'), hint: say('sample-hint') },
    seed: { label: say('seed'), hint: say('seed-hint') },
  };
  const submit = async ({ type, from, to, sample, seed }: Item) =>
    change({ type: text(type), from: text(from), to: text(to), sample: text(sample), seed: text(seed) });
  return html`<div class="population-form"><${Form} schema=${schema} fields=${fields} initial=${{ sample: SAMPLE, ...query }} submitLabel=${say('draw')} onSubmit=${submit} /></div>`;
}

function text(value: unknown): string | null {
  return value === undefined ? null : String(value);
}

function Found({ type, range }: { readonly type: string; readonly range: Readonly<Record<string, string>> }) {
  const path = `/evidence/populations/${encodeURIComponent(type)}`;
  const found = useResource<Population>(apiPath(path, range));
  return html`<${Loaded} of=${found}>${(population: Population) => html`<${Shown} path=${path} type=${type} range=${range} population=${population} />`}<//>`;
}

interface ShownProps {
  readonly path: string;
  readonly type: string;
  readonly range: Readonly<Record<string, string>>;
  readonly population: Population;
}

function Shown({ path, type, range, population: { manifest, subjects } }: ShownProps) {
  const { counts, segments, seed, generated_at } = manifest;
  const byId = new Map(subjects.map((subject) => [subject.id, subject]));
  const sample = manifest.sample.flatMap((id) => byId.get(id) ?? []);
  return html`<section class="part">
      <h2>${say('counts')}</h2>
      <${Facts} facts=${[
        { term: say('subjects'), value: number(counts.subjects) },
        { term: say('sampled'), value: number(counts.sampled) },
        { term: say('receipts'), value: number(counts.receipts) },
        { term: say('entries'), value: number(counts.entries) },
        ...Object.entries(counts.by_status).map(([status, count]) => ({ term: words(status), value: number(count) })),
        { term: say('generated'), value: html`<${Time} at=${generated_at} />` },
        { term: say('drawn-by'), value: html`<${Copyable} text=${seed} />` },
      ]} />
    </section>
    <section class="part"><h2>${say('sample-title')}</h2>
      ${sample.length === 0 ? html`<p class="quiet">${say('sample-none')}</p>` : html`<${Sample} type=${type} sample=${sample} />`}
    </section>
    <section class="part">
      <h2>${say('range')}</h2>
      <p>${say('range-body')}</p>
      <${Table}
        caption=${say('range')}
        columns=${[
          { id: 'log', title: say('log'), cell: ({ origin }: Segment) => html`<code>${origin}</code>` },
          { id: 'from', title: say('from-entry'), numeric: true, cell: ({ from_size }: Segment) => number(from_size) },
          { id: 'to', title: say('to-entry'), numeric: true, cell: ({ to_size }: Segment) => number(to_size) },
          { id: 'root', title: say('root'), cell: ({ to_root }: Segment) => html`<code>${to_root}</code>` },
        ]}
        rows=${segments}
        keyOf=${({ origin }: Segment) => origin}
      />
    </section>
    <${Downloads} path=${path} type=${type} range=${{ ...range, to: range.to ?? generated_at, seed }} />`;
}

type Segment = Population['manifest']['segments'][number];

function Sample({ type, sample }: { readonly type: string; readonly sample: readonly Drawn[] }) {
  const rows = sample.map((subject, index) => ({ ...subject, order: index + 1 }));
  type Row = (typeof rows)[number];
  return html`<${Table}
    caption=${say('sample-title')}
    columns=${[
      { id: 'id', title: say('id'), cell: ({ id }: Row) => html`<code title=${id}>${shortId(id)}</code>` },
      { id: 'order', title: say('order'), numeric: true, cell: ({ order }: Row) => number(order) },
      { id: 'created_at', title: say('created'), cell: ({ created_at }: Row) => html`<${Time} at=${created_at} />` },
      { id: 'status', title: say('status'), cell: ({ status }: Row) => html`<${Badge} status=${status} />` },
      { id: 'receipts', title: say('changes'), numeric: true, cell: ({ receipts }: Row) => number(receipts) },
    ]}
    rows=${rows}
    keyOf=${({ id }: Row) => id}
    hrefOf=${({ id }: Row) => pageOfSubject({ type, id })}
  />`;
}

function Downloads({ path, type, range }: Pick<ShownProps, 'path' | 'type' | 'range'>) {
  const { tenant } = signedIn();
  const command = `npx summit verify ${type}.json --policy ${tenant.id}.policy`;
  const link = (format: string, title: string) =>
    html`<a class="button" href=${apiPath(path, { ...range, format })} download=${`${type}.${format}`}><${Icon} name="download" /> ${title}</a>`;
  return html`<section class="part">
    <h2>${say('downloads')}</h2>
    <p class="quiet">${say('until')}</p>
    <div class="actions">
      ${link('json', say('download-json'))} ${link('csv', say('download-csv'))} ${link('html', say('download-html'))}
      <a class="button" href="/log/policy" download><${Icon} name="download" /> ${say('policy')}</a>
    </div>
    <p>${say('verify')}</p>
    <p><${Copyable} text=${command} /></p>
  </section>`;
}

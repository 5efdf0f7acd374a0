import {
  Badge,
  type Column,
  Empty,
  html,
  kitText,
  type ListPage,
  Loaded,
  money,
  type RecordProps,
  Table,
  Time,
  useId,
  usePlace,
  useResource,
} from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Quote, Revision } from './records.ts';
import { differencesBetween, percent } from './terms.ts';

/** The contents that were put up for approval, newest first, and what two of them say otherwise. */
export function Revisions({ record: { id, version } }: RecordProps<Quote>) {
  // The version in the question makes it a new one after each change.
  const revisions = useResource<ListPage<Revision>>(`/revops/quotes/${id}/revisions#${version}`);
  return html`<${Loaded} of=${revisions}>${({ items }: ListPage<Revision>) =>
    items.length === 0
      ? html`<${Empty} title=${say('revisions.none')} />`
      : html`<${Table} caption=${say('revisions.all')} columns=${COLUMNS} rows=${items} keyOf=${(revision: Revision) => revision.id} />
          ${items.length > 1 && html`<${Difference} revisions=${items} />`}`}<//>`;
}

const COLUMNS: readonly Column<Revision>[] = [
  { id: 'revision', title: say('revisions.revision'), numeric: true, cell: ({ revision }) => revision },
  {
    id: 'status',
    title: say('revisions.status'),
    cell: ({ status }) => html`<${Badge} status=${status} tone=${status === 'current' ? 'good' : 'plain'} />`,
  },
  { id: 'amount', title: say('field.amount'), numeric: true, cell: ({ amount, currency }) => money(amount, currency) },
  { id: 'discount_percent', title: say('field.discount_percent'), numeric: true, cell: ({ discount_percent }) => percent(discount_percent) },
  { id: 'net_amount', title: say('field.net_amount'), numeric: true, cell: ({ net_amount, currency }) => money(net_amount, currency) },
  { id: 'submitter', title: say('revisions.submitter'), cell: ({ submitter }) => submitter },
  { id: 'created_at', title: say('revisions.at'), cell: ({ created_at }) => html`<${Time} at=${created_at} />` },
];

/** By default the newest against the one before it; which two are compared stands in the address. */
function Difference({ revisions }: { readonly revisions: readonly Revision[] }) {
  const { query, change } = usePlace();
  const numbered = (number: string | undefined) => revisions.find(({ revision }) => String(revision) === number);
  const to = numbered(query.to) ?? revisions[0];
  const from = numbered(query.from) ?? revisions[1];
  if (!from || !to) return null;
  const differences = differencesBetween(from, to);
  return html`<h2>${say('revisions.difference')}</h2>
    <div class="filters">
      <${Choice} label=${say('revisions.from')} revisions=${revisions} chosen=${from} onChange=${(number: string) => change({ from: number }, { replace: true })} />
      <${Choice} label=${say('revisions.to')} revisions=${revisions} chosen=${to} onChange=${(number: string) => change({ to: number }, { replace: true })} />
    </div>
    ${
      differences.length === 0
        ? html`<p>${say('revisions.same')}</p>`
        : html`<${Table} caption=${say('revisions.difference')} columns=${differenceColumns(from, to)} rows=${differences} keyOf=${({ term }: Changed) => term} />`
    }`;
}

type Changed = ReturnType<typeof differencesBetween>[number];

function differenceColumns(from: Revision, to: Revision): readonly Column<Changed>[] {
  return [
    { id: 'term', title: say('revisions.term'), cell: ({ term }) => titleOf(term) },
    { id: 'from', title: say('revisions.number', { number: from.revision }), cell: (changed) => changed.from ?? kitText('none') },
    { id: 'to', title: say('revisions.number', { number: to.revision }), cell: (changed) => changed.to ?? kitText('none') },
  ];
}

function titleOf(term: string): string {
  switch (term) {
    case 'amount':
    case 'discount_percent':
    case 'net_amount':
    case 'margin_percent':
    case 'term_months':
    case 'payment_terms_days':
    case 'expires_at':
      return say(`field.${term}`);
    case 'largest_line_discount_percent':
      return say('terms.largest_line_discount_percent');
    default:
      return say('terms.line_items');
  }
}

interface ChoiceProps {
  readonly label: string;
  readonly revisions: readonly Revision[];
  readonly chosen: Revision;
  readonly onChange: (number: string) => void;
}

function Choice({ label, revisions, chosen, onChange }: ChoiceProps) {
  const id = useId();
  return html`<span class="filter"><label for=${id}>${label}</label>
    <select id=${id} onChange=${(event: Event) => event.target instanceof HTMLSelectElement && onChange(event.target.value)}>
      ${revisions.map(({ revision }) => html`<option key=${revision} value=${revision} selected=${revision === chosen.revision}>${say('revisions.number', { number: revision })}</option>`)}
    </select></span>`;
}

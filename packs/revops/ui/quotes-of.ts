import {
  Badge,
  type Column,
  holds,
  html,
  Icon,
  type ListPage,
  Loaded,
  listAt,
  money,
  pageAt,
  type RecordProps,
  shortId,
  Table,
  Time,
  useHappenings,
  useResource,
} from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Opportunity, Quote } from './records.ts';
import { percent } from './terms.ts';

const QUOTES = '/revops/quotes';

/** What has been offered to the account. */
export function QuotesOf({ record: { id } }: RecordProps<Opportunity>) {
  const quotes = useResource<ListPage<Quote>>(`${QUOTES}?opportunity=${id}`);
  useHappenings((happening) => {
    if (happening === null || happening.subject.type === 'revops.quote') quotes.reload();
  });
  const mayDraft = listAt(QUOTES)?.creating.some(({ roles }) => holds(roles)) ?? false;
  return html`<header class="page-head">
      <h2>${say('quotes.title')}</h2>
      ${mayDraft && html`<a class="button" href=${pageAt(`${QUOTES}/new`, { opportunity_id: id })}><${Icon} name="plus" /> ${say('quotes.new')}</a>`}
    </header>
    <${Loaded} of=${quotes}>${({ items, next_cursor, total = items.length }: ListPage<Quote>) =>
      items.length === 0
        ? html`<p class="quiet">${say('quotes.none')}</p>`
        : html`<${Table} caption=${say('quotes.title')} columns=${COLUMNS} rows=${items} keyOf=${(quote: Quote) => quote.id} hrefOf=${(quote: Quote) => pageAt(`${QUOTES}/${quote.id}`)} />
            ${next_cursor && html`<p><a href=${pageAt(QUOTES, { opportunity: id })}>${say('quotes.more', { count: total })}</a></p>`}`}<//>`;
}

const COLUMNS: readonly Column<Quote>[] = [
  { id: 'id', title: say('field.id'), cell: ({ id }) => html`<code title=${id}>${shortId(id)}</code>` },
  { id: 'discount_percent', title: say('field.discount_percent'), numeric: true, cell: ({ discount_percent }) => percent(discount_percent) },
  { id: 'net_amount', title: say('field.net_amount'), numeric: true, cell: ({ net_amount, currency }) => money(net_amount, currency) },
  { id: 'status', title: say('revisions.status'), cell: ({ status }) => html`<${Badge} status=${status} />` },
  { id: 'created_at', title: say('field.created_at'), cell: ({ created_at }) => html`<${Time} at=${created_at} />` },
];

import { defineRecordView, html, type Item, messagesOf, number, pageAt, shortId, Time, words } from '../../sdk/ui/index.ts';

const say = messagesOf({
  'title.timestamp': 'When',
  name: '{type}: {quantity}',
  when: 'When',
  type: 'Type',
  quantity: 'Quantity',
  subject: 'Subject',
  source: 'Source',
  pack: 'Pack',
  'external-id': 'Its id outside',
  corrects: 'Corrects',
  receipt: 'Receipt',
});

/** As `GET /metering/events/:id` answers it. */
interface UsageEvent extends Item {
  readonly id: string;
  readonly type: string;
  readonly quantity: string;
  readonly subject: string;
  readonly source: string;
  readonly pack: string;
  readonly external_id: string | null;
  readonly corrects: string | null;
  readonly timestamp: string;
  readonly receipt_id: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export default defineRecordView<UsageEvent>({
  name: ({ type, quantity }) => say('name', { type: words(type), quantity: number(quantity) }),
  titles: { timestamp: say('title.timestamp') },
  headline: ({ timestamp }) => html`<${Time} at=${timestamp} />`,
  cells: { type: ({ type }) => words(type) },
  overview: (event) => [
    { term: say('type'), value: words(event.type) },
    { term: say('quantity'), value: number(event.quantity) },
    { term: say('when'), value: html`<${Time} at=${event.timestamp} />` },
    { term: say('subject'), value: event.subject },
    { term: say('source'), value: html`<code>${event.source}</code>` },
    { term: say('pack'), value: event.pack },
    ...(event.external_id === null ? [] : [{ term: say('external-id'), value: html`<code>${event.external_id}</code>` }]),
    ...(event.corrects === null ? [] : [{ term: say('corrects'), value: linkTo(`/metering/events/${event.corrects}`, event.corrects) }]),
    { term: say('receipt'), value: linkTo(`/receipts/${event.receipt_id}`, event.receipt_id) },
    ...Object.entries(event.metadata).map(([name, value]) => ({ term: words(name), value })),
  ],
});

function linkTo(path: string, id: string) {
  return html`<a href=${pageAt(path)}><code title=${id}>${shortId(id)}</code></a>`;
}

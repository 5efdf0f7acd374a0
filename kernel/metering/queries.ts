import {
  Decimal,
  DecimalAnswer,
  defineQuery,
  Id,
  listOf,
  Nullable,
  pageOf,
  type Query,
  type Row,
  rangeOf,
  Several,
  Strict,
  Timestamp,
  Type,
  valuesOf,
} from '../../sdk/index.ts';
import { UsageEvents } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';

const readers = ['finance', 'operator', 'auditor'];

const UsageEventAnswer = Strict({
  id: Id,
  tenant_id: Type.String(),
  source: Type.String(),
  external_id: Nullable(Type.String({ description: 'The CloudEvents id of one that came from outside' })),
  type: Type.String(),
  pack: Type.String(),
  subject: Type.String(),
  quantity: DecimalAnswer,
  metadata: Type.Record(Type.String(), Type.String()),
  timestamp: Timestamp,
  corrects: Nullable(Id),
  receipt_id: Id,
});

const events = listOf(UsageEvents, { sort: ['id'], search: ['type', 'source', 'subject', 'external_id', 'receipt_id'] });

export const listUsageEvents: Query = defineQuery({
  id: 'metering.events.list',
  title: 'Usage events',
  route: { method: 'GET', path: '/metering/events' },
  roles: readers,
  query: Strict({
    type: Type.Optional(Several),
    source: Type.Optional(Type.String()),
    subject: Type.Optional(Type.String()),
    external_id: Type.Optional(Type.String()),
    receipt_id: Type.Optional(Id),
    since: Type.Optional(Timestamp),
    before: Type.Optional(Timestamp),
    ...events.parameters,
  }),
  answer: pageOf(UsageEventAnswer),
  async run({ db, query: { type, source, subject, external_id, receipt_id, since, before, limit, cursor, count, sort, q } }) {
    const where = { type: valuesOf(type), source, subject, external_id, receipt_id, timestamp: rangeOf({ since, before }) };
    const page = await db.page(events, { where, limit, cursor, count, sort, q });
    return { ...page, items: page.items.map(shown) };
  },
});

export const getUsageEvent: Query = defineQuery({
  id: 'metering.events.get',
  title: 'One usage event',
  route: { method: 'GET', path: '/metering/events/:id' },
  roles: readers,
  query: Strict({}),
  answer: UsageEventAnswer,
  run: async ({ db, params }) => shown(await db.one(UsageEvents, params.id ?? '')),
});

export function listMeters(packs: PackRegistry): Query {
  return defineQuery({
    id: 'metering.meters',
    title: 'What is metered, and which events it counts',
    route: { method: 'GET', path: '/metering/meters' },
    query: Strict({}),
    answer: pageOf(Strict({ id: Type.String(), title: Type.String(), event_type: Type.String(), aggregation: Type.String() })),
    run: async () => ({ items: packs.meters, next_cursor: null, total: packs.meters.length }),
  });
}

function shown(event: Row<typeof UsageEvents>) {
  return { ...event, quantity: new Decimal(event.quantity).toFixed() };
}

import { defineQuery, listParameters, pageOf, Strict, Timestamp, Type, valuesOf } from '../../sdk/index.ts';
import { HighRiskRequest } from './entities.ts';
import { RequestAnswer } from './request.schema.ts';
import { filesOf, presentRequest } from './request.ts';

export const listRequests = defineQuery({
  id: 'high-risk-ops.request.list',
  title: 'Requests',
  route: { method: 'GET', path: '/high-risk-ops/requests' },
  query: Strict({
    status: Type.Optional(Type.String({ description: 'One or several, separated by commas' })),
    requester: Type.Optional(Type.String({ description: 'A handle' })),
    created_since: Type.Optional(Timestamp),
    without_receipts: Type.Optional(Type.Boolean({ description: 'Those with fewer allowed receipts than their version' })),
    ...listParameters,
  }),
  answer: pageOf(RequestAnswer),
  async run({ db, query: { requester, limit, cursor, count, ...filters } }) {
    const requester_id = requester === undefined ? undefined : await db.resolve(`user:${requester}`);
    if (requester_id === null) return { items: [], next_cursor: null, total: 0 };
    const { where, withoutReceipts } = requestsBy(filters);
    const page = await db.page(HighRiskRequest, { where: { ...where, requester_id }, withoutReceipts, limit, cursor, count });
    return { ...page, items: (await filesOf(db, page.items)).map(presentRequest) };
  },
});

export interface RequestFilters {
  readonly status?: string;
  readonly created_since?: string;
  readonly without_receipts?: boolean;
}

/** What the filters of the list mean, for the list and for whatever counts what it shows. */
export function requestsBy({ status, created_since, without_receipts = false }: RequestFilters) {
  const created_at = created_since === undefined ? undefined : { since: created_since };
  return { where: { status: valuesOf(status), created_at }, withoutReceipts: without_receipts };
}

export const getRequest = defineQuery({
  id: 'high-risk-ops.request.get',
  title: 'One request',
  route: { method: 'GET', path: '/high-risk-ops/requests/:id' },
  query: Strict({}),
  answer: RequestAnswer,
  async run({ db, params }) {
    const [file] = await filesOf(db, [await db.one(HighRiskRequest, params.id ?? '')]);
    return file && presentRequest(file);
  },
});

export const requestReceipts = defineQuery({
  id: 'high-risk-ops.request.receipts',
  title: 'The receipts of a request',
  route: { method: 'GET', path: '/high-risk-ops/requests/:id/receipts' },
  query: Strict({}),
  async run({ db, params }) {
    const { id } = await db.one(HighRiskRequest, params.id ?? '');
    const items = await db.receipts(HighRiskRequest, id);
    return { items, next_cursor: null, total: items.length };
  },
});

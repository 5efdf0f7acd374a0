import { defineQuery, emptyPage, listOf, pageOf, rangeOf, receiptsOf, Several, Strict, statesOf, Timestamp, Type, valuesOf } from '@summit/sdk';
import { HighRiskRequest } from './entities.ts';
import { RequestAnswer } from './request.schema.ts';
import { filesOf, presentRequest } from './request.ts';

const requests = listOf(HighRiskRequest, {
  sort: ['created_at', 'updated_at', 'target', 'status', 'duration_minutes'],
  search: ['target', 'type', 'justification'],
  people: ['requester_id'],
});

export const listRequests = defineQuery({
  id: 'high-risk-ops.request.list',
  title: 'Requests',
  route: { method: 'GET', path: '/high-risk-ops/requests' },
  query: Strict({
    status: Type.Optional(statesOf(HighRiskRequest)),
    type: Type.Optional(Several),
    target: Type.Optional(Several),
    environment: Type.Optional(Several),
    requester: Type.Optional(Type.String({ description: 'A handle' })),
    created_since: Type.Optional(Timestamp),
    created_until: Type.Optional(Timestamp),
    without_receipts: Type.Optional(Type.Boolean({ description: 'Those with fewer allowed receipts than their version' })),
    ...requests.parameters,
  }),
  answer: pageOf(RequestAnswer),
  async run({ db, query: { requester, limit, cursor, count, sort, q, ...filters } }) {
    const requester_id = requester === undefined ? undefined : await db.resolve(`user:${requester}`);
    if (requester_id === null) return emptyPage({ cursor, count });
    const { where, withoutReceipts } = requestsBy(filters);
    const page = await db.page(requests, { where: { ...where, requester_id }, withoutReceipts, limit, cursor, count, sort, q });
    return { ...page, items: (await filesOf(db, page.items)).map(presentRequest) };
  },
});

export interface RequestFilters {
  readonly status?: string;
  readonly type?: string;
  readonly target?: string;
  readonly environment?: string;
  readonly created_since?: string;
  readonly created_until?: string;
  readonly without_receipts?: boolean;
}

/** What the filters of the list mean, for the list and for whatever counts what it shows. */
export function requestsBy({ created_since, created_until, without_receipts = false, ...filters }: RequestFilters) {
  const [status, type, target, environment] = [filters.status, filters.type, filters.target, filters.environment].map(valuesOf);
  const created_at = rangeOf({ since: created_since, until: created_until });
  return { where: { status, type, target, environment, created_at }, withoutReceipts: without_receipts };
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

export const requestReceipts = receiptsOf(HighRiskRequest, { path: '/high-risk-ops/requests', title: 'The receipts of a request' });

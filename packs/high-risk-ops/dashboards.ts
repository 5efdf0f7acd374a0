import { type Card, createdIn, type Distribution, defineDashboard, pathTo, type Reader, seriesByDay } from '@summit/sdk';
import { HighRiskRequest } from './entities.ts';
import { listRequests, type RequestFilters, requestsBy } from './queries.ts';

/** How access to production was asked for, decided and used. */
export const overview = defineDashboard({
  id: 'high-risk-ops.overview',
  title: 'High-Risk Ops',
  read(context) {
    const { db, since, now } = context;
    const made: RequestFilters = createdIn(context);
    const { where } = requestsBy(made);
    let measured: Promise<Distribution> | undefined;
    const timeToApprove = () => {
      measured ??= db.distribution(HighRiskRequest, where, { secondsFrom: 'created_at', to: { firstIn: 'approved' } });
      return measured;
    };
    const ofTime = { unit: 'seconds', compared: true } as const;
    return {
      cards: [
        counting(db, { id: 'requests', title: 'Requests', definition: 'Requests made in the period.', filters: made, compared: true }),
        counting(db, {
          id: 'executed',
          title: 'Executed',
          definition: 'Requests made in the period whose access was opened, whether or not it has ended since.',
          filters: { ...made, status: 'executed,expired,revoked' },
          compared: true,
        }),
        counting(db, {
          id: 'pending',
          title: 'Pending',
          definition: 'Requests made in the period that wait for an approval or for their execution.',
          filters: { ...made, status: 'pending,approved' },
        }),
        counting(db, {
          id: 'without-receipts',
          title: 'Without receipts',
          definition: 'Requests made in the period with fewer receipts than changes: always 0, unless someone went round Summit.',
          filters: { ...made, without_receipts: true },
        }),
        {
          ...ofTime,
          id: 'time-to-approve-p50',
          title: 'Time to approve, median',
          definition: 'From the request to the last approval that it needed: half of those made in the period and approved took no longer.',
          value: async () => (await timeToApprove()).p50,
        },
        {
          ...ofTime,
          id: 'time-to-approve-p95',
          title: 'Time to approve, 95th percentile',
          definition: 'From the request to the last approval that it needed: 95 of 100 made in the period and approved took no longer.',
          value: async () => (await timeToApprove()).p95,
        },
        counting(db, {
          id: 'active-grants',
          title: 'Active grants',
          definition: 'Access that is open now, whenever it was asked for.',
          filters: OPEN,
        }),
      ],
      charts: [
        {
          id: 'requests-by-day',
          title: 'Requests per day, by what became of them',
          kind: 'bar',
          axis: 'Day',
          unit: 'count',
          async data() {
            const counts = await db.countByDay(HighRiskRequest, where, { time: 'created_at', by: 'status' });
            return seriesByDay(counts, { since, now }, Object.keys(HighRiskRequest.transitions));
          },
        },
      ],
      lists: [
        {
          id: 'open-now',
          title: 'Access that is open now',
          list: pathTo(listRequests.route.path, OPEN),
          empty: 'No access is open now.',
          columns: [
            { field: 'target', title: 'Target' },
            { field: 'requester', title: 'Requester' },
            { field: 'execution.expires_at', title: 'Ends in', countdown: true },
          ],
        },
      ],
    };
  },
});

const OPEN = { status: 'executed' };

interface CountOfRequests extends Pick<Card, 'id' | 'title' | 'definition' | 'compared'> {
  readonly filters: RequestFilters;
}

/** The card and the list that it opens select by the same filters. */
function counting(db: Reader, { filters, ...described }: CountOfRequests): Card {
  const { where, withoutReceipts } = requestsBy(filters);
  const list = pathTo(listRequests.route.path, { ...filters });
  return { ...described, unit: 'count', list, value: () => db.count(HighRiskRequest, where, { withoutReceipts }) };
}

import { type Card, type ChartData, createdIn, Decimal, type Distribution, defineDashboard, pathTo, type Reader } from '@summit/sdk';
import { Lead, Quote } from './entities.ts';
import { type LeadFilters, leadsBy, listLeads, listQuotes, type QuoteFilters, quotesBy } from './queries.ts';
import { segmentsOf } from './settings.ts';

/** How deals come in, and how their discounts are approved. */
export const governance = defineDashboard({
  id: 'revops.governance',
  title: 'RevOps Governance',
  read(context) {
    const { db, settings } = context;
    const made = createdIn(context);
    const inPeriod = quotesBy(made);
    let measured: Promise<Distribution> | undefined;
    const timeToApprove = (of: (times: Distribution) => number | null) => async () => {
      measured ??= db.distribution(Quote, inPeriod, { secondsFrom: { firstIn: 'pending_approval' }, to: { firstIn: 'approved' } });
      return of(await measured);
    };
    const ofTime = { unit: 'seconds', compared: true } as const;
    const sample = 'From the first submission to the moment when all approvals were there for the first time, of the quotes drafted in the period.';
    return {
      cards: [
        leads(db, { id: 'leads', title: 'Leads', definition: 'Leads taken up in the period.', filters: made, compared: true }),
        quotes(db, { id: 'quotes', title: 'Quotes', definition: 'Quotes drafted in the period.', filters: made, compared: true }),
        quotes(db, {
          id: 'quotes-needing-approval',
          title: 'Quotes requiring approval',
          definition: 'Quotes drafted in the period that somebody else than who submitted them, last, must approve, whatever has become of them.',
          filters: { ...made, needs_approval: true },
          compared: true,
        }),
        quotes(db, {
          id: 'quotes-pending',
          title: 'Waiting for approval',
          definition: 'Quotes that wait for an approval now, whenever they were drafted.',
          filters: { status: 'pending_approval' },
        }),
        {
          ...ofTime,
          id: 'approval-time-average',
          title: 'Approval time, average',
          definition: sample,
          value: timeToApprove(({ average }) => average),
        },
        { ...ofTime, id: 'approval-time-p50', title: 'Approval time, median', definition: sample, value: timeToApprove(({ p50 }) => p50) },
        { ...ofTime, id: 'approval-time-p95', title: 'Approval time, 95th percentile', definition: sample, value: timeToApprove(({ p95 }) => p95) },
      ],
      charts: [
        {
          id: 'discounts',
          title: 'Discounts against the threshold, by segment',
          kind: 'bar',
          axis: 'Discount in percent',
          unit: 'count',
          data: () => discounts(db, inPeriod, segmentsOf({ settings })),
        },
      ],
    };
  },
});

/** The one that the policy goes by: of a quote with line items the largest, which the blended one is never above. */
const DISCOUNT = 'largest_line_discount_percent';
const STEPS = ['5', '10', '15', '20', '25', '30', '40', '50', '100'];

/** Thresholds are steps too, so that no column is on both sides of one. */
async function discounts(
  db: Reader,
  where: ReturnType<typeof quotesBy>,
  segments: Readonly<Record<string, { readonly self_approval_percent: string }>>,
): Promise<ChartData> {
  const thresholds = Object.values(segments).map(({ self_approval_percent }) => new Decimal(self_approval_percent).toString());
  const ascending = (values: readonly string[]) => [...new Set(values)].sort((a, b) => new Decimal(a).cmp(b));
  const [lowest, ...higher] = ascending(thresholds);
  const upTo = ascending([...STEPS, ...thresholds]);
  const series = await Promise.all(
    Object.keys(segments).map(async (segment) => {
      const { histogram } = await db.distribution(Quote, { ...where, segment }, DISCOUNT, { upTo });
      return { name: segment, values: histogram.slice(0, upTo.length) };
    }),
  );
  const title = higher.length > 0 ? 'The lowest threshold' : 'The threshold';
  const all = await db.distribution(Quote, where, DISCOUNT, { upTo });
  const others = upTo.map((_, step) => series.reduce((left, { values }) => left - (values[step] ?? 0), all.histogram[step] ?? 0));
  const shown = others.some((count) => count > 0) ? [...series, { name: 'other segments', values: others }] : series;
  return { labels: upTo.map(labelOf), series: shown, ...(lowest === undefined ? {} : { threshold: { title, label: labelOf(lowest) } }) };
}

function labelOf(percent: string): string {
  return `up to ${percent}`;
}

interface Counted<Filters> extends Pick<Card, 'id' | 'title' | 'definition' | 'compared'> {
  readonly filters: Filters;
}

/** The card and the list that it opens select by the same filters. */
function leads(db: Reader, { filters, ...described }: Counted<LeadFilters>): Card {
  return { ...described, unit: 'count', list: pathTo(listLeads.route.path, { ...filters }), value: () => db.count(Lead, leadsBy(filters)) };
}

function quotes(db: Reader, { filters, ...described }: Counted<QuoteFilters>): Card {
  return { ...described, unit: 'count', list: pathTo(listQuotes.route.path, { ...filters }), value: () => db.count(Quote, quotesBy(filters)) };
}

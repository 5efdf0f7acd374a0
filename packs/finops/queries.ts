import {
  Content,
  defineQuery,
  Id,
  listParameters,
  PricePlan,
  Problem,
  pageOf,
  type Query,
  Strict,
  Timestamp,
  Type,
  valuesOf,
} from '../../sdk/index.ts';
import { requirePlan } from './books.ts';
import { BillingRun, CreditNote, CurrentRatedUsage, CurrentReading, Invoice, InvoiceDiscrepancy, MeterAdjustment } from './entities.ts';
import { assertOwn, emptyInvoice, invoiceNamed, presentInvoice, presentInvoices } from './invoice.ts';
import { invoiceCsv } from './invoice-csv.ts';
import { invoicePage } from './invoice-page.ts';
import { Day, Period, periodIn } from './period.ts';
import { presentMetered } from './reading.ts';
import { recomputed } from './recompute.ts';
import { readers } from './roles.ts';
import { AdjustmentAnswer, InvoiceAnswer, RatedUsageAnswer, ReadingAnswer } from './schemas.ts';
import { assignmentsOf } from './settings.ts';

const Several = Type.String({ description: 'One or several, separated by commas' });

export const listReadings = defineQuery({
  id: 'finops.reading.list',
  title: 'What each meter came to on each day',
  route: { method: 'GET', path: '/metering/readings' },
  roles: readers,
  query: Strict({
    meter: Type.Optional(Several),
    period: Type.Optional(Period),
    day: Type.Optional(Day),
    /** Instead of a day. */
    from: Type.Optional(Day),
    to: Type.Optional(Day),
    ...listParameters,
  }),
  answer: pageOf(ReadingAnswer),
  async run({ db, query: { meter, period, day, from, to, limit, cursor, count } }) {
    const range = day ?? (from === undefined && to === undefined ? undefined : { ...(from ? { since: from } : {}), ...(to ? { until: to } : {}) });
    const page = await db.page(CurrentReading, { where: { meter: valuesOf(meter), period, day: range }, limit, cursor, count });
    return { ...page, items: page.items.map(presentMetered) };
  },
});

export const listAdjustments = defineQuery({
  id: 'finops.adjustment.list',
  title: 'Usage that came after its period was closed, and where it is billed',
  route: { method: 'GET', path: '/metering/adjustments' },
  roles: readers,
  query: Strict({ meter: Type.Optional(Several), period: Type.Optional(Period), billed_in: Type.Optional(Period), ...listParameters }),
  answer: pageOf(AdjustmentAnswer),
  async run({ db, query: { meter, period, billed_in, limit, cursor, count } }) {
    const page = await db.page(MeterAdjustment, { where: { meter: valuesOf(meter), period, billed_in }, limit, cursor, count });
    return { ...page, items: page.items.map(presentMetered) };
  },
});

export const listPlans = defineQuery({
  id: 'finops.plan.list',
  title: 'Price plans, and from when each holds',
  route: { method: 'GET', path: '/billing/plans' },
  roles: readers,
  query: Strict({}),
  answer: pageOf(Strict({ from: Type.Union([Period, Type.Null()]), plan: PricePlan })),
  async run(context) {
    const items = assignmentsOf(context);
    return { items, next_cursor: null, total: items.length };
  },
});

export const listRuns = defineQuery({
  id: 'finops.billing-run.list',
  title: 'Billing runs',
  route: { method: 'GET', path: '/billing/runs' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), created_since: Type.Optional(Timestamp), ...listParameters }),
  async run({ db, query: { period, created_since, limit, cursor, count } }) {
    const created_at = created_since === undefined ? undefined : { since: created_since };
    return db.page(BillingRun, { where: { period, created_at }, limit, cursor, count });
  },
});

export const getRun = defineQuery({
  id: 'finops.billing-run.get',
  title: 'One billing run',
  route: { method: 'GET', path: '/billing/runs/:id' },
  roles: readers,
  query: Strict({}),
  run: ({ db, params }) => db.one(BillingRun, params.id ?? ''),
});

export const listRatedUsage = defineQuery({
  id: 'finops.rated-usage.list',
  title: 'What usage costs, by meter and period',
  route: { method: 'GET', path: '/billing/rated-usage' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), meter: Type.Optional(Several), invoice_id: Type.Optional(Id), ...listParameters }),
  answer: pageOf(RatedUsageAnswer),
  async run({ db, query: { period, meter, invoice_id, limit, cursor, count } }) {
    const page = await db.page(CurrentRatedUsage, { where: { period, meter: valuesOf(meter), invoice_id }, limit, cursor, count });
    const items = page.items.map(({ id, tenant_id, invoice_id: invoice, period: of, meter: name, adjusts, ...rest }) => {
      const { quantity, unit_price, amount, currency, plan_id, plan_version, created_at } = rest;
      return {
        id,
        tenant_id,
        invoice_id: invoice,
        period: of,
        meter: name,
        adjusts,
        quantity,
        unit_price,
        amount,
        currency,
        plan_id,
        plan_version,
        created_at,
      };
    });
    return { ...page, items };
  },
});

export const listInvoices = defineQuery({
  id: 'finops.invoice.list',
  title: 'Invoices',
  route: { method: 'GET', path: '/billing/invoices' },
  roles: readers,
  query: Strict({ status: Type.Optional(Several), period: Type.Optional(Period), ...listParameters }),
  answer: pageOf(InvoiceAnswer),
  async run({ db, query: { status, period, limit, cursor, count } }) {
    const page = await db.page(Invoice, { where: { status: valuesOf(status), period }, limit, cursor, count });
    return { ...page, items: await presentInvoices(db, page.items) };
  },
});

export const getInvoice = defineQuery({
  id: 'finops.invoice.get',
  title: 'The invoice of a period: as JSON, as a page to print, or as CSV',
  route: { method: 'GET', path: '/billing/invoices/:tenant_id/:period' },
  roles: readers,
  query: Strict({ format: Type.Optional(Type.Enum(['json', 'html', 'csv'])) }),
  answer: InvoiceAnswer,
  media: ['application/json', 'text/html', 'text/csv'],
  async run({ db, tenant, params, settings, query: { format } }) {
    assertOwn(params, tenant);
    const found = await invoiceNamed(db, params.period);
    const period = found?.period ?? periodIn(params.period);
    const notes = found ? await db.find(CreditNote, { invoice_id: found.id }) : [];
    const { time_zone } = await db.calendar();
    const invoice = found ? presentInvoice(found, notes) : emptyInvoice({ tenant, period, plan: requirePlan(period, { settings }), time_zone });
    if (format === 'html') return new Content('text/html; charset=utf-8', invoicePage(invoice));
    if (format === 'csv') return new Content('text/csv; charset=utf-8', invoiceCsv(invoice), { filename: `invoice-${tenant}-${period}.csv` });
    return invoice;
  },
});

export const recomputeInvoice: Query = defineQuery({
  id: 'finops.invoice.recompute',
  title: 'Whether a finalized invoice comes out the same from its events',
  route: { method: 'GET', path: '/billing/invoices/:tenant_id/:period/recomputation' },
  roles: readers,
  query: Strict({}),
  answer: Strict({
    invoice_id: Id,
    number: Type.String(),
    matches: Type.Boolean(),
    stored_digest: Type.String({ description: 'SHA-256 of the canonical JSON of readings, lines and total, in hex' }),
    recomputed_digest: Type.String(),
    differences: Type.Array(Strict({ what: Type.String(), stored: Type.String(), recomputed: Type.String() })),
  }),
  async run({ db, tenant, params }) {
    assertOwn(params, tenant);
    const invoice = await invoiceNamed(db, params.period);
    if (!invoice) throw new Problem('not-found', `There is no invoice ${params.period} yet: POST /billing/runs drafts that of a period.`);
    if (invoice.status === 'draft') throw new Problem('invalid-state', `The invoice for ${invoice.period} is a draft, which changes still.`);
    return recomputed(db, invoice);
  },
});

export const listDiscrepancies = defineQuery({
  id: 'finops.invoice-discrepancy.list',
  title: 'Finalized invoices that do not come out the same from their events',
  route: { method: 'GET', path: '/billing/discrepancies' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), ...listParameters }),
  run: ({ db, query: { period, limit, cursor, count } }) => db.page(InvoiceDiscrepancy, { where: { period }, limit, cursor, count }),
});

import {
  Content,
  Day,
  defineQuery,
  Id,
  listOf,
  Nullable,
  Period,
  PricePlan,
  Problem,
  pageOf,
  type Query,
  rangeOf,
  Several,
  Strict,
  statesOf,
  Timestamp,
  Type,
  valuesOf,
} from '@summit/sdk';
import { requirePlan } from './books.ts';
import { BillingRun, CreditNote, CurrentRatedUsage, CurrentReading, Invoice, InvoiceDiscrepancy, MeterAdjustment } from './entities.ts';
import { assertOwn, emptyInvoice, invoiceNamed, nameOf, presentInvoice, presentInvoices } from './invoice.ts';
import { invoiceCsv } from './invoice-csv.ts';
import { invoicePage } from './invoice-page.ts';
import { periodIn } from './period.ts';
import { recomputed } from './recompute.ts';
import { readers } from './roles.ts';
import { AdjustmentAnswer, InvoiceAnswer, RatedUsageAnswer, ReadingAnswer } from './schemas.ts';
import { assignmentsOf } from './settings.ts';

const readings = listOf(CurrentReading, { sort: ['day', 'meter', 'quantity', 'created_at'], search: ['meter', 'event_type', 'ledger_id'] });

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
    ...readings.parameters,
  }),
  answer: pageOf(ReadingAnswer),
  async run({ db, query: { meter, period, day, from, to, limit, cursor, count, sort, q } }) {
    const where = { meter: valuesOf(meter), period, day: day ?? rangeOf({ since: from, until: to }) };
    return db.page(readings, { where, limit, cursor, count, sort, q });
  },
});

const adjustments = listOf(MeterAdjustment, {
  sort: ['day', 'meter', 'quantity', 'billed_in', 'created_at'],
  search: ['meter', 'event_type', 'ledger_id'],
});

export const listAdjustments = defineQuery({
  id: 'finops.adjustment.list',
  title: 'Usage that came after its period was closed, and where it is billed',
  route: { method: 'GET', path: '/metering/adjustments' },
  roles: readers,
  query: Strict({ meter: Type.Optional(Several), period: Type.Optional(Period), billed_in: Type.Optional(Period), ...adjustments.parameters }),
  answer: pageOf(AdjustmentAnswer),
  async run({ db, query: { meter, period, billed_in, limit, cursor, count, sort, q } }) {
    return db.page(adjustments, { where: { meter: valuesOf(meter), period, billed_in }, limit, cursor, count, sort, q });
  },
});

export const listPlans = defineQuery({
  id: 'finops.plan.list',
  title: 'Price plans, and from when each holds',
  route: { method: 'GET', path: '/billing/plans' },
  roles: readers,
  query: Strict({}),
  answer: pageOf(Strict({ from: Nullable(Period), plan: PricePlan })),
  async run(context) {
    const items = assignmentsOf(context);
    return { items, next_cursor: null, total: items.length };
  },
});

const runs = listOf(BillingRun, { sort: ['created_at', 'period', 'total'], search: ['period', 'invoice_id'] });

export const listRuns = defineQuery({
  id: 'finops.billing-run.list',
  title: 'Billing runs',
  route: { method: 'GET', path: '/billing/runs' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), created_since: Type.Optional(Timestamp), ...runs.parameters }),
  async run({ db, query: { period, created_since, limit, cursor, count, sort, q } }) {
    return db.page(runs, { where: { period, created_at: rangeOf({ since: created_since }) }, limit, cursor, count, sort, q });
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

const ratedUsage = listOf(CurrentRatedUsage, {
  sort: ['period', 'meter', 'quantity', 'amount', 'created_at'],
  search: ['meter', 'description', 'invoice_id'],
});

export const listRatedUsage = defineQuery({
  id: 'finops.rated-usage.list',
  title: 'What usage costs, by meter and period',
  route: { method: 'GET', path: '/billing/rated-usage' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), meter: Type.Optional(Several), invoice_id: Type.Optional(Id), ...ratedUsage.parameters }),
  answer: pageOf(RatedUsageAnswer),
  async run({ db, query: { period, meter, invoice_id, limit, cursor, count, sort, q } }) {
    return db.page(ratedUsage, { where: { period, meter: valuesOf(meter), invoice_id }, limit, cursor, count, sort, q });
  },
});

const invoices = listOf(Invoice, {
  sort: ['period', 'number', 'total', 'status', 'finalized_at', 'created_at'],
  search: ['number', 'period', 'plan_id'],
});

export const listInvoices = defineQuery({
  id: 'finops.invoice.list',
  title: 'Invoices',
  route: { method: 'GET', path: '/billing/invoices' },
  roles: readers,
  query: Strict({ status: Type.Optional(statesOf(Invoice)), period: Type.Optional(Period), ...invoices.parameters }),
  answer: pageOf(InvoiceAnswer),
  async run({ db, query: { status, period, limit, cursor, count, sort, q } }) {
    const page = await db.page(invoices, { where: { status: valuesOf(status), period }, limit, cursor, count, sort, q });
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
    const plan = found?.plan ?? requirePlan(period, { settings });
    const invoice = found ? presentInvoice(found, notes) : emptyInvoice({ tenant, period, plan, time_zone });
    if (format === 'html') return new Content('text/html; charset=utf-8', invoicePage(invoice, plan));
    if (format === 'csv')
      return new Content('text/csv; charset=utf-8', invoiceCsv(invoice), { filename: `invoice-${tenant}-${nameOf(invoice)}.csv` });
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

const discrepancies = listOf(InvoiceDiscrepancy, { sort: ['period', 'created_at'], search: ['period', 'invoice_id'] });

export const listDiscrepancies = defineQuery({
  id: 'finops.invoice-discrepancy.list',
  title: 'Finalized invoices that do not come out the same from their events',
  route: { method: 'GET', path: '/billing/discrepancies' },
  roles: readers,
  query: Strict({ period: Type.Optional(Period), ...discrepancies.parameters }),
  run: ({ db, query: { period, limit, cursor, count, sort, q } }) => db.page(discrepancies, { where: { period }, limit, cursor, count, sort, q }),
});

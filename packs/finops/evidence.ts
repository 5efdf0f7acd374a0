import { defineEvidence, type Link, many, Problem, type Row, type Shown } from '@summit/sdk';
import type { Adjustment, Reading } from './counting.ts';
import { CreditNote, Invoice, InvoiceDiscrepancy, MeterAdjustment, MeterReading, PeriodClose, RatedUsage } from './entities.ts';
import { invoiceNamed } from './invoice.ts';
import { firstDayOf, lastDayOf } from './period.ts';
import type { Rated } from './rating.ts';
import { readers } from './roles.ts';

/**
 * What proves an invoice: its lines by the usage that was rated, this by readings, these by the events that they count. Readings stand
 * in receipts of the ledger, and events in those of what they are about: of these, what is needed is cited.
 */
export const billingEvidence = defineEvidence({
  id: 'finops.billing',
  title: 'What proves an invoice',
  path: '/evidence/billing/:tenant_id/:period',
  roles: readers,
  members: {
    invoice: Invoice,
    rated_usage: many(RatedUsage),
    /** Of drafts that it was before. */
    earlier_rated_usage: many(RatedUsage),
    meter_readings: many(MeterReading),
    meter_adjustments: many(MeterAdjustment),
    period_closes: many(PeriodClose),
    credit_notes: many(CreditNote),
    discrepancies: many(InvoiceDiscrepancy),
  },
  summary: {
    number: '/invoice/number',
    period: '/invoice/period',
    total: '/invoice/total',
    currency: '/invoice/currency',
    plan_id: '/invoice/plan_id',
    plan_version: '/invoice/plan_version',
    finalized_at: '/invoice/finalized_at',
  },

  async subject(db, { tenant_id = '', period }) {
    const invoice = await invoiceNamed(db, period);
    if (invoice && (await db.resolve(`tenant:${tenant_id}`)) !== null) return invoice.id;
    throw new Problem('not-found', `There is no invoice ${period} of ${tenant_id} yet: POST /billing/runs drafts that of a period.`);
  },

  async collect(db, id) {
    const invoice = await db.one(Invoice, id);
    const [rated, closes, credit_notes, discrepancies] = await Promise.all([
      db.find(RatedUsage, { invoice_id: id }),
      db.find(PeriodClose, { period: invoice.period }),
      db.find(CreditNote, { invoice_id: id }),
      db.find(InvoiceDiscrepancy, { invoice_id: id }),
    ]);
    const rated_usage = rated.filter(({ revision }) => revision === invoice.revision);
    const [meter_readings, meter_adjustments] = await Promise.all([
      db.find(MeterReading, { id: rated_usage.flatMap(({ reading_ids }) => reading_ids) }),
      db.find(MeterAdjustment, { id: rated_usage.flatMap(({ adjustment_ids }) => adjustment_ids) }),
    ]);
    return {
      ...{ invoice, rated_usage, meter_readings, meter_adjustments, credit_notes, discrepancies },
      earlier_rated_usage: rated.filter(({ revision }) => revision !== invoice.revision),
      period_closes: closes,
    };
  },

  cites: ({ meter_readings, meter_adjustments, period_closes }) =>
    [...meter_readings, ...meter_adjustments, ...period_closes].map(({ ledger_id, ledger_version }) => ({
      subject: ledger_id,
      version: ledger_version,
    })),

  usage({ invoice, rated_usage, meter_adjustments }) {
    if (!invoice) return null;
    const { period, time_zone, log_epoch: epoch, log_size: size } = invoice;
    const event_types = [...new Set(rated_usage.map(({ event_type }) => event_type))].sort();
    const days = { from_day: firstDayOf(period), to_day: lastDayOf(period), time_zone };
    return { selection: { event_types, ...days, before: { epoch, size } }, also: meter_adjustments.flatMap(({ event_ids }) => event_ids) };
  },

  links: ({ invoice, rated_usage, meter_readings, meter_adjustments }, shown) =>
    (invoice?.lines ?? []).flatMap(({ rated_usage_id }, index) => {
      const rated = rated_usage.find(({ id }) => id === rated_usage_id);
      return rated ? [linkOf(index, rated, { readings: meter_readings, adjustments: meter_adjustments }, shown)] : [];
    }),
});

interface Metered {
  readonly readings: readonly Reading[];
  readonly adjustments: readonly Adjustment[];
}

/** A line, with its rated usage, the readings behind it, the events behind those as far as they are shown, and the receipts of all. */
function linkOf(index: number, rated: Rated, { readings, adjustments }: Metered, { events, cited }: Shown): Link {
  const own = readings.filter(({ id }) => rated.reading_ids.includes(id));
  const late = adjustments.filter(({ id }) => rated.adjustment_ids.includes(id));
  const counted = events.filter(
    (event) =>
      own.some(({ event_type, day }) => event_type === event.type && day === event.day) || late.some(({ event_ids }) => event_ids.includes(event.id)),
  );
  const made = cited.filter(({ subject, version }) =>
    [...own, ...late].some(({ ledger_id, ledger_version }) => ledger_id === subject && ledger_version === version),
  );
  const receipts = [...made, ...counted].map(({ receipt_id }) => receipt_id);
  const ids = [rated, ...own, ...late, ...counted].map(({ id }: Pick<Row<typeof RatedUsage>, 'id'>) => id);
  return { from: `/invoice/lines/${index}`, to: [...new Set([...ids, ...receipts])] };
}

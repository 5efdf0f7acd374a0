import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { Json } from './json.ts';
import { shownRows } from './members.ts';
import { anything, columns, count, day, decimal, list, month, name, nullable, type Of, object, oneOf, record, type Shape, text } from './shape.ts';

/** The rows that an invoice is made of, as far as it is made again. That receipts bind them is judged elsewhere. */

export const INVOICE = 'finops.invoice';

const aggregation = oneOf('count', 'sum', 'max');

const lineShape = object({
  meter: nullable(name),
  description: text,
  quantity: text,
  unit_price: nullable(text),
  amount: text,
  rated_usage_id: nullable(name),
});

const invoiceShape = columns({
  id: name,
  period: month,
  currency: text,
  plan: record(anything),
  revision: count,
  lines: list(lineShape),
  total: text,
});

const ratedShape = columns({
  id: name,
  invoice_id: name,
  revision: count,
  meter: name,
  event_type: name,
  period: month,
  aggregation,
  adjusts: nullable(month),
  quantity: decimal,
  billed_quantity: decimal,
  unit_price: nullable(text),
  amount: text,
  currency: text,
  charge: anything,
  plan_id: text,
  plan_version: count,
  reading_ids: list(name),
  adjustment_ids: list(name),
});

const readingShape = columns({
  id: name,
  day,
  period: month,
  meter: name,
  event_type: name,
  aggregation,
  quantity: decimal,
  event_count: count,
  revision: count,
  time_zone: name,
});

const adjustmentShape = columns({
  id: name,
  period: month,
  billed_in: month,
  meter: name,
  aggregation,
  quantity: decimal,
  event_ids: list(name),
});

export type Invoice = Of<typeof invoiceShape>;
export type InvoiceLine = Of<typeof lineShape>;
export type RatedUsage = Of<typeof ratedShape>;
export type Reading = Of<typeof readingShape>;
export type Adjustment = Of<typeof adjustmentShape>;
export type Aggregation = Of<typeof aggregation>;

/** A row, and where it stands in the bundle. */
export interface Row<T> {
  readonly value: T;
  readonly path: string;
}

export interface BillingRows {
  /** null where it cannot be read. */
  readonly invoice: Invoice | null;
  /** By id, of this invoice and this revision of it. */
  readonly rated: ReadonlyMap<string, Row<RatedUsage>>;
  readonly readings: ReadonlyMap<string, Row<Reading>>;
  readonly adjustments: ReadonlyMap<string, Row<Adjustment>>;
}

/** Rows are known by their types, under whatever names they are shown. */
export async function readBilling(evidence: Pick<Evidence, 'manifest' | 'members'>, findings: Findings): Promise<BillingRows> {
  const rows = shownRows(evidence);
  const read = async <T extends Json & { readonly id: string }>(type: string, shape: Shape<T>): Promise<ReadonlyMap<string, Row<T>>> => {
    const found = new Map<string, Row<T>>();
    for (const { row, path } of rows.filter((shown) => shown.type === type)) {
      const value = await findings.attempt('malformed-billing', path, () => shape(row, 'it'));
      if (value) found.set(value.id, { value, path });
    }
    return found;
  };
  const invoices = await read(INVOICE, invoiceShape);
  const invoice = [...invoices.values()].find(({ path }) => path === 'invoice')?.value ?? null;
  const rated = await read('finops.rated-usage', ratedShape);
  const own = [...rated].filter(([, { value }]) => value.invoice_id === invoice?.id && value.revision === invoice.revision);
  return {
    invoice,
    rated: new Map(own),
    readings: await read('finops.meter-reading', readingShape),
    adjustments: await read('finops.meter-adjustment', adjustmentShape),
  };
}

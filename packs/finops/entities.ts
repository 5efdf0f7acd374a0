import { type Aggregation, type Charge, field, governed, insertOnly, optional, type Plan } from '@summit/sdk';

/** How far usage has been counted, and which periods are closed. A tenant has one. */
export const UsageLedger = governed({
  type: 'finops.usage-ledger',
  table: 'finops_usage_ledgers',
  fields: {
    /** A position in the log: what stands before it is in the readings. */
    log_epoch: field.integer(),
    log_size: field.bigint(),
    /** What comes later for this period or one before it is an adjustment. */
    closed_through: optional(field.text()),
    /** That of the tenant when its usage was first counted. Days and months are by it from then on, or some would be counted as two. */
    time_zone: field.text(),
    /** The day of that. */
    opened_on: field.text(),
    /** Those that have counted what stands before the position: one that comes in later has to make up for it. */
    meters: field.texts(),
  },
  transitions: { open: ['open'] },
  keysOf: () => ({ tenant: ['ledger'] }),
});

/** Which version of the ledger made a row: its receipt binds it. */
const fromLedger = { ledger_id: field.uuid(), ledger_version: field.integer() };

const metered = {
  day: field.text(),
  period: field.text(),
  meter: field.text(),
  event_type: field.text(),
  aggregation: field.text<Aggregation>(),
  quantity: field.decimal(),
  event_count: field.integer(),
  time_zone: field.text(),
};

const readingFields = { ...metered, revision: field.integer(), ...fromLedger };

/** What a meter came to on a day. More usage makes another revision, until the period is closed. */
export const MeterReading = insertOnly({ type: 'finops.meter-reading', table: 'finops_meter_readings', fields: readingFields });

/** Of each day and meter the last revision: a view. */
export const CurrentReading = insertOnly({ type: 'finops.meter-reading', table: 'finops_current_readings', fields: readingFields });

/** By how much usage that came too late changes a day of a closed period. It is billed in a later one. */
export const MeterAdjustment = insertOnly({
  type: 'finops.meter-adjustment',
  table: 'finops_meter_adjustments',
  fields: { ...metered, billed_in: field.text(), event_ids: field.uuids(), ...fromLedger },
});

/** That a period is closed: its readings are those of the events before this position of the log. */
export const PeriodClose = insertOnly({
  type: 'finops.period-close',
  table: 'finops_period_closes',
  fields: { period: field.text(), log_epoch: field.integer(), log_size: field.bigint(), time_zone: field.text(), ...fromLedger },
});

const ratedFields = {
  invoice_id: field.uuid(),
  revision: field.integer(),
  period: field.text(),
  meter: field.text(),
  event_type: field.text(),
  aggregation: field.text<Aggregation>(),
  /** The closed period whose usage it adjusts; null for usage of its own. */
  adjusts: optional(field.text()),
  quantity: field.decimal(),
  /** Of an adjusted period, what was billed before. */
  billed_quantity: field.decimal(),
  unit_price: optional(field.decimal()),
  amount: field.decimal(),
  currency: field.text(),
  description: field.text(),
  charge: field.json<Charge>(),
  plan_id: field.text(),
  plan_version: field.integer(),
  reading_ids: field.uuids(),
  adjustment_ids: field.uuids(),
};

/** What the usage of one meter costs: a line of one revision of an invoice. */
export const RatedUsage = insertOnly({ type: 'finops.rated-usage', table: 'finops_rated_usage', fields: ratedFields });

/** Of each invoice that stands, that of its last revision: a view. */
export const CurrentRatedUsage = insertOnly({ type: 'finops.rated-usage', table: 'finops_current_rated_usage', fields: ratedFields });

export interface InvoiceLine {
  /** null for the base fee. */
  readonly meter: string | null;
  readonly description: string;
  readonly quantity: string;
  readonly unit_price: string | null;
  readonly amount: string;
  readonly rated_usage_id: string | null;
}

/** What a tenant owes for a period. Once finalized, what it says never changes: the database sees to it. */
export const Invoice = governed({
  type: 'finops.invoice',
  table: 'finops_invoices',
  fields: {
    period: field.text(),
    number: optional(field.text()),
    currency: field.text(),
    plan: field.json<Plan>(),
    plan_id: field.text(),
    plan_version: field.integer(),
    /** Counts the contents that it has had; from 1. */
    revision: field.integer(),
    lines: field.json<readonly InvoiceLine[]>(),
    total: field.decimal(),
    credited_total: field.decimal(),
    /** Its readings are those of the events before this position of the log. */
    log_epoch: field.integer(),
    log_size: field.bigint(),
    time_zone: field.text(),
    finalized_at: optional(field.timestamp()),
    voided_at: optional(field.timestamp()),
    void_reason: optional(field.personal()),
  },
  transitions: { draft: ['draft', 'finalized'], finalized: ['finalized', 'void', 'credited'], void: [], credited: [] },
  label: (invoice) => `invoice of ${invoice.period}`,
  // What is void makes room for another of its period.
  keysOf: (invoice) => ({ period: invoice.status === 'void' ? null : [invoice.period] }),
});

/** Takes back a finalized invoice, or part of it. */
export const CreditNote = insertOnly({
  type: 'finops.credit-note',
  table: 'finops_credit_notes',
  fields: { invoice_id: field.uuid(), number: field.text(), amount: field.decimal(), currency: field.text(), comment: field.personal() },
  label: (note) => note.number,
});

/** Numbers what leaves the house, without gaps. A tenant has one. */
export const BillingAccount = governed({
  type: 'finops.billing-account',
  table: 'finops_billing_accounts',
  fields: { invoices: field.integer(), credit_notes: field.integer() },
  transitions: { open: ['open'] },
  keysOf: () => ({ tenant: ['account'] }),
});

/** Somebody had the usage of a period counted and rated. */
export const BillingRun = governed({
  type: 'finops.billing-run',
  table: 'finops_billing_runs',
  fields: { period: field.text(), invoice_id: field.uuid(), invoice_revision: field.integer(), total: field.decimal(), currency: field.text() },
  transitions: { completed: [] },
  label: (run) => `billing run for ${run.period}`,
});

/** A finalized invoice that does not come out the same when it is worked out again from its events. */
export const InvoiceDiscrepancy = insertOnly({
  type: 'finops.invoice-discrepancy',
  table: 'finops_invoice_discrepancies',
  fields: { invoice_id: field.uuid(), period: field.text(), differences: field.json<readonly Difference[]>() },
});

export interface Difference {
  readonly what: string;
  readonly stored: string;
  readonly recomputed: string;
}

import { governedTable, insertOnlyTable, migration } from '@summit/sdk';

const fromLedger = 'ledger_id uuid NOT NULL, ledger_version integer NOT NULL';

const metered = `
  day text NOT NULL,
  period text NOT NULL,
  meter text NOT NULL,
  event_type text NOT NULL,
  aggregation text NOT NULL,
  quantity numeric NOT NULL,
  event_count integer NOT NULL,
  time_zone text NOT NULL`;

/** The last of each group, and the rights of whoever asks. */
function view(name: string, query: string): readonly string[] {
  return [`CREATE VIEW ${name} WITH (security_invoker = true) AS ${query}`, `GRANT SELECT ON ${name} TO summit_app`];
}

export default migration('0001-initial', [
  governedTable(
    'finops_usage_ledgers',
    'log_epoch integer NOT NULL, log_size bigint NOT NULL, closed_through text, time_zone text NOT NULL, opened_on text NOT NULL, meters text[] NOT NULL',
  ),
  insertOnlyTable('finops_meter_readings', `${metered}, revision integer NOT NULL, ${fromLedger}`),
  'CREATE UNIQUE INDEX finops_meter_readings_once ON finops_meter_readings (tenant_id, period, day, meter, revision)',
  view(
    'finops_current_readings',
    'SELECT DISTINCT ON (tenant_id, period, day, meter) * FROM finops_meter_readings ORDER BY tenant_id, period, day, meter, revision DESC',
  ),
  insertOnlyTable('finops_meter_adjustments', `${metered}, billed_in text NOT NULL, event_ids uuid[] NOT NULL, ${fromLedger}`),
  'CREATE INDEX finops_meter_adjustments_by_period ON finops_meter_adjustments (tenant_id, period)',
  'CREATE INDEX finops_meter_adjustments_by_bill ON finops_meter_adjustments (tenant_id, billed_in)',
  insertOnlyTable(
    'finops_period_closes',
    `period text NOT NULL, log_epoch integer NOT NULL, log_size bigint NOT NULL, time_zone text NOT NULL, ${fromLedger}`,
  ),
  // A period is closed once, whoever closes it.
  'CREATE UNIQUE INDEX finops_period_closes_once ON finops_period_closes (tenant_id, period)',
  governedTable(
    'finops_invoices',
    `period text NOT NULL,
     number text,
     currency text NOT NULL,
     plan jsonb NOT NULL,
     plan_id text NOT NULL,
     plan_version integer NOT NULL,
     revision integer NOT NULL,
     lines jsonb NOT NULL,
     total numeric NOT NULL,
     credited_total numeric NOT NULL CONSTRAINT finops_invoices_credited CHECK (credited_total BETWEEN 0 AND greatest(total, 0)),
     log_epoch integer NOT NULL,
     log_size bigint NOT NULL,
     time_zone text NOT NULL,
     finalized_at timestamptz(3),
     voided_at timestamptz(3),
     void_reason text,
     CONSTRAINT finops_invoices_numbered CHECK ((status = 'draft') = (number IS NULL))`,
  ),
  'CREATE INDEX finops_invoices_by_period ON finops_invoices (tenant_id, period)',
  'CREATE UNIQUE INDEX finops_invoices_number ON finops_invoices (tenant_id, number)',
  // What was sent out stays as it was sent.
  `CREATE FUNCTION finops_invoice_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF (NEW.period, NEW.number, NEW.currency, NEW.plan, NEW.plan_id, NEW.plan_version, NEW.revision, NEW.lines, NEW.total,
           NEW.log_epoch, NEW.log_size, NEW.time_zone, NEW.finalized_at)
         IS DISTINCT FROM (OLD.period, OLD.number, OLD.currency, OLD.plan, OLD.plan_id, OLD.plan_version, OLD.revision, OLD.lines, OLD.total,
           OLD.log_epoch, OLD.log_size, OLD.time_zone, OLD.finalized_at)
       THEN RAISE EXCEPTION 'invoice % is finalized: what it says never changes', OLD.number; END IF;
       RETURN NEW;
     END $$`,
  `CREATE TRIGGER finops_invoices_final BEFORE UPDATE ON finops_invoices FOR EACH ROW WHEN (OLD.status <> 'draft')
     EXECUTE FUNCTION finops_invoice_is_final()`,
  insertOnlyTable(
    'finops_rated_usage',
    `invoice_id uuid NOT NULL,
     revision integer NOT NULL,
     period text NOT NULL,
     meter text NOT NULL,
     event_type text NOT NULL,
     aggregation text NOT NULL,
     adjusts text,
     quantity numeric NOT NULL,
     billed_quantity numeric NOT NULL,
     unit_price numeric,
     amount numeric NOT NULL,
     currency text NOT NULL,
     description text NOT NULL,
     charge jsonb NOT NULL,
     plan_id text NOT NULL,
     plan_version integer NOT NULL,
     reading_ids uuid[] NOT NULL,
     adjustment_ids uuid[] NOT NULL`,
  ),
  "CREATE UNIQUE INDEX finops_rated_usage_once ON finops_rated_usage (tenant_id, invoice_id, revision, meter, coalesce(adjusts, ''))",
  view(
    'finops_current_rated_usage',
    `SELECT r.* FROM finops_rated_usage r JOIN finops_invoices i
       ON i.tenant_id = r.tenant_id AND i.id = r.invoice_id AND i.revision = r.revision AND i.status <> 'void'`,
  ),
  insertOnlyTable(
    'finops_credit_notes',
    'invoice_id uuid NOT NULL, number text NOT NULL, amount numeric NOT NULL, currency text NOT NULL, comment text NOT NULL',
  ),
  'CREATE UNIQUE INDEX finops_credit_notes_number ON finops_credit_notes (tenant_id, number)',
  'CREATE INDEX finops_credit_notes_by_invoice ON finops_credit_notes (tenant_id, invoice_id)',
  governedTable('finops_billing_accounts', 'invoices integer NOT NULL, credit_notes integer NOT NULL'),
  governedTable(
    'finops_billing_runs',
    'period text NOT NULL, invoice_id uuid NOT NULL, invoice_revision integer NOT NULL, total numeric NOT NULL, currency text NOT NULL',
  ),
  insertOnlyTable('finops_invoice_discrepancies', 'invoice_id uuid NOT NULL, period text NOT NULL, differences jsonb NOT NULL'),
  'CREATE INDEX finops_invoice_discrepancies_by_invoice ON finops_invoice_discrepancies (tenant_id, invoice_id)',
]);

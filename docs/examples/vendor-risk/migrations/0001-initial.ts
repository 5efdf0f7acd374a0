import { governedTable, insertOnlyTable, migration } from '@summit/sdk';

export default migration('0001-initial', [
  governedTable(
    'vendor_risk_vendors',
    `name text NOT NULL, country text NOT NULL, yearly_spend numeric NOT NULL, currency text NOT NULL, data_access text NOT NULL, note text,
     risk text NOT NULL, required_approvals text[] NOT NULL, registered_by_id uuid NOT NULL, score integer, review_at timestamptz(3), procurement text`,
  ),
  insertOnlyTable('vendor_risk_assessments', 'vendor_id uuid NOT NULL, assessor_id uuid NOT NULL, score integer NOT NULL, comment text NOT NULL'),
  'CREATE INDEX vendor_risk_vendors_by_review ON vendor_risk_vendors (tenant_id, review_at)',
  'CREATE INDEX vendor_risk_assessments_by_vendor ON vendor_risk_assessments (tenant_id, vendor_id, id)',
]);

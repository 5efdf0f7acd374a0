import { governedTable, migration } from '@summit/sdk';

export default migration('0001-initial', [
  governedTable(
    'equipment_loans',
    `item text NOT NULL, value_eur integer NOT NULL, days integer NOT NULL, reason text NOT NULL,
     borrower_id uuid NOT NULL, required_approvals text[] NOT NULL, due_at timestamptz(3)`,
  ),
  'CREATE INDEX equipment_loans_due ON equipment_loans (tenant_id, due_at)',
]);

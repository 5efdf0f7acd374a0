import { governedTable, migration, rowLevelSecurity } from '../../sdk/index.ts';

/** Alerts, which runs of jobs have failed, and what comparing receipts has found. A replica of the version before goes on writing rows without it. */
export const alertMigration = migration('0010-alerts', [
  ...governedTable(
    'alerts',
    `
      kind text NOT NULL,
      severity text NOT NULL CONSTRAINT alerts_severity_known CHECK (severity IN ('critical', 'warning')),
      title text NOT NULL,
      detail text NOT NULL,
      names text[] NOT NULL,
      value numeric,
      target numeric NOT NULL`,
  ),
  'CREATE INDEX alerts_by_status ON alerts (tenant_id, status, id)',
  'ALTER TABLE job_runs ADD COLUMN failed boolean NOT NULL DEFAULT false',
  // How far the receipts have been compared with the log, and those that were found not to be as they were logged.
  `CREATE TABLE receipt_comparisons (
     tenant_id text NOT NULL, epoch integer NOT NULL, leaf_index bigint NOT NULL, receipt_id uuid NOT NULL, stray uuid[] NOT NULL,
     compared_at timestamptz(3) NOT NULL,
     CONSTRAINT receipt_comparisons_pkey PRIMARY KEY (tenant_id)
   )`,
  rowLevelSecurity('receipt_comparisons', ['SELECT', 'INSERT', 'UPDATE']),
]);

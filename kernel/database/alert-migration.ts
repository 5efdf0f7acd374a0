import { governedTable, migration } from '../../sdk/index.ts';

/** Alerts, and of each run of a job why it failed. A replica of the version before goes on writing rows without it. */
export const alertMigration = migration('0010-alerts', [
  ...governedTable(
    'alerts',
    `
      kind text NOT NULL,
      severity text NOT NULL CONSTRAINT alerts_severity_known CHECK (severity IN ('critical', 'warning')),
      title text NOT NULL,
      detail text NOT NULL,
      value numeric,
      target numeric NOT NULL`,
  ),
  'CREATE INDEX alerts_by_status ON alerts (tenant_id, status, id)',
  'ALTER TABLE job_runs ADD COLUMN error text',
]);

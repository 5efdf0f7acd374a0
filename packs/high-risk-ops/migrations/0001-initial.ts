import { governedTable, insertOnlyTable, migration } from '@summit/sdk';

export default migration('0001-initial', [
  governedTable(
    'high_risk_requests',
    `type text NOT NULL,
     target text NOT NULL,
     environment text NOT NULL,
     duration_minutes integer NOT NULL,
     justification text NOT NULL,
     requester_id uuid NOT NULL,
     required_approvals text[] NOT NULL,
     executor_id uuid,
     started_at timestamptz(3),
     expires_at timestamptz(3),
     revoked_at timestamptz(3)`,
  ),
  'CREATE INDEX high_risk_requests_by_status ON high_risk_requests (tenant_id, status, id)',
  insertOnlyTable(
    'high_risk_executions',
    `request_id uuid NOT NULL,
     success boolean NOT NULL,
     error text,
     executor_id uuid NOT NULL,
     target_executor text NOT NULL,
     started_at timestamptz(3) NOT NULL,
     finished_at timestamptz(3) NOT NULL,
     expires_at timestamptz(3)`,
  ),
  // One request is executed once, whatever goes wrong in between.
  'CREATE UNIQUE INDEX high_risk_executions_once ON high_risk_executions (tenant_id, request_id)',
]);

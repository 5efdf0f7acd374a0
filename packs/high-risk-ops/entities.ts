import { field, governed, insertOnly, optional } from '@summit/sdk';

/** Somebody asks for temporary read access to a production database. */
export const HighRiskRequest = governed({
  type: 'high-risk-ops.request',
  table: 'high_risk_requests',
  fields: {
    type: field.text(),
    target: field.text(),
    environment: field.text(),
    duration_minutes: field.integer(),
    justification: field.personal(),
    requester_id: field.uuid(),
    required_approvals: field.texts(),
    /** Who started the execution, and when. */
    executor_id: optional(field.uuid()),
    started_at: optional(field.timestamp()),
    /** When the grant ends by itself. */
    expires_at: optional(field.timestamp()),
    revoked_at: optional(field.timestamp()),
  },
  transitions: {
    pending: ['pending', 'approved', 'rejected', 'cancelled', 'lapsed'],
    // An approver who leaves takes their approval along.
    approved: ['executing', 'pending', 'cancelled', 'lapsed'],
    executing: ['executed', 'failed'],
    executed: ['expired', 'revoked'],
    rejected: [],
    cancelled: [],
    lapsed: [],
    failed: [],
    expired: [],
    revoked: [],
  },
  label: (request) => `${request.type} ${request.target}`,
});

/** How an execution turned out: written once, at the outcome. */
export const Execution = insertOnly({
  type: 'high-risk-ops.execution',
  table: 'high_risk_executions',
  fields: {
    request_id: field.uuid(),
    success: field.boolean(),
    error: optional(field.text()),
    executor_id: field.uuid(),
    target_executor: field.text(),
    started_at: field.timestamp(),
    finished_at: field.timestamp(),
    expires_at: optional(field.timestamp()),
  },
  label: (execution) => (execution.success ? 'executed' : 'failed'),
});

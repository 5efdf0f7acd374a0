import { migration } from '../../sdk/index.ts';

/** Of the many sessions, the few by which an issuer has refused somebody: who is to be deactivated, and who may bring them back. */
export const refusalMigration = migration('0015-refusals', [
  'CREATE INDEX sessions_refused ON sessions (tenant_id, user_id) WHERE refused_at IS NOT NULL',
]);

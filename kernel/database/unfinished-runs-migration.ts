import { migration } from '../../sdk/index.ts';

/** Every replica looks each minute for runs that others have left unfinished, and most of a week's are finished. */
export const unfinishedRunsMigration = migration('0014-unfinished-runs', [
  'CREATE INDEX job_runs_unfinished ON job_runs (tenant_id, claimed_until) WHERE finished_at IS NULL',
]);

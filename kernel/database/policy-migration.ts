import { governedTable, insertOnlyTable, migration, rowLevelSecurity } from '../../sdk/index.ts';

/** Which bundle decides for a tenant is governed; what a decision was asked, and by what, is said in full. */
export const policyMigration = migration('0004-policies', [
  // What the digest covers is shared; whatever else is said of a bundle is the tenant's own, below.
  'ALTER TABLE policy_bundles DROP COLUMN id, DROP COLUMN version, DROP COLUMN opa, DROP COLUMN sources',
  ...governedTable(
    'policies',
    `
      package text NOT NULL,
      digest text CONSTRAINT policies_bundle REFERENCES policy_bundles (digest),
      configured text,
      candidate text,
      proposed_by text,
      proposed_at timestamptz(3)`,
  ),
  'CREATE UNIQUE INDEX policies_once ON policies (tenant_id, package)',
  ...insertOnlyTable(
    'tenant_policy_bundles',
    `
      package text NOT NULL,
      bundle_version text NOT NULL,
      digest text NOT NULL CONSTRAINT tenant_policy_bundles_content REFERENCES policy_bundles (digest),
      opa text NOT NULL,
      entrypoints text[] NOT NULL,
      sources jsonb NOT NULL,
      signature jsonb,
      added_by text NOT NULL`,
  ),
  'CREATE UNIQUE INDEX tenant_policy_bundles_once ON tenant_policy_bundles (tenant_id, digest)',
  `ALTER TABLE policy_decisions
     ADD COLUMN engine text NOT NULL DEFAULT 'opa-wasm/1.10.0',
     ADD COLUMN masked text[] NOT NULL DEFAULT '{}',
     ALTER COLUMN result DROP NOT NULL`,
  // From here on it is said.
  'ALTER TABLE policy_decisions ALTER COLUMN engine DROP DEFAULT',
  ...governedTable(
    'policy_runs',
    `
      kind text NOT NULL,
      candidate text CONSTRAINT policy_runs_candidate REFERENCES policy_bundles (digest),
      since timestamptz(3),
      requested_by text NOT NULL,
      report jsonb,
      error text`,
  ),
  ...governedTable('access_evaluations', 'decisions integer NOT NULL'),
  // How far a run has come, and what it has found: its own working memory, which the report sums up in the end.
  `CREATE TABLE policy_run_progress (
     tenant_id text NOT NULL, run_id uuid NOT NULL, last_id uuid, until_id uuid, total bigint NOT NULL,
     evaluated bigint NOT NULL, skipped bigint NOT NULL,
     CONSTRAINT policy_run_progress_pkey PRIMARY KEY (tenant_id, run_id)
   )`,
  rowLevelSecurity('policy_run_progress', ['SELECT', 'INSERT', 'UPDATE']),
  `CREATE TABLE policy_run_findings (
     tenant_id text NOT NULL, run_id uuid NOT NULL, id uuid NOT NULL, difference text NOT NULL, rules text[] NOT NULL,
     subject_type text NOT NULL, subject_id uuid NOT NULL, actor text NOT NULL, now jsonb, failure text,
     CONSTRAINT policy_run_findings_pkey PRIMARY KEY (tenant_id, run_id, id)
   )`,
  rowLevelSecurity('policy_run_findings', ['SELECT', 'INSERT']),
]);

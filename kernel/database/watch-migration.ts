import { migration, rowLevelSecurity } from '../../sdk/index.ts';

/**
 * What comparing receipts keeps besides: how far subjects have been compared and which lack receipts, and places of the log
 * that have lost theirs. Logs that stand still, for all replicas to know. A replica of the version before goes on without.
 */
export const watchMigration = migration('0014-watch', [
  `ALTER TABLE receipt_comparisons
     ADD COLUMN entity text NOT NULL DEFAULT '',
     ADD COLUMN subject_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
     ADD COLUMN lacking uuid[] NOT NULL DEFAULT '{}',
     ADD COLUMN gaps text[] NOT NULL DEFAULT '{}'`,
  // What somebody has put in the place of a receipt need not be JSON: then it says nothing, and no statement fails for it.
  `CREATE FUNCTION summit_content(bytes bytea) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
     BEGIN RETURN convert_from(bytes, 'UTF8')::jsonb;
     EXCEPTION WHEN others THEN RETURN NULL; END $$`,
  `CREATE FUNCTION summit_base64url(bytes bytea) RETURNS text LANGUAGE sql IMMUTABLE
     RETURN translate(encode(bytes, 'base64'), E'+/=\\n', '-_')`,
  // As receipts/commitment.ts makes it, of JSON without spaces.
  `CREATE FUNCTION summit_commitment(salt text, name text, value text) RETURNS text LANGUAGE sql IMMUTABLE
     RETURN summit_base64url(sha256(convert_to(summit_base64url(convert_to(
       '[' || to_json(salt)::text || ',' || to_json(name)::text || ',' || to_json(value)::text || ']', 'UTF8')), 'UTF8')))`,
  `CREATE TABLE log_halts (
     tenant_id text NOT NULL, halted_at timestamptz(3) NOT NULL,
     CONSTRAINT log_halts_pkey PRIMARY KEY (tenant_id)
   )`,
  rowLevelSecurity('log_halts', ['SELECT', 'INSERT']),
  'CREATE POLICY log_halts_delete ON log_halts FOR DELETE USING (tenant_id = summit_tenant())',
  'GRANT DELETE ON log_halts TO summit_app',
  // Of the many runs, the few that failed or have not ended.
  'CREATE INDEX job_runs_open ON job_runs (tenant_id, job, period) WHERE failed OR finished_at IS NULL',
]);

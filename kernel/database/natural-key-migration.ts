import { migration, rowLevelSecurity } from '../../sdk/index.ts';

/** What no two subjects have in common: by digest, so that a personal value is not in it, and leaves with its subject's row. */
export const naturalKeyMigration = migration('0007-natural-keys', [
  `CREATE TABLE natural_keys (
     tenant_id text NOT NULL, type text NOT NULL, name text NOT NULL, digest text NOT NULL, subject_id uuid NOT NULL,
     CONSTRAINT natural_keys_pkey PRIMARY KEY (tenant_id, type, name, digest)
   )`,
  rowLevelSecurity('natural_keys', ['SELECT', 'INSERT', 'UPDATE']),
  'CREATE POLICY natural_keys_delete ON natural_keys FOR DELETE USING (tenant_id = summit_tenant())',
  'GRANT DELETE ON natural_keys TO summit_app',
]);

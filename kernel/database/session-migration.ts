import { migration, rowLevelSecurity } from '../../sdk/index.ts';

/** Who is signed in at a browser. The app may end a session, and change nothing else of it. */
export const sessionMigration = migration('0009-sessions', [
  `CREATE TABLE sessions (
     tenant_id text NOT NULL, id uuid NOT NULL, user_id uuid NOT NULL, secret_hash bytea NOT NULL,
     created_at timestamptz(3) NOT NULL, expires_at timestamptz(3) NOT NULL, ended_at timestamptz(3),
     CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
     CONSTRAINT sessions_once UNIQUE (tenant_id, secret_hash),
     CONSTRAINT sessions_sound CHECK (octet_length(secret_hash) = 32 AND expires_at > created_at)
   )`,
  'CREATE INDEX sessions_by_end ON sessions (tenant_id, expires_at)',
  rowLevelSecurity('sessions', ['SELECT', 'INSERT']),
  'CREATE POLICY sessions_update ON sessions FOR UPDATE USING (tenant_id = summit_tenant()) WITH CHECK (tenant_id = summit_tenant())',
  'GRANT UPDATE (ended_at) ON sessions TO summit_app',
  'CREATE POLICY sessions_delete ON sessions FOR DELETE USING (tenant_id = summit_tenant())',
  'GRANT DELETE ON sessions TO summit_app',
]);

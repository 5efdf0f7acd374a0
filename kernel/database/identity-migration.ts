import { governedTable, migration, rowLevelSecurity } from '../../sdk/index.ts';

/**
 * What an issuer calls people, of which the row holds a commitment. API tokens, by the hash of their secret; and when each was
 * used last, which is no change of it. A replica of the version before goes on writing people without.
 */
export const identityMigration = migration('0011-identity', [
  'ALTER TABLE users ADD COLUMN external_id text',
  ...governedTable(
    'api_tokens',
    `
      title text NOT NULL,
      user_id uuid NOT NULL,
      roles text[] NOT NULL,
      read_only boolean NOT NULL,
      secret_hash text NOT NULL CONSTRAINT api_tokens_hashed CHECK (secret_hash ~ '^[0-9a-f]{64}$'),
      expires_at timestamptz(3) NOT NULL`,
  ),
  'CREATE UNIQUE INDEX api_tokens_by_secret ON api_tokens (tenant_id, secret_hash)',
  'CREATE INDEX api_tokens_by_user ON api_tokens (tenant_id, user_id, id)',
  `CREATE TABLE api_token_uses (
     tenant_id text NOT NULL, id uuid NOT NULL, last_used_at timestamptz(3) NOT NULL,
     CONSTRAINT api_token_uses_pkey PRIMARY KEY (tenant_id, id)
   )`,
  rowLevelSecurity('api_token_uses', ['SELECT', 'INSERT', 'UPDATE']),
]);

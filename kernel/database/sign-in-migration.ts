import { migration } from '../../sdk/index.ts';

/**
 * How somebody has signed in whom an issuer vouches for: at which, what it says of it, and which of their roles count by their groups
 * there, null for all. A session of the version before has none of it. Nothing of it changes.
 * A refresh token is sealed, and asked by again and again; `refreshing_since` says that an answer is awaited, or was lost.
 */
export const signInMigration = migration('0013-sign-in', [
  `ALTER TABLE sessions
     ADD COLUMN sign_in text, ADD COLUMN issuer text, ADD COLUMN roles text[], ADD COLUMN acr text, ADD COLUMN auth_time bigint,
     ADD CONSTRAINT sessions_by_issuer CHECK (
       (sign_in IS NULL) = (issuer IS NULL) AND (issuer IS NOT NULL OR (roles IS NULL AND acr IS NULL AND auth_time IS NULL)))`,
  `ALTER TABLE sessions
     ADD COLUMN refresh_token bytea, ADD COLUMN refreshed_at timestamptz(3), ADD COLUMN refreshing_since timestamptz(3),
     ADD COLUMN refused_at timestamptz(3)`,
  'GRANT UPDATE (refresh_token, refreshed_at, refreshing_since, refused_at) ON sessions TO summit_app',
  'CREATE INDEX sessions_to_refresh ON sessions (tenant_id, refreshed_at) WHERE refresh_token IS NOT NULL',
]);

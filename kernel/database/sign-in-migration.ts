import { migration } from '../../sdk/index.ts';

/**
 * How somebody has signed in whom an issuer vouches for: at which, what it says of it, and which of their roles count by their groups
 * there, null for all. A session of the version before has none of it. Nothing of it changes.
 */
export const signInMigration = migration('0013-sign-in', [
  `ALTER TABLE sessions
     ADD COLUMN sign_in text, ADD COLUMN issuer text, ADD COLUMN roles text[], ADD COLUMN acr text, ADD COLUMN auth_time bigint,
     ADD CONSTRAINT sessions_by_issuer CHECK (
       (sign_in IS NULL) = (issuer IS NULL) AND (issuer IS NOT NULL OR (roles IS NULL AND acr IS NULL AND auth_time IS NULL)))`,
]);

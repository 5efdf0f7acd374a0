import { migration } from '../../sdk/index.ts';

/**
 * When an issuer has vouched last for whose session it is, null where it has not been asked since they signed in; and whether a token of
 * it was used late, so that the next refusal may be for that.
 */
export const vouchingMigration = migration('0017-vouching', [
  'ALTER TABLE sessions ADD COLUMN vouched_at timestamptz(3), ADD COLUMN is_doubted boolean NOT NULL DEFAULT false',
  'UPDATE sessions SET vouched_at = refreshed_at WHERE refresh_token IS NOT NULL AND refreshing_since IS NULL',
  'GRANT UPDATE (vouched_at, is_doubted) ON sessions TO summit_app',
]);

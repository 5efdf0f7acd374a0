import { migration } from '../../sdk/index.ts';

/** When an issuer has vouched last for whose session it is; null where it has not been asked since they signed in. */
export const vouchingMigration = migration('0017-vouching', [
  'ALTER TABLE sessions ADD COLUMN vouched_at timestamptz(3)',
  'GRANT UPDATE (vouched_at) ON sessions TO summit_app',
]);

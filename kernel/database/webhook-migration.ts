import { migration } from '../../sdk/index.ts';

/** Where each tenant is told of events. The default stays: a replica of the version before still writes rows without it. */
export const webhookMigration = migration('0006-webhooks', ["ALTER TABLE tenant_configurations ADD COLUMN webhooks jsonb NOT NULL DEFAULT '[]'"]);

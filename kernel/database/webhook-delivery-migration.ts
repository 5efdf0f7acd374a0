import { governedTable, migration } from '../../sdk/index.ts';

/** Webhooks that were given up on. */
export const webhookDeliveryMigration = migration('0016-webhook-deliveries', [
  ...governedTable(
    'webhook_deliveries',
    `
      message_id uuid NOT NULL,
      endpoint text NOT NULL,
      event text NOT NULL,
      body jsonb NOT NULL,
      error text`,
  ),
  'CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (tenant_id, status, id)',
]);

import type { WebhookEndpoint } from '../config/webhooks.ts';
import type { Transaction } from '../database/database.ts';
import type { WebhookSecrets } from '../log/signer.ts';

/** The endpoints of a tenant, as its file says. */
export async function endpointsOf(tx: Transaction, tenant: string): Promise<readonly WebhookEndpoint[]> {
  const [configuration] = await tx.query<{ webhooks: readonly WebhookEndpoint[] }>(
    'SELECT webhooks FROM tenant_configurations WHERE tenant_id = $1',
    [tenant],
  );
  return configuration?.webhooks ?? [];
}

export function subscribes({ events }: WebhookEndpoint, type: string): boolean {
  return events.some((wanted) => (wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted));
}

/** In the form of Standard Webhooks. It is made anew whenever it is needed, and kept nowhere. */
export function secretOf(secrets: WebhookSecrets, tenant: string, endpoint: string): string {
  return `whsec_${secrets.webhookSecret(`${tenant}/${endpoint}`).toString('base64')}`;
}

import { Id, Nullable, type Row, Strict, Timestamp, Type } from '../../sdk/index.ts';
import { titleOf, WebhookDeliveries } from '../database/webhook-tables.ts';

export const DeliveryAnswer = Strict({
  id: Id,
  title: Type.String({ description: 'The event, and to whom it was to be told' }),
  status: Type.Enum(Object.keys(WebhookDeliveries.transitions)),
  endpoint: Type.String(),
  event: Type.String(),
  message_id: Type.String({ format: 'uuid', description: 'Its webhook-id, the same at each attempt' }),
  body: Type.Object({}, { additionalProperties: true, description: 'What is sent' }),
  error: Nullable(Type.String({ description: 'Why the last attempt has failed; null once one has not' })),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
});

export function presentDelivery({ tenant_id: _, ...delivery }: Row<typeof WebhookDeliveries>) {
  return { title: titleOf(delivery), ...delivery };
}

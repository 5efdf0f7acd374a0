import { field, governed, optional } from '../../sdk/index.ts';

/** What an endpoint has not taken for as long as it was tried: kept until an operator has it delivered after all, or lets go of it. */
export const WebhookDeliveries = governed({
  type: 'webhook-delivery',
  table: 'webhook_deliveries',
  fields: {
    /** Its `webhook-id`, by which the receiver knows what it has got before. */
    message_id: field.uuid(),
    endpoint: field.text(),
    /** The type of the event. */
    event: field.text(),
    /** What is sent, as it is sent. */
    body: field.json<object>(),
    /** Why the last attempt has failed; null once one has not. */
    error: optional(field.text()),
  },
  transitions: { failed: ['sending', 'dismissed'], sending: ['delivered', 'failed'], delivered: [], dismissed: [] },
  label: titleOf,
  keysOf: ({ message_id }) => ({ message: [message_id] }),
});

export function titleOf({ event, endpoint }: { readonly event: string; readonly endpoint: string }): string {
  return `${event} to ${endpoint}`;
}

import { change, defineAction, defineEffect, type Effect, Empty, Nullable, none, Problem, Strict, Type } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import { createReader, transactionOf } from '../database/reader.ts';
import { WebhookDeliveries } from '../database/webhook-tables.ts';
import { endpointsOf } from './endpoints.ts';
import { DeliveryAnswer, presentDelivery } from './present.ts';
import type { WebhookSender } from './send.ts';

const EFFECT = 'webhook.redeliver';
const unmetered = { edges: none('it tells of the same still'), usage: none('looking after itself is no usage') } as const;

export const redeliverWebhook = defineAction({
  id: 'webhook.redeliver',
  title: 'Deliver the webhook again',
  route: { method: 'POST', path: '/webhooks/deliveries/:id/redeliver' },
  roles: ['operator'],
  input: Empty,
  answer: DeliveryAnswer,
  entity: WebhookDeliveries,
  from: ['failed'],
  settles: { query: 'webhook.delivery.get', while: ['sending'] },
  policy: none('the operator role decides'),
  async load({ db, tenant, params }) {
    const delivery = await db.lock(WebhookDeliveries, params.id ?? '');
    const endpoints = await endpointsOf(transactionOf(db), tenant);
    return { delivery, isConfigured: endpoints.some(({ id }) => id === delivery.endpoint) };
  },
  subject: ({ delivery }) => delivery,
  apply({ delivery, isConfigured }, at) {
    if (!isConfigured) throw new Problem('invalid-state', `The endpoint ${delivery.endpoint} is no longer configured: dismiss the delivery.`);
    const subject = change(WebhookDeliveries, at, delivery, { status: 'sending' });
    return {
      subjects: [subject],
      ...unmetered,
      messages: [{ effect: EFFECT, subject: delivery.id, payload: {} }],
      answer: presentDelivery(subject.after),
    };
  },
});

export const dismissWebhook = defineAction({
  id: 'webhook.dismiss',
  title: 'Dismiss the webhook',
  route: { method: 'POST', path: '/webhooks/deliveries/:id/dismiss' },
  roles: ['operator'],
  input: Empty,
  answer: DeliveryAnswer,
  entity: WebhookDeliveries,
  from: ['failed'],
  policy: none('the operator role decides'),
  load: ({ db, params }) => db.lock(WebhookDeliveries, params.id ?? ''),
  subject: (delivery) => delivery,
  apply(delivery, at) {
    const subject = change(WebhookDeliveries, at, delivery, { status: 'dismissed' });
    return { subjects: [subject], ...unmetered, answer: presentDelivery(subject.after) };
  },
});

export const settleWebhook = defineAction({
  id: 'webhook.settle',
  title: 'Record what became of a webhook that was delivered again',
  roles: [],
  input: Strict({ error: Nullable(Type.String()) }),
  entity: WebhookDeliveries,
  from: ['sending'],
  policy: none('it records what happened'),
  load: ({ db, params }) => db.lock(WebhookDeliveries, params.id ?? ''),
  subject: (delivery) => delivery,
  apply(delivery, at) {
    const { error } = at.input;
    const subject = change(WebhookDeliveries, at, delivery, { status: error === null ? 'delivered' : 'failed', error });
    return { subjects: [subject], ...unmetered, answer: {} };
  },
});

/** One attempt: an operator who has asked for it looks at what came of it. */
export function redeliveryEffect({ database, sender }: { readonly database: Database; readonly sender: WebhookSender }): Effect {
  return defineEffect({
    id: EFFECT,
    outcome: settleWebhook,
    async run({ tenant, subject, log, signal }) {
      const { delivery, endpoints } = await database.transaction(tenant, 'read', async (tx) => ({
        delivery: await createReader(tx, tenant).one(WebhookDeliveries, subject),
        endpoints: await endpointsOf(tx, tenant),
      }));
      const { message_id: messageId, body } = delivery;
      const endpoint = endpoints.find(({ id }) => id === delivery.endpoint);
      if (!endpoint) return { error: `the endpoint ${delivery.endpoint} is no longer configured` };
      try {
        const became = await sender.send({ tenant, endpoint, messageId, body, signal });
        return { error: became === 'taken' ? null : `the endpoint ${endpoint.id} says that it is gone` };
      } catch (error) {
        if (signal.aborted || !(error instanceof Error)) throw error;
        log.info({ err: error }, 'webhook not delivered');
        return { error: error.message };
      }
    },
  });
}

import { defineQuery, listOf, Nullable, pageOf, type Query, Strict, statesOf, Type, valuesOf } from '../../sdk/index.ts';
import { WebhookEndpoint } from '../config/webhooks.ts';
import { transactionOf } from '../database/reader.ts';
import { WebhookDeliveries } from '../database/webhook-tables.ts';
import type { WebhookSecrets } from '../log/signer.ts';
import { endpointsOf, secretOf } from './endpoints.ts';
import { DeliveryAnswer, presentDelivery } from './present.ts';

const Secret = Nullable(Type.String({ description: 'That it is signed with; null for an API token, which shows nobody a secret' }));

/** `GET /webhooks`: what whoever sets up a receiver must know, its secret included. A script is not. */
export function listWebhooks(secrets: WebhookSecrets): Query {
  return defineQuery({
    id: 'webhook.list',
    title: 'Webhook endpoints, each with the secret that it is signed with',
    route: { method: 'GET', path: '/webhooks' },
    roles: ['operator'],
    query: Strict({}),
    answer: pageOf(Strict({ ...WebhookEndpoint.properties, secret: Secret })),
    async run({ db, tenant, actor }) {
      const endpoints = await endpointsOf(transactionOf(db), tenant);
      const isPerson = actor.authentication?.by !== 'api-token';
      const items = endpoints.map((endpoint) => ({ ...endpoint, secret: isPerson ? secretOf(secrets, tenant, endpoint.id) : null }));
      return { items, next_cursor: null, total: items.length };
    },
  });
}

/** Those who can do something about it, and those who look after the others. */
const ROLES = ['operator', 'auditor'];

const deliveries = listOf(WebhookDeliveries, { sort: ['created_at', 'updated_at', 'endpoint', 'status'], search: ['event', 'endpoint'] });

export const listDeliveries = defineQuery({
  id: 'webhook.delivery.list',
  title: 'Webhooks that were given up on, and what became of them',
  route: { method: 'GET', path: '/webhooks/deliveries' },
  roles: ROLES,
  query: Strict({
    status: Type.Optional(statesOf(WebhookDeliveries)),
    endpoint: Type.Optional(Type.String()),
    event: Type.Optional(Type.String()),
    ...deliveries.parameters,
  }),
  answer: pageOf(DeliveryAnswer),
  async run({ db, query: { status, endpoint, event, limit, cursor, count, sort, q } }) {
    const page = await db.page(deliveries, { where: { status: valuesOf(status), endpoint, event }, limit, cursor, count, sort, q });
    return { ...page, items: page.items.map(presentDelivery) };
  },
});

export const getDelivery = defineQuery({
  id: 'webhook.delivery.get',
  title: 'One webhook that was given up on',
  route: { method: 'GET', path: '/webhooks/deliveries/:id' },
  roles: ROLES,
  query: Strict({}),
  answer: DeliveryAnswer,
  run: async ({ db, params }) => presentDelivery(await db.one(WebhookDeliveries, params.id ?? '')),
});

import { defineQuery, pageOf, type Query, Strict, Type } from '../../sdk/index.ts';
import { WebhookEndpoint } from '../config/webhooks.ts';
import { transactionOf } from '../database/reader.ts';
import type { WebhookSecrets } from '../log/signer.ts';
import { endpointsOf, secretOf } from './endpoints.ts';

/** `GET /webhooks`: what whoever sets up a receiver must know, its secret included. */
export function listWebhooks(secrets: WebhookSecrets): Query {
  return defineQuery({
    id: 'webhook.list',
    title: 'Webhook endpoints, each with the secret that it is signed with',
    route: { method: 'GET', path: '/webhooks' },
    roles: ['operator'],
    query: Strict({}),
    answer: pageOf(Strict({ ...WebhookEndpoint.properties, secret: Type.String() })),
    async run({ db, tenant }) {
      const endpoints = await endpointsOf(transactionOf(db), tenant);
      const items = endpoints.map((endpoint) => ({ ...endpoint, secret: secretOf(secrets, tenant, endpoint.id) }));
      return { items, next_cursor: null, total: items.length };
    },
  });
}

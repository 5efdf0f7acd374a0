import { defineQuery, Nullable, pageOf, type Query, Strict, Type } from '../../sdk/index.ts';
import { WebhookEndpoint } from '../config/webhooks.ts';
import { transactionOf } from '../database/reader.ts';
import type { WebhookSecrets } from '../log/signer.ts';
import { endpointsOf, secretOf } from './endpoints.ts';

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

import { Webhook } from 'standardwebhooks';
import { defineEffect, type Effect, type EffectContext, none } from '../../sdk/index.ts';
import type { Config } from '../config/config.ts';
import type { WebhookEndpoint } from '../config/webhooks.ts';
import type { Database } from '../database/database.ts';
import type { WebhookSecrets } from '../log/signer.ts';
import { endpointsOf, secretOf } from './endpoints.ts';
import type { guardedFetch } from './guarded-fetch.ts';
import { WEBHOOK_EFFECT } from './notices.ts';
import { Reach } from './reach.ts';

type Send = ReturnType<typeof guardedFetch>;

/** For connection and answer together. */
const TIMEOUT_MS = 10_000;
const GONE = 410;

interface DeliveryServices {
  readonly database: Database;
  readonly webhookSecrets: WebhookSecrets;
  readonly config: Pick<Config, 'webhookNetworks'>;
  /** Ten seconds unless said. */
  readonly timeoutMs?: number;
}

/** Sends a notice to one endpoint, signed as https://www.standardwebhooks.com says. What throws is tried again by the outbox. */
export function webhookEffect({ database, webhookSecrets, config, timeoutMs = TIMEOUT_MS }: DeliveryServices): Effect {
  const reach = new Reach(config.webhookNetworks);
  let opening: Promise<Send> | undefined;
  return defineEffect({
    id: WEBHOOK_EFFECT,
    outcome: none('a delivery changes no state'),
    async run(context) {
      const { tenant, payload, log } = context;
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
      const endpoints = await database.transaction(tenant, 'read', (tx) => endpointsOf(tx, tenant));
      const endpoint = endpoints.find(({ id }) => id === payload.endpoint);
      if (endpoint) {
        // Where nobody is told of anything, it is not even loaded.
        opening ??= import('./guarded-fetch.ts').then(({ guardedFetch }) => guardedFetch(reach));
        await deliver(endpoint, secretOf(webhookSecrets, tenant, endpoint.id), await opening, { ...context, signal });
      } else log.info({ endpoint: payload.endpoint }, 'webhook dropped: the endpoint is no longer configured');
      return {};
    },
  });
}

/** @throws Error unless the receiver has taken it, or is gone for good */
async function deliver({ id, url }: WebhookEndpoint, secret: string, send: Send, { messageId, payload, log, signal }: EffectContext): Promise<void> {
  const body = JSON.stringify(payload.body);
  const sentAt = new Date();
  const response = await send(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(messageId, sentAt, body),
    },
    body,
    signal,
  });
  // What it says beside its status is not read, however much that is.
  await response.body?.cancel();
  if (response.status === GONE) log.info({ endpoint: id }, 'webhook dropped: the endpoint says that it is gone');
  else if (!response.ok) throw new Error(`the endpoint ${id} answers ${response.status}`);
}

import { defineEffect, type Effect, none } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import { attemptsWithin } from '../outbox/outbox.ts';
import { endpointsOf } from './endpoints.ts';
import { giveUp } from './give-up.ts';
import { type NoticeTo, WEBHOOK_EFFECT } from './notices.ts';
import type { WebhookSender } from './send.ts';

interface DeliveryServices {
  readonly database: Database;
  readonly sender: WebhookSender;
  readonly giveUpAfterHours: number;
}

/** Sends a notice to one endpoint. What throws is tried again by the outbox, until it has been tried for long enough. */
export function webhookEffect({ database, sender, giveUpAfterHours }: DeliveryServices): Effect {
  return defineEffect({
    id: WEBHOOK_EFFECT,
    outcome: none('a delivery changes no state'),
    givesUp: { afterAttempts: attemptsWithin(giveUpAfterHours), action: giveUp },
    async run({ tenant, messageId, payload, log, signal }) {
      const { endpoint: id, body } = payload as unknown as NoticeTo;
      const endpoints = await database.transaction(tenant, 'read', (tx) => endpointsOf(tx, tenant));
      const endpoint = endpoints.find((one) => one.id === id);
      if (endpoint) {
        const became = await sender.send({ tenant, endpoint, messageId, body, signal });
        if (became === 'gone') log.info({ endpoint: id }, 'webhook dropped: the endpoint says that it is gone');
      } else log.info({ endpoint: id }, 'webhook dropped: the endpoint is no longer configured');
      return {};
    },
  });
}

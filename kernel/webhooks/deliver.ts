import { defineEffect, type Effect } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import { endpointsOf } from './endpoints.ts';
import { giveUp } from './give-up.ts';
import { type Notice, WEBHOOK_EFFECT } from './notices.ts';
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
    outcome: giveUp,
    async run({ tenant, messageId, payload, log, signal }) {
      const { endpoint: id, body } = payload as unknown as { endpoint: string; body: Notice };
      const endpoints = await database.transaction(tenant, 'read', (tx) => endpointsOf(tx, tenant));
      const endpoint = endpoints.find((one) => one.id === id);
      if (!endpoint) {
        log.info({ endpoint: id }, 'webhook dropped: the endpoint is no longer configured');
        return null;
      }
      try {
        const became = await sender.send({ tenant, endpoint, messageId, body, signal });
        if (became === 'gone') log.info({ endpoint: id }, 'webhook dropped: the endpoint says that it is gone');
        return null;
      } catch (error) {
        if (signal.aborted || !(await isOld(tenant, body.timestamp))) throw error;
        return { message_id: messageId, endpoint: id, body, error: messageOf(error) };
      }
    },
  });

  async function isOld(tenant: string, since: string): Promise<boolean> {
    const [row] = await database.transaction(tenant, 'read', (tx) =>
      tx.query<{ old: boolean }>('SELECT $1::timestamptz + make_interval(hours => $2) <= summit_now() AS old', [since, giveUpAfterHours]),
    );
    return row?.old === true;
  }
}

export function messageOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error).slice(0, 1_000);
}

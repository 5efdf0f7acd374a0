import { defineEffect, settingsOf } from '@summit/sdk';
import { recordHandOver } from './actions/record-hand-over.ts';
import { settings } from './settings.ts';

/** Tells the locker to open. It may be told twice of one loan, by the same key, and opens once. */
export const unlock = defineEffect({
  id: 'equipment-loans.unlock',
  outcome: recordHandOver,
  async run({ payload, messageId, signal, log, ...context }) {
    const { locker_url } = settingsOf(settings, context);
    if (locker_url === undefined) return { opened: true };
    const response = await fetch(locker_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': messageId },
      body: JSON.stringify({ open: payload.item }),
      signal,
    });
    if (!response.ok) log.info({ status: response.status }, 'the locker did not open');
    return { opened: response.ok };
  },
});

import { defineEffect, settingsOf } from '@summit/sdk';
import { recordSuspension } from './actions/suspend.ts';
import { settings } from './settings.ts';

/** Tells procurement to order nothing more. It may be told twice of one vendor, by the same key; while it is down, it is told later. */
export const blockPurchases = defineEffect({
  id: 'vendor-risk.block-purchases',
  outcome: recordSuspension,
  async run({ subject, payload, messageId, signal, log, ...context }) {
    const { procurement_url } = settingsOf(settings, context);
    if (procurement_url === undefined) return { procurement: 'not_connected' };
    const response = await fetch(procurement_url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': messageId },
      body: JSON.stringify({ block: subject, name: payload.name }),
      signal,
    });
    if (response.status >= 500) throw new Error(`procurement answered ${response.status}`);
    if (!response.ok) log.info({ status: response.status }, 'procurement refused to block the vendor');
    return { procurement: response.ok ? 'blocked' : 'refused' };
  },
});

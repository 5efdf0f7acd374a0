import { defineRecordView, html, type Item, month, pageAt } from '@summit/sdk/ui';
import { say } from './messages.ts';
import type { Difference } from './recomputation.ts';

interface Discrepancy extends Item {
  readonly tenant_id: string;
  readonly period: string;
  readonly differences: readonly Difference[];
}

export default defineRecordView<Discrepancy>({
  titles: { period: say('field.period'), invoice_id: say('field.invoice'), differences: say('field.differences') },
  cells: {
    period: ({ tenant_id, period }) => html`<a href=${pageAt(`/billing/invoices/${tenant_id}/${period}`)}>${month(period)}</a>`,
    differences: ({ differences }) =>
      html`<ul>${differences.map(({ what, stored, recomputed }) => html`<li key=${what}>${say('difference.one', { what, stored, recomputed })}</li>`)}</ul>`,
  },
});

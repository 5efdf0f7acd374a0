import { defineRecordView, html, type Item, money, month, pageAt, Time } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { thisPeriod } from './period-picker.ts';

interface Run extends Item {
  readonly tenant_id: string;
  readonly period: string;
  readonly total: string;
  readonly currency: string;
  readonly invoice_revision: number;
  readonly created_at: string;
}

export default defineRecordView<Run>({
  name: ({ period }) => say('run.name', { period: month(period) }),
  headline: ({ total, currency }) => html`<span>${money(total, currency)}</span>`,
  titles: { period: say('field.period'), invoice_revision: say('field.invoice_revision'), created_at: say('field.run-at') },
  cells: { period: ({ period }) => month(period), total: ({ total, currency }) => money(total, currency) },
  overview: ({ tenant_id, period, total, currency, invoice_revision, created_at }) => [
    {
      term: say('field.invoice'),
      value: html`<a href=${pageAt(`/billing/invoices/${tenant_id}/${period}`)}>${say('usage.invoice', { period: month(period) })}</a>`,
    },
    { term: say('run.total'), value: money(total, currency) },
    { term: say('field.invoice_revision'), value: invoice_revision },
    { term: say('field.run-at'), value: html`<${Time} at=${created_at} />` },
  ],
  forms: {
    'finops.billing.run': { period: { label: say('field.period'), hint: say('hint.period'), initial: thisPeriod } },
  },
});

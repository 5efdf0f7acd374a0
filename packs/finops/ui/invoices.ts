import { defineRecordView, type Fact, html, money, month, Time } from '@summit/sdk/ui';
import type { Invoice } from './invoice.ts';
import { InvoiceBody } from './invoice-body.ts';
import { say } from './messages.ts';

export default defineRecordView<Invoice>({
  name: ({ number, period }) => number ?? say('invoice.draft', { period: month(period) }),
  // The month of a void invoice names the one that has taken its place.
  path: (invoice) => ({ ...invoice, period: invoice.status === 'void' ? invoice.number : invoice.period }),
  headline: ({ period, total, currency }) => html`<span>${month(period)}</span><span>${money(total, currency)}</span>`,
  titles: { period: say('field.period'), finalized_at: say('field.finalized_at') },
  cells: {
    number: ({ number }) => number ?? html`<span class="quiet">${say('invoice.no-number')}</span>`,
    period: ({ period }) => month(period),
    total: ({ total, currency }) => money(total, currency),
  },
  overview: factsOf,
  more: InvoiceBody,
  forms: {
    'finops.invoice.credit': { amount: { hint: say('hint.credit') }, comment: { label: say('label.reason'), hint: say('hint.comment') } },
    'finops.invoice.void': { comment: { label: say('label.reason'), hint: say('hint.void') } },
  },
});

function factsOf(invoice: Invoice): readonly Fact[] {
  const { tenant_id, period, finalized_at, plan_id, plan_version, time_zone, updated_at, voided_at, void_reason } = invoice;
  const isDraft = finalized_at === null;
  return [
    { term: say('invoice.billed-to'), value: tenant_id },
    { term: say('invoice.period'), value: month(period) },
    { term: say('invoice.issued'), value: isDraft ? say('invoice.not-issued') : html`<${Time} at=${finalized_at} />` },
    { term: say('invoice.plan'), value: say('invoice.plan-version', { id: plan_id, version: plan_version }) },
    { term: say('invoice.time-zone'), value: time_zone },
    ...(isDraft && updated_at !== null ? [{ term: say('invoice.updated'), value: html`<${Time} at=${updated_at} />` }] : []),
    ...(voided_at === null
      ? []
      : [
          { term: say('invoice.voided'), value: html`<${Time} at=${voided_at} />` },
          { term: say('invoice.void-reason'), value: void_reason ?? say('invoice.reason-erased'), wide: true },
        ]),
  ];
}

import { defineRecordView, html, type Item, money, month, pageAt, words } from '@summit/sdk/ui';
import { say } from './messages.ts';
import { type Charge, priceOf } from './plan-in-words.ts';

interface Rated extends Item {
  readonly tenant_id: string;
  readonly period: string;
  readonly meter: string;
  readonly unit_price: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly charge: Charge;
}

export default defineRecordView<Rated>({
  titles: { period: say('field.period'), unit_price: say('field.unit_price'), created_at: say('field.rated-at') },
  cells: {
    period: ({ tenant_id, period }) => html`<a href=${pageAt(`/billing/invoices/${tenant_id}/${period}`)}>${month(period)}</a>`,
    meter: ({ meter }) => words(meter),
    unit_price: ({ unit_price, charge, currency }) => unit_price && priceOf(unit_price, charge, currency),
    amount: ({ amount, currency }) => money(amount, currency),
  },
});

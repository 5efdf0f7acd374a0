import { Badge, Copyable, defineRecordView, type Fact, html, type Item, money, pageAt, shortId, Time, words } from '@summit/sdk/ui';
import { Discount } from './discount.ts';
import { say } from './messages.ts';
import { Offer } from './offer.ts';
import type { Opportunity, Quote } from './records.ts';
import { Revisions } from './revisions.ts';
import { percent, roleName, termsInWords } from './terms.ts';

const terms = {
  opportunity_id: {
    label: say('label.opportunity_id'),
    hint: say('hint.opportunity_id'),
    options: { path: '/revops/opportunities?limit=200&count=false', of: opportunitiesIn },
  },
  amount: { hint: say('hint.amount') },
  currency: { hint: say('hint.currency') },
  discount_percent: { label: say('label.discount_percent'), hint: say('hint.discount_percent') },
  line_items: { hint: say('hint.line_items') },
  margin_percent: { label: say('label.margin_percent'), hint: say('hint.margin_percent') },
  term_months: { label: say('label.term_months') },
  payment_terms_days: { label: say('label.payment_terms_days') },
  expires_at: { label: say('label.expires_at'), hint: say('hint.expires_at') },
  external_ref: { hidden: true },
} as const;

export default defineRecordView<Quote>({
  name: ({ account, net_amount, currency }) => say('quote.name', { account, net: money(net_amount, currency) }),
  headline: ({ discount_percent, contract }) =>
    html`<span>${say('quote.discount', { percent: percent(discount_percent) })}</span><span>${activationOf(contract)}</span>`,
  titles: { discount_percent: say('field.discount_percent') },
  cells: {
    discount_percent: ({ discount_percent }) => percent(discount_percent),
    amount: ({ amount, currency }) => money(amount, currency),
    net_amount: ({ net_amount, currency }) => money(net_amount, currency),
  },
  overview: factsOf,
  more: Offer,
  tabs: [
    {
      id: 'revisions',
      title: say('revisions.title'),
      when: ({ submitted_at, revision }) => submitted_at !== null || Number(revision) > 1,
      component: Revisions,
    },
  ],
  forms: {
    'revops.quote.create': terms,
    'revops.quote.edit': terms,
    'revops.quote.reject': { comment: { label: say('label.reject'), hint: say('hint.reject') } },
  },
});

function factsOf(quote: Quote): readonly Fact[] {
  const { opportunity, lead, submitter, submitted_at, approved_at, external_ref } = quote;
  const { margin_percent, term_months, payment_terms_days, expires_at } = termsInWords(quote);
  return [
    { term: say('field.discount_percent'), value: html`<${Discount} quote=${quote} />`, wide: true },
    { term: say('field.amount'), value: money(quote.amount, quote.currency) },
    { term: say('field.net_amount'), value: money(quote.net_amount, quote.currency) },
    { term: say('field.approvals'), value: approvalsOf(quote) },
    { term: say('field.contract'), value: contractOf(quote) },
    {
      term: say('field.opportunity'),
      value: html`<a href=${pageAt(`/revops/opportunities/${opportunity.id}`)}>${opportunity.account}</a> <${Badge} status=${opportunity.status} />`,
    },
    { term: say('field.lead'), value: html`<a href=${pageAt(`/revops/leads/${lead.id}`)}>${lead.email ?? lead.company}</a>` },
    { term: say('field.owner'), value: quote.owner },
    { term: say('field.segment'), value: words(quote.segment) },
    { term: say('field.author'), value: quote.author },
    { term: say('field.created_at'), value: html`<${Time} at=${quote.created_at} />` },
    ...stated(say('field.submitted'), submitted_at && html`<${Time} at=${submitted_at} /> ${say('by', { who: submitter ?? '' })}`),
    ...stated(say('field.approved_at'), approved_at && html`<${Time} at=${approved_at} />`),
    ...stated(say('field.margin_percent'), margin_percent),
    ...stated(say('field.term_months'), term_months),
    ...stated(say('field.payment_terms_days'), payment_terms_days),
    ...stated(say('field.expires_at'), expires_at),
    ...stated(say('field.external_ref'), external_ref && say('ref.of', { ...external_ref })),
  ];
}

/** What is not said is not shown. */
function stated(term: string, value: Fact['value']): readonly Fact[] {
  return value === null || value === undefined || value === '' ? [] : [{ term, value }];
}

function approvalsOf({ status, required_approvals: needed, approvals }: Quote): string {
  if (needed.length === 0) return say(status === 'draft' ? 'approvals.draft' : 'approvals.none');
  const received = needed.filter((role) => approvals.some((approval) => approval.role === role && approval.status === 'approved'));
  return say('approvals.of', { received: received.length, needed: needed.length, roles: needed.map(roleName).join(', ') });
}

function activationOf(contract: Quote['contract']): string {
  return say(contract ? 'contract.active' : 'contract.none');
}

function contractOf({ contract, status }: Quote) {
  if (!contract) return say(status === 'approved' ? 'contract.none' : 'contract.waits');
  return html`<${Time} at=${contract.created_at} />, ${say('contract.by', { id: '' })}<${Copyable} text=${contract.id} shown=${shortId(contract.id)} />`;
}

function opportunitiesIn({ items }: Item) {
  return (items as readonly Opportunity[]).map(({ id, account, segment, owner }) => ({
    value: id,
    text: say('option.opportunity', { account, segment: words(segment), owner }),
  }));
}

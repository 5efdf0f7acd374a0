import { Currency, DecimalAnswer, defineEvent, Id, type Static, Strict, Timestamp, Type } from '@summit/sdk';
import type { QuoteRow } from './quote.ts';

/** What every event says of its quote. */
const offer = {
  quote_id: Id,
  opportunity_id: Id,
  account: Type.String(),
  revision: Type.Integer({ minimum: 1 }),
  amount: DecimalAnswer,
  discount_percent: DecimalAnswer,
  net_amount: DecimalAnswer,
  currency: Currency,
};
const Offer = Strict(offer);
const Roles = Type.Array(Type.String());

/** Tells those who must approve that they are asked. */
export const quoteSubmitted = defineEvent({
  type: 'quote.submitted',
  version: 1,
  title: 'A quote was put up for approval',
  data: Strict({ ...offer, required_approvals: Roles, received_approvals: Roles }),
});

export const quoteApproved = defineEvent({
  type: 'quote.approved',
  version: 1,
  title: 'A quote has all approvals that it needs',
  data: Strict({ ...offer, approvals: Roles, approved_at: Timestamp }),
});

export const quoteRejected = defineEvent({
  type: 'quote.rejected',
  version: 1,
  title: 'A quote was rejected',
  data: Strict({ ...offer, role: Type.String({ description: 'Of whoever rejected it' }) }),
});

export const quoteActivated = defineEvent({
  type: 'quote.activated',
  version: 1,
  title: 'A quote has become a contract',
  data: Strict({ ...offer, contract_id: Id, activated_at: Timestamp }),
});

export function offerOf({ id, opportunity_id, account, revision, amount, discount_percent, net_amount, currency }: QuoteRow): Static<typeof Offer> {
  return { quote_id: id, opportunity_id, account, revision, amount, discount_percent, net_amount, currency };
}

export function submissionOf(quote: QuoteRow): Static<typeof quoteSubmitted.data> {
  return { ...offerOf(quote), required_approvals: [...quote.required_approvals], received_approvals: [...quote.received_approvals] };
}

export function approvalOf(quote: QuoteRow, now: string): Static<typeof quoteApproved.data> {
  return { ...offerOf(quote), approvals: [...quote.received_approvals], approved_at: now };
}

import { type ActionContext, Decimal } from '../../sdk/index.ts';
import { type QuoteFile, standingApprovals } from './quote.ts';
import { amountBandOf, segmentsOf } from './settings.ts';
import { compareConcessions } from './terms.ts';

/** What the policy judges a quote by. Decimals are strings there too. */
export function factsOf(file: QuoteFile, context: ActionContext<unknown>, submitter: string | null) {
  const { quote } = file;
  const { segment, currency, amount, discount_percent, net_amount, largest_line_discount_percent } = quote;
  const { margin_percent, term_months, payment_terms_days, revision, owner_id: owner } = quote;
  return {
    resource: {
      ...{
        segment,
        currency,
        amount,
        discount_percent,
        net_amount,
        largest_line_discount_percent,
        margin_percent,
        term_months,
        payment_terms_days,
        revision,
        owner,
        submitter,
      },
      amount_band: amountBandOf(amount, context),
    },
    context: {
      segments: segmentsOf(context),
      approvals: standingApprovals(file)
        .filter(({ status }) => status === 'approved')
        .map(({ role, approver_id }) => ({ role, approver: approver_id })),
      earlier: earlierOf(file),
    },
  };
}

/** What was submitted last, and the approvals of it that the policy may keep; null before the first submission. */
function earlierOf({ quote, revisions, approvals }: QuoteFile) {
  const last = revisions.reduce<(typeof revisions)[number] | null>(
    (newest, each) => (newest && newest.revision > each.revision ? newest : each),
    null,
  );
  if (quote.status !== 'draft' || !last) return null;
  return {
    largest_discount_percent: largest(last.discount_percent, last.largest_line_discount_percent),
    concession: compareConcessions(last, quote),
    approvals: approvals
      .filter(({ id, status }) => status === 'approved' && quote.earlier_approval_ids.includes(id))
      .map(({ role, approver_id }) => ({ role, approver: approver_id })),
  };
}

function largest(a: string, b: string): string {
  return new Decimal(a).gt(b) ? a : b;
}

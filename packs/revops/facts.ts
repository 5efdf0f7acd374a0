import type { ActionContext, Approval } from '@summit/sdk';
import type { QuoteFile } from './quote.ts';
import { amountBandOf, segmentsOf } from './settings.ts';
import { changedTerms } from './terms.ts';

/** What the policy judges a quote by. Decimals are strings there too. */
export function factsOf(file: QuoteFile, context: ActionContext<unknown>, submitter: string | null) {
  const { quote, opportunity, standing } = file;
  const { currency, amount, discount_percent, net_amount, largest_line_discount_percent, revision } = quote;
  const { margin_percent, term_months, payment_terms_days, expires_at } = quote;
  // What the opportunity says now, and not what it said when the quote was drafted.
  const { segment, owner_id: owner } = opportunity;
  return {
    resource: {
      ...{ segment, currency, amount, discount_percent, net_amount, largest_line_discount_percent, revision },
      ...{ margin_percent, term_months, payment_terms_days, expires_at, owner, submitter },
      amount_band: amountBandOf(amount, context),
    },
    context: { segments: segmentsOf(context), approvals: fillingOf(standing), earlier: earlierOf(file) },
  };
}

/**
 * What was submitted last, what of it is otherwise now, and the approvals that the policy may keep: none of whoever has
 * written the content since. null before the first submission.
 */
function earlierOf({ quote, opportunity, revisions, approvals }: QuoteFile) {
  if (quote.status !== 'draft' || revisions.length === 0) return null;
  const last = revisions.reduce((newest, each) => (newest.revision > each.revision ? newest : each));
  const { discount_percent, largest_line_discount_percent, margin_percent } = last;
  return {
    ...{ discount_percent, largest_line_discount_percent, margin_percent },
    changed: [...changedTerms(last, quote), ...(last.segment === opportunity.segment ? [] : ['segment'])],
    approvals: fillingOf(approvals.filter(({ id, approver_id }) => quote.earlier_approval_ids.includes(id) && approver_id !== quote.author_id)),
  };
}

function fillingOf(approvals: readonly Approval[]) {
  return approvals.filter(({ status }) => status === 'approved').map(({ role, approver_id }) => ({ role, approver: approver_id }));
}

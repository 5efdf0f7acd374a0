import { change, defineAction, Empty, edge, insert, occurred } from '@summit/sdk';
import { Quote, QuoteRevision } from '../entities.ts';
import { approvalOf, quoteApproved, quoteSubmitted, submissionOf } from '../events.ts';
import { factsOf } from '../facts.ts';
import { assertNotExpired, inherited, isSelfApproved, lockQuote, presentChanged } from '../quote.ts';
import { everybody } from '../roles.ts';
import { QuoteAnswer } from '../schemas.ts';
import { termsIn } from '../terms.ts';

export const submitQuote = defineAction({
  id: 'revops.quote.submit-for-approval',
  title: 'Submit a quote for approval',
  route: { method: 'POST', path: '/revops/quotes/:id/submit-for-approval' },
  // Whether they may is for the policy to say.
  roles: everybody,
  input: Empty,
  answer: QuoteAnswer,
  entity: Quote,
  from: ['draft'],

  load: ({ db, params }) => lockQuote(db, params.id ?? ''),
  subject: ({ quote }) => quote,
  policy: {
    entrypoint: 'revops/discount_approvals/decision',
    facts: (file, context) => factsOf(file, context, context.actor.id),
  },

  apply(file, at) {
    assertNotExpired(file.quote, at.now);
    const { actor, decision } = at;
    const { required_approvals, kept_approvals } = decision;
    const { earlier_approval_ids, author_id } = file.quote;
    const kept = file.approvals.filter(
      ({ id, role, approver_id }) => earlier_approval_ids.includes(id) && kept_approvals.includes(role) && approver_id !== author_id,
    );
    const received = required_approvals.filter((role) => kept.some((approval) => approval.role === role));
    const isApproved = required_approvals.length === received.length;
    const { fields, edges } = inherited(file);
    const quote = change(Quote, at, file.quote, {
      ...fields,
      status: isApproved ? 'approved' : 'pending_approval',
      submitter_id: actor.id,
      submitted_at: at.now,
      approved_at: isApproved ? at.now : null,
      required_approvals,
      received_approvals: received,
      earlier_approval_ids: kept.map(({ id }) => id),
      needs_approval: !(isSelfApproved({ required_approvals }) && actor.roles.includes('ae')),
    });
    const { id, revision } = quote.after;
    // One that was recalled and is submitted again unchanged has its revision already.
    const isNew = !file.revisions.some((row) => row.revision === revision);
    const content = { id: at.newId(), quote_id: id, revision, submitter_id: actor.id, segment: quote.after.segment, ...termsIn(quote.after) };
    const rows = isNew ? [insert(QuoteRevision, at, content)] : [];
    return {
      subjects: [quote],
      rows,
      edges: [...edges, edge(id, 'submitted_by', actor.id), ...rows.map(({ row }) => edge(id, 'has_revision', row.id))],
      usage: [{ type: 'workflow_run', subject: id, metadata: { workflow: 'revops.quote' } }],
      events: [
        occurred(quoteSubmitted, id, submissionOf(quote.after)),
        ...(isApproved ? [occurred(quoteApproved, id, approvalOf(quote.after, at.now))] : []),
      ],
      answer: presentChanged(file, { quote: quote.after, standing: kept }, at),
    };
  },
});

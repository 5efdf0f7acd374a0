import { Currency, DecimalAnswer, Id, Nullable, Strict, Timestamp, Type } from '@summit/sdk';

const Text = Type.String();
const Handle = Type.String({ description: 'A handle' });

export const Name = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });

const Ref = Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' });
export const ExternalRef = Strict({ system: Ref, id: Ref }, { description: 'An id in another system: what has it already is updated' });

const opportunity = {
  id: Id,
  account: Text,
  segment: Text,
  owner: Handle,
  team: Type.String({ description: 'The id of the team' }),
  status: Type.Enum(['open', 'won']),
  lead_id: Id,
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
};

export const OpportunityAnswer = Strict(opportunity);

const lead = {
  id: Id,
  email: Nullable(Text),
  company: Text,
  segment: Text,
  owner: Handle,
  external_ref: Nullable(ExternalRef),
  status: Type.Enum(['open']),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
};

export const LeadAnswer = Strict({ ...lead, opportunity: OpportunityAnswer });

const termsAnswer = {
  amount: DecimalAnswer,
  currency: Currency,
  discount_percent: DecimalAnswer,
  net_amount: DecimalAnswer,
  largest_line_discount_percent: DecimalAnswer,
  line_items: Type.Array(Strict({ description: Text, amount: DecimalAnswer, discount_percent: DecimalAnswer, net_amount: DecimalAnswer })),
  margin_percent: Nullable(DecimalAnswer),
  term_months: Nullable(Type.Integer()),
  payment_terms_days: Nullable(Type.Integer()),
  expires_at: Nullable(Timestamp),
};

export const QuoteAnswer = Strict({
  id: Id,
  opportunity_id: Id,
  opportunity: OpportunityAnswer,
  lead: Strict(lead),
  account: Text,
  segment: Text,
  owner: Handle,
  ...termsAnswer,
  self_approval_percent: Type.Union([DecimalAnswer, Type.Null()], {
    description: 'Up to which discount an account executive decides alone in this segment, as it is set today; null where the segment is not set up',
  }),
  external_ref: Nullable(ExternalRef),
  status: Type.Enum(['draft', 'pending_approval', 'approved', 'activated', 'rejected', 'expired']),
  revision: Type.Integer({ minimum: 1 }),
  author: Type.String({ description: 'The handle of who gave it its content' }),
  submitter: Nullable(Handle),
  submitted_at: Nullable(Timestamp),
  approved_at: Nullable(Timestamp),
  needs_approval: Type.Boolean({ description: "Somebody in another role than the submitter's own must approve" }),
  required_approvals: Type.Array(Text),
  approvals: Type.Array(
    Strict({
      id: Id,
      approver: Text,
      role: Text,
      status: Type.Enum(['approved', 'rejected']),
      kept: Type.Boolean({ description: 'Given to an earlier content, and counts for this one' }),
      comment: Nullable(Text),
      created_at: Timestamp,
    }),
  ),
  contract: Nullable(Strict({ id: Id, status: Text, quote_id: Id, created_at: Timestamp })),
  decision_ids: Type.Array(Id),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
});

export const RevisionAnswer = Strict({
  id: Id,
  quote_id: Id,
  revision: Type.Integer({ minimum: 1 }),
  status: Type.Enum(['current', 'superseded']),
  submitter: Handle,
  ...termsAnswer,
  created_at: Timestamp,
});

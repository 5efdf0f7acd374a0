import { field, governed, optional, type Row } from '@summit/sdk';

/** Somebody borrows a piece of equipment for some days. */
export const Loan = governed({
  type: 'equipment-loans.loan',
  table: 'equipment_loans',
  fields: {
    item: field.text(),
    /** What it is worth, in whole euros. */
    value_eur: field.integer(),
    days: field.integer(),
    /** What a person wrote: the row keeps a commitment to it, and the text itself can be erased. */
    reason: field.personal(),
    borrower_id: field.uuid(),
    required_approvals: field.texts(),
    due_at: optional(field.timestamp()),
  },
  transitions: {
    requested: ['requested', 'approved', 'rejected'],
    approved: ['handing_over'],
    handing_over: ['lent', 'approved'],
    lent: ['returned', 'overdue'],
    overdue: ['returned'],
    rejected: [],
    returned: [],
  },
  label: ({ item }) => item,
});

export type Loan = Row<typeof Loan>;

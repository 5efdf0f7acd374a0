import { field, governed, insertOnly, optional, type Row } from '@summit/sdk';

export const DATA_ACCESS = ['none', 'internal', 'personal'] as const;

export const PROCUREMENT_OUTCOMES = ['blocked', 'refused', 'not_connected'] as const;

export const Vendor = governed({
  type: 'vendor-risk.vendor',
  table: 'vendor_risk_vendors',
  fields: {
    name: field.text(),
    country: field.text(),
    /** What we pay a year, exactly. */
    yearly_spend: field.decimal(),
    currency: field.text(),
    /** The most sensitive of our data that the vendor gets. */
    data_access: field.text(),
    note: optional(field.personal()),
    /** By the policy, as `required_approvals` are: the rule that allowed. */
    risk: field.text(),
    required_approvals: field.texts(),
    registered_by_id: field.uuid(),
    /** Of the latest assessment. */
    score: optional(field.integer()),
    /** When an accepted vendor is to be reviewed again. */
    review_at: optional(field.timestamp()),
    /** What became of telling procurement that the vendor is suspended. */
    procurement: optional(field.text<(typeof PROCUREMENT_OUTCOMES)[number]>()),
  },
  transitions: {
    registered: ['assessed', 'accepted'],
    assessed: ['assessed', 'accepted', 'rejected'],
    accepted: ['review_due', 'suspending'],
    review_due: ['assessed', 'accepted', 'suspending'],
    suspending: ['suspended'],
    suspended: [],
    rejected: [],
  },
  label: ({ name }) => name,
});

export type Vendor = Row<typeof Vendor>;

export const Assessment = insertOnly({
  type: 'vendor-risk.assessment',
  table: 'vendor_risk_assessments',
  fields: {
    vendor_id: field.uuid(),
    assessor_id: field.uuid(),
    /** Of the questionnaire, 0 to 100. */
    score: field.integer(),
    comment: field.personal(),
  },
});

export type Assessment = Row<typeof Assessment>;

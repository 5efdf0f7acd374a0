import type { Item } from '@summit/sdk/ui';

/** As `GET /revops/opportunities/:id` answers it. */
export interface Opportunity extends Item {
  readonly id: string;
  readonly account: string;
  readonly segment: string;
  readonly owner: string;
  readonly status: string;
  readonly lead_id: string;
  readonly created_at: string;
}

/** As `GET /revops/leads/:id` answers it. */
export interface Lead extends Item {
  readonly id: string;
  /** null once it is erased. */
  readonly email: string | null;
  readonly company: string;
  readonly segment: string;
  readonly owner: string;
  readonly external_ref: ExternalRef | null;
  readonly opportunity: Opportunity;
  readonly created_at: string;
}

export interface ExternalRef {
  readonly system: string;
  readonly id: string;
}

export interface LineItem {
  readonly description: string;
  readonly amount: string;
  readonly discount_percent: string;
  readonly net_amount: string;
}

/** Decimals are strings. */
export interface Terms extends Item {
  readonly amount: string;
  readonly currency: string;
  readonly discount_percent: string;
  readonly net_amount: string;
  readonly largest_line_discount_percent: string;
  readonly line_items: readonly LineItem[];
  readonly margin_percent: string | null;
  readonly term_months: number | null;
  readonly payment_terms_days: number | null;
  readonly expires_at: string | null;
}

/** As `GET /revops/quotes/:id` answers it. */
export interface Quote extends Terms {
  readonly id: string;
  readonly opportunity: Opportunity;
  readonly lead: Omit<Lead, 'opportunity'>;
  readonly account: string;
  readonly segment: string;
  readonly owner: string;
  readonly self_approval_percent: string | null;
  readonly external_ref: ExternalRef | null;
  readonly status: string;
  readonly author: string;
  readonly submitter: string | null;
  readonly submitted_at: string | null;
  readonly approved_at: string | null;
  readonly required_approvals: readonly string[];
  readonly approvals: readonly { readonly role: string; readonly status: string }[];
  readonly contract: { readonly id: string; readonly created_at: string } | null;
  readonly created_at: string;
}

/** One of `GET /revops/quotes/:id/revisions`. */
export interface Revision extends Terms {
  readonly id: string;
  readonly revision: number;
  readonly status: 'current' | 'superseded';
  readonly submitter: string;
  readonly created_at: string;
}

import { governedTable, insertOnlyTable, migration } from '@summit/sdk';

const externalRef = 'external_system text, external_id text';

const terms = `
  amount numeric NOT NULL,
  currency text NOT NULL,
  discount_percent numeric NOT NULL,
  net_amount numeric NOT NULL,
  largest_line_discount_percent numeric NOT NULL,
  line_items jsonb NOT NULL,
  margin_percent numeric,
  term_months integer,
  payment_terms_days integer,
  expires_at timestamptz(3)`;

export default migration('0001-initial', [
  governedTable(
    'revops_leads',
    `email text NOT NULL,
     company text NOT NULL,
     segment text NOT NULL,
     owner_id uuid NOT NULL,
     opportunity_id uuid NOT NULL,
     ${externalRef}`,
  ),
  governedTable(
    'revops_opportunities',
    `lead_id uuid NOT NULL,
     account text NOT NULL,
     segment text NOT NULL,
     owner_id uuid NOT NULL,
     team_id uuid NOT NULL`,
  ),
  governedTable(
    'revops_quotes',
    `opportunity_id uuid NOT NULL,
     lead_id uuid NOT NULL,
     account text NOT NULL,
     segment text NOT NULL,
     owner_id uuid NOT NULL,
     ${terms},
     ${externalRef},
     revision integer NOT NULL,
     author_id uuid NOT NULL,
     submitter_id uuid,
     submitted_at timestamptz(3),
     approved_at timestamptz(3),
     required_approvals text[] NOT NULL,
     received_approvals text[] NOT NULL,
     earlier_approval_ids uuid[] NOT NULL,
     needs_approval boolean NOT NULL`,
  ),
  'CREATE INDEX revops_quotes_by_opportunity ON revops_quotes (tenant_id, opportunity_id)',
  'CREATE INDEX revops_quotes_by_status ON revops_quotes (tenant_id, status, id)',
  insertOnlyTable(
    'revops_quote_revisions',
    `quote_id uuid NOT NULL, revision integer NOT NULL, submitter_id uuid NOT NULL, segment text NOT NULL, ${terms}`,
  ),
  'CREATE UNIQUE INDEX revops_quote_revisions_once ON revops_quote_revisions (tenant_id, quote_id, revision)',
  governedTable('revops_contracts', 'quote_id uuid NOT NULL'),
  // A quote is activated once, whatever goes wrong in between.
  'CREATE UNIQUE INDEX revops_contracts_once ON revops_contracts (tenant_id, quote_id)',
]);

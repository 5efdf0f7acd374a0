import {
  type ActionContext,
  type Actor,
  type Approval,
  type ApprovalRound,
  edge,
  endEdge,
  type LockingReader,
  Problem,
  type Reader,
  type Row,
} from '@summit/sdk';
import { ContractStub, Lead, Opportunity, Quote, QuoteRevision } from './entities.ts';
import { externalRefOf } from './keys.ts';
import { type LeadRow, leadView, type OpportunityRow, opportunityView } from './lead.ts';
import { type Configured, segmentsOf } from './settings.ts';
import { termsIn } from './terms.ts';

export type QuoteRow = Row<typeof Quote>;

/** A quote with all that belongs to it. */
export interface QuoteFile {
  readonly quote: QuoteRow;
  readonly opportunity: OpportunityRow;
  readonly lead: LeadRow;
  readonly revisions: readonly Row<typeof QuoteRevision>[];
  readonly approvals: readonly Approval[];
  /** Those of them that count for what is up for approval now. */
  readonly standing: readonly Approval[];
  readonly contract: Row<typeof ContractStub> | null;
  readonly decisionIds: readonly string[];
  /** Handles of everybody named in it, by user id. */
  readonly handles: ReadonlyMap<string, string>;
}

/** @throws Problem `not-found` */
export async function lockQuote(db: LockingReader, id: string): Promise<QuoteFile> {
  const quote = await db.lock(Quote, id);
  const [file] = await filesOf(db, [quote]);
  return file as QuoteFile;
}

/** Reads what belongs to each quote, with one query a kind, however many quotes there are. */
export async function filesOf(db: Reader, quotes: readonly QuoteRow[]): Promise<readonly QuoteFile[]> {
  const ids = quotes.map(({ id }) => id);
  const [opportunities, leads, revisions, approvals, contracts, decisions] = await Promise.all([
    db.find(Opportunity, { id: quotes.map(({ opportunity_id }) => opportunity_id) }),
    db.find(Lead, { id: quotes.map(({ lead_id }) => lead_id) }),
    db.find(QuoteRevision, { quote_id: ids }),
    db.approvals(ids),
    db.find(ContractStub, { quote_id: ids }),
    db.decisions(ids),
  ]);
  const handles = await db.handles([
    ...new Set([
      ...[...quotes, ...opportunities, ...leads].map(({ owner_id }) => owner_id),
      ...quotes.flatMap(({ author_id, submitter_id }) => [author_id, ...(submitter_id ? [submitter_id] : [])]),
      ...revisions.map(({ submitter_id }) => submitter_id),
      ...approvals.map(({ approver_id }) => approver_id),
    ]),
  ]);
  return quotes.map((quote) => ({
    quote,
    opportunity: known(opportunities, quote.opportunity_id),
    lead: known(leads, quote.lead_id),
    revisions: revisions.filter(({ quote_id }) => quote_id === quote.id),
    ...approvalsAmong(db, quote, approvals),
    contract: contracts.find(({ quote_id }) => quote_id === quote.id) ?? null,
    decisionIds: decisions.get(quote.id) ?? [],
    handles,
  }));
}

function approvalsAmong(db: Reader, quote: QuoteRow, all: readonly Approval[]): Pick<QuoteFile, 'approvals' | 'standing'> {
  const approvals = all.filter(({ subject_id }) => subject_id === quote.id);
  return { approvals, standing: db.standing(roundFor(quote, approvals)) };
}

/** What is up for approval: this content, as it was submitted this time. Nothing stands for a draft. */
export function roundOf({ quote, approvals }: QuoteFile): ApprovalRound {
  return roundFor(quote, approvals);
}

function roundFor(quote: QuoteRow, approvals: readonly Approval[]): ApprovalRound {
  const { id, revision, segment, author_id, submitter_id, submitted_at } = quote;
  return {
    required: quote.required_approvals,
    given: approvals,
    kept: quote.status === 'draft' ? [] : quote.earlier_approval_ids,
    excluded: isSelfApproved(quote) || submitter_id === null ? [] : [submitter_id, author_id],
    content: { id, revision, segment, submitted_at, ...termsIn(quote) },
  };
}

/** The account executive decides alone, and may be the one who submitted. */
export function isSelfApproved({ required_approvals }: Pick<QuoteRow, 'required_approvals'>): boolean {
  return required_approvals.length === 1 && required_approvals[0] === 'ae';
}

/** What is up for approval, or approved, is not for everybody who sells to take back. @throws Problem `forbidden` */
export function assertMayTakeBack({ quote, opportunity }: QuoteFile, { id, roles }: Actor): void {
  if (quote.status === 'draft' || roles.includes('manager')) return;
  if (![quote.submitter_id, quote.owner_id, opportunity.owner_id].includes(id)) {
    throw new Problem('forbidden', 'Only who submitted a quote, its owner or a manager may take it back from approval.');
  }
}

/** What a quote takes from its opportunity whenever it changes hands. */
export function inherited({ quote, opportunity }: QuoteFile) {
  const { account, segment, owner_id } = opportunity;
  const handedOver = owner_id === quote.owner_id ? [] : [endEdge(quote.id, 'owned_by', quote.owner_id), edge(quote.id, 'owned_by', owner_id)];
  return { fields: { account, segment, owner_id }, edges: handedOver };
}

/** @throws Problem `invalid-state` */
export function assertNotExpired({ id, expires_at }: QuoteRow, now: string): void {
  // The job that ends it comes by once a minute.
  if (hasExpired({ expires_at }, now)) throw new Problem('invalid-state', `Quote ${id} expired at ${expires_at}: draft another.`);
}

export function hasExpired({ expires_at }: Pick<QuoteRow, 'expires_at'>, now: string): boolean {
  return expires_at !== null && expires_at <= now;
}

/** The quote as the API shows it, with what the settings say of its segment. */
export function presentQuote(file: QuoteFile, context: Configured) {
  const { quote, opportunity, lead, contract, handles } = file;
  const handle = (userId: string) => handles.get(userId) ?? userId;
  return {
    id: quote.id,
    opportunity_id: quote.opportunity_id,
    opportunity: opportunityView(opportunity, handles),
    lead: leadView(lead, handles),
    account: quote.account,
    segment: quote.segment,
    owner: handle(quote.owner_id),
    ...termsIn(quote),
    self_approval_percent: segmentsOf(context)[quote.segment]?.self_approval_percent ?? null,
    external_ref: externalRefOf(quote),
    status: quote.status,
    revision: quote.revision,
    author: handle(quote.author_id),
    submitter: quote.submitter_id && handle(quote.submitter_id),
    submitted_at: quote.submitted_at,
    approved_at: quote.approved_at,
    needs_approval: quote.needs_approval,
    required_approvals: quote.required_approvals,
    approvals: file.standing.map(({ id, approver_id, role, status, comment, created_at }) => ({
      id,
      approver: handle(approver_id),
      role,
      status,
      kept: quote.earlier_approval_ids.includes(id),
      comment,
      created_at,
    })),
    contract: contract && { id: contract.id, status: contract.status, quote_id: contract.quote_id, created_at: contract.created_at },
    decision_ids: file.decisionIds,
    created_at: quote.created_at,
    updated_at: quote.updated_at,
    version: quote.version,
  };
}

/** The quote after an action, with what the action itself has added. */
export function presentChanged(file: QuoteFile, changed: Partial<QuoteFile>, at: ActionContext<unknown>) {
  const { approval, decision, actor } = at;
  const after = {
    ...file,
    ...changed,
    standing: [...(changed.standing ?? file.standing), ...(approval ? [approval.approval] : [])],
    decisionIds: decision ? [...file.decisionIds, decision.id] : file.decisionIds,
    handles: new Map([...file.handles, [actor.id, actor.handle]]),
  };
  return presentQuote(after, at);
}

export function presentRevision({ quote, handles }: QuoteFile, row: Row<typeof QuoteRevision>) {
  const { id, quote_id, revision, submitter_id, created_at } = row;
  const status = revision === quote.revision ? 'current' : 'superseded';
  return { id, quote_id, revision, status, submitter: handles.get(submitter_id) ?? submitter_id, ...termsIn(row), created_at };
}

function known<R extends { readonly id: string }>(rows: readonly R[], id: string): R {
  const row = rows.find((candidate) => candidate.id === id);
  if (!row) throw new TypeError(`a quote has lost what it refers to: ${id}`);
  return row;
}

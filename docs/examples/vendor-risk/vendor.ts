import {
  type ActionContext,
  type Approval,
  type ApprovalRound,
  Currency,
  DecimalAnswer,
  type Decision,
  Id,
  type LoadContext,
  Nullable,
  present,
  type Reader,
  settingsOf,
  Timestamp,
  Type,
} from '@summit/sdk';
import { Assessment, DATA_ACCESS, PROCUREMENT_OUTCOMES, Vendor } from './entities.ts';
import { settings } from './settings.ts';

export const VendorAnswer = Type.Object({
  id: Id,
  name: Type.String(),
  country: Type.String(),
  yearly_spend: DecimalAnswer,
  currency: Currency,
  data_access: Type.Enum([...DATA_ACCESS]),
  note: Nullable(Type.String()),
  risk: Type.String(),
  score: Nullable(Type.Integer()),
  status: Type.String(),
  review_at: Nullable(Timestamp),
  procurement: Nullable(Type.Enum([...PROCUREMENT_OUTCOMES])),
  version: Type.Integer(),
  created_at: Timestamp,
});

const AssessmentAnswer = Type.Object({ id: Id, assessor_id: Id, score: Type.Integer(), comment: Nullable(Type.String()), created_at: Timestamp });

const ApprovalAnswer = Type.Object({
  id: Id,
  role: Type.String(),
  approver_id: Id,
  status: Type.Enum(['approved', 'rejected']),
  comment: Nullable(Type.String()),
  created_at: Timestamp,
});

export const VendorFileAnswer = Type.Object({
  ...VendorAnswer.properties,
  required_approvals: Type.Array(Type.String()),
  approvals: Type.Array(ApprovalAnswer),
  assessments: Type.Array(AssessmentAnswer),
});

/** A vendor with all that has been said of it. */
export interface VendorFile {
  readonly vendor: Vendor;
  /** Oldest first. */
  readonly assessments: readonly Assessment[];
  /** Those that count for the latest assessment. */
  readonly approvals: readonly Approval[];
}

export async function lockVendor({ db, params }: Pick<LoadContext<unknown>, 'db' | 'params'>): Promise<VendorFile> {
  return fileOf(db, await db.lock(Vendor, params.id ?? ''));
}

export async function readVendor(db: Reader, id: string): Promise<VendorFile> {
  return fileOf(db, await db.one(Vendor, id));
}

async function fileOf(db: Reader, vendor: Vendor): Promise<VendorFile> {
  const file = { vendor, assessments: await db.find(Assessment, { vendor_id: vendor.id }), approvals: await db.approvals([vendor.id]) };
  return { ...file, approvals: db.standing(roundOf(file)) };
}

export function presentVendor({ vendor, assessments, approvals }: VendorFile): Readonly<Record<string, unknown>> {
  return {
    ...present(VendorAnswer, vendor),
    required_approvals: vendor.required_approvals,
    approvals: approvals.map((approval) => present(ApprovalAnswer, approval)),
    assessments: assessments.map((assessment) => present(AssessmentAnswer, assessment)),
  };
}

/**
 * What is put up for approval: the vendor by its latest assessment, so that whoever assesses again begins a round anew. Neither who
 * registered it nor who assessed it fills a role.
 */
export function roundOf({ vendor, assessments, approvals }: VendorFile): ApprovalRound {
  const { id, name, country, yearly_spend, currency, data_access, required_approvals, registered_by_id } = vendor;
  const latest = assessments.at(-1);
  return {
    required: required_approvals,
    given: approvals,
    excluded: [registered_by_id, ...(latest ? [latest.assessor_id] : [])],
    content: { id, name, country, yearly_spend, currency, data_access, assessment: latest?.id ?? null, score: latest?.score ?? null },
  };
}

/** Which policy judges a vendor, when it is registered and at each assessment. */
export const judgement = {
  entrypoint: 'vendor_risk/vendors/decision',
  factsOf({ country, yearly_spend, data_access }: Pick<Vendor, 'country' | 'yearly_spend' | 'data_access'>) {
    return { resource: { country, yearly_spend, data_access }, context: {} };
  },
};

/** What the policy has made of a vendor: where nobody must accept the risk, it is accepted at once. */
export function judged({ decision, ...at }: ActionContext<unknown, Decision>, waiting: 'registered' | 'assessed') {
  const { required_approvals, reasons } = decision;
  const risk = reasons[0]?.rule ?? '';
  return { risk, required_approvals, ...(required_approvals.length === 0 ? accepted(at) : { status: waiting, review_at: null }) };
}

const DAY_MS = 86_400_000;

export function accepted(at: Pick<ActionContext<unknown>, 'now' | 'settings'>) {
  const { review_days = 365 } = settingsOf(settings, at);
  return { status: 'accepted', review_at: new Date(Date.parse(at.now) + review_days * DAY_MS).toISOString() };
}

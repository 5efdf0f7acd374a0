import { type Approval, type ApprovalRound, Id, type LockingReader, Nullable, present, type Reader, Timestamp, Type } from '@summit/sdk';
import { Loan } from './entities.ts';

/** What the API says of a loan. */
export const LoanAnswer = Type.Object({
  id: Id,
  item: Type.String(),
  value_eur: Type.Integer(),
  days: Type.Integer(),
  reason: Nullable(Type.String()),
  status: Type.String(),
  borrower_id: Id,
  required_approvals: Type.Array(Type.String()),
  due_at: Nullable(Timestamp),
  created_at: Timestamp,
  version: Type.Integer(),
});

/** Of a single loan, who has approved it too. */
export const LoanWithApprovals = Type.Object({
  ...LoanAnswer.properties,
  approvals: Type.Array(
    Type.Object({ role: Type.String(), status: Type.String(), approver_id: Id, comment: Nullable(Type.String()), created_at: Timestamp }),
  ),
});

export interface LoanFile {
  readonly loan: Loan;
  readonly approvals: readonly Approval[];
}

export async function lockLoan({ db, params }: { readonly db: LockingReader; readonly params: Readonly<Record<string, string>> }): Promise<LoanFile> {
  const loan = await db.lock(Loan, params.id ?? '');
  return { loan, approvals: await db.approvals([loan.id]) };
}

export async function readLoan(db: Reader, id: string): Promise<LoanFile> {
  return { loan: await db.one(Loan, id), approvals: await db.approvals([id]) };
}

export function presentLoan(loan: Loan, approvals: readonly Approval[]) {
  const given = approvals.map(({ role, status, approver_id, comment, created_at }) => ({ role, status, approver_id, comment, created_at }));
  return { ...present(LoanAnswer, loan), approvals: given };
}

/** What is put up for approval. Whoever borrows fills no role, and an approval counts for exactly this content. */
export function roundOf({ loan, approvals }: LoanFile): ApprovalRound {
  const { id, item, value_eur, days, borrower_id } = loan;
  return { required: loan.required_approvals, given: approvals, excluded: [borrower_id], content: { id, item, value_eur, days, borrower_id } };
}

import type { Approval, Evidence, Reader, ReceiptView } from '../../sdk/index.ts';
import { standingIn } from '../approvals/approvals.ts';
import type { Transaction } from '../database/database.ts';
import { presentReceipts } from '../receipts/present.ts';
import { summedUp } from './manifest.ts';
import type { Collected, Subject } from './members.ts';
import { decisionsOf } from './policies.ts';
import { receiptsOf } from './receipts.ts';

interface SummaryRequest {
  readonly evidence: Evidence;
  readonly tenant: string;
  readonly params: Readonly<Record<string, string>>;
  readonly now: string;
}

/**
 * What there is to know of a bundle before it is made: it waits for nothing. Whether anything is verified is not for the
 * server to say, so a receipt is `logged` or still `waiting`, or `missing`, where the subject has come further than its receipts.
 */
export async function summaryOf(tx: Transaction, db: Reader, collected: Collected, { evidence, tenant, params, now }: SummaryRequest) {
  const { subject, subjects, members } = collected;
  const receipts = await presentReceipts(tx, tenant, db, await receiptsOf(db, subjects));
  const decisions = await decisionsOf(
    db,
    receipts.flatMap(({ decision_ids }) => decision_ids),
  );
  const approvals = await db.approvals(subjects.map(({ id }) => id));
  const requiring = decisions.findLast(({ subject_id, result }) => subject_id === subject.id && rolesIn(result).length > 0);
  const round = await evidence.round?.(db, subject.id);
  const required = round?.required ?? rolesIn(requiring?.result);
  const missing = subjects.flatMap((each) => missingOf(each, receipts));
  const path = evidence.path.replaceAll(/:([a-z_]+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  return {
    evidence: evidence.id,
    ...subject,
    generated_at: now,
    subjects: subjects.map(({ type, id, status, version }) => ({ type, id, status, version })),
    actions: [...receipts.map(actionOf), ...missing],
    summary: summedUp(evidence, members),
    approvals: {
      ...(await approvalsOf(db, required, approvals, round ? standingIn(round) : null)),
      /** Why these are required. */
      reasons: required.length > 0 ? (requiring?.reasons ?? []) : [],
    },
    counts: {
      ...Object.fromEntries(members.filter(({ many }) => many).map(({ name, rows }) => [name, rows.length])),
      receipts: receipts.length,
      logged: receipts.filter(({ log_index }) => log_index !== null).length,
      missing: missing.length,
      policy_decisions: decisions.length,
    },
    bundle: {
      path,
      /** Known once the bundle is made. */
      size_bytes: null,
      sha256: null,
      verify: `npx summit verify ${evidence.id}-${subject.id}.json --policy ${tenant}.policy`,
      policy: '/log/policy',
    },
  };
}

function actionOf({ action, outcome, actor, at, subject, seq, state, id, leaf_hash, log_index }: ReceiptView) {
  const standing = outcome === 'allowed' ? (log_index === null ? 'waiting' : 'logged') : outcome;
  return { action, outcome, actor, at, subject, seq, state, receipt: { id, leaf_hash, log_index, state: standing } };
}

/** A version that no receipt has made. */
function missingOf({ type, id, version }: Subject, receipts: readonly ReceiptView[]) {
  const present = new Set(receipts.flatMap(({ subject, seq }) => (subject.id === id && seq !== null ? [seq] : [])));
  const absent = Array.from({ length: version }, (_, before) => before + 1).filter((seq) => !present.has(seq));
  const unknown = { action: null, outcome: null, actor: null, at: null };
  return absent.map((seq) => ({
    ...unknown,
    subject: { type, id },
    seq,
    state: { from: null, to: null },
    receipt: { id: null, leaf_hash: null, log_index: null, state: 'missing' },
  }));
}

/**
 * Each required role counts once it is filled, however many have approved.
 * @param counting those of what is up for approval now; null where all are
 */
async function approvalsOf(db: Reader, required: readonly string[], approvals: readonly Approval[], counting: readonly Approval[] | null) {
  const handles = await db.handles(approvals.map(({ approver_id }) => approver_id));
  const given = approvals.map(({ id, role, status, approver_id, created_at }) => ({
    id,
    role,
    status,
    approver: handles.get(approver_id) ?? approver_id,
    created_at,
    counts: status !== 'withdrawn' && (counting === null || counting.some((approval) => approval.id === id)),
  }));
  const filled = required.filter((role) => given.some((approval) => approval.role === role && approval.status === 'approved' && approval.counts));
  return { required, needed: required.length, received: filled.length, given };
}

function rolesIn(result: unknown): readonly string[] {
  if (typeof result !== 'object' || result === null || !('required_approvals' in result) || !Array.isArray(result.required_approvals)) return [];
  return result.required_approvals.filter((role) => typeof role === 'string');
}

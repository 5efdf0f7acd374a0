import { type ActionContext, type Approval, type ApprovalRound, type FilledRole, Problem } from '../../sdk/index.ts';
import { digestOf } from '../receipts/canonical.ts';

/**
 * Judges whether this person may decide in this round, and which role the decision fills: the first required role that
 * they hold and nobody has filled. Approvals of other content than what is up now are stale and fill nothing.
 * @throws Problem `separation-of-duties`, `forbidden`, `invalid-state`
 */
export function fillRole(round: ApprovalRound, status: 'approved' | 'rejected', context: ActionContext<unknown>): FilledRole {
  const { actor } = context;
  const digest = digestOf(round.content);
  const current = standingIn(round).filter((approval) => approval.status === 'approved');
  const open = unfilled(
    round.required,
    current.map(({ role }) => role),
  );
  if (round.excluded.includes(actor.id)) {
    throw new Problem('separation-of-duties', `You requested this: somebody else must ${status === 'approved' ? 'approve' : 'decide'}.`);
  }
  // Whoever has approved may still reject: that fills no second role.
  if (status === 'approved' && current.some((approval) => approval.approver_id === actor.id)) {
    throw new Problem('separation-of-duties', `You have approved this already: somebody else must approve as ${open.join(' and ')}.`);
  }
  const held = round.required.filter((role) => actor.roles.includes(role));
  if (held.length === 0) {
    throw new Problem('forbidden', `This is for ${round.required.join(' and ')} to decide: you hold none of these roles.`);
  }
  const role = status === 'rejected' ? held[0] : held.find((candidate) => open.includes(candidate));
  if (role === undefined) {
    throw new Problem('invalid-state', `Somebody has approved this as ${held.join(' and ')} already: it still needs ${open.join(' and ')}.`);
  }
  const approval: Approval = {
    id: context.newId(),
    subject_id: context.subjectId,
    approver_id: actor.id,
    role,
    status,
    digest,
    comment: commentIn(context.input),
    created_at: context.now,
  };
  return { approval, complete: status === 'approved' && open.length === 1 };
}

/** The approvals and rejections of exactly this content, and those that a policy has kept; none that was withdrawn. */
export function standingIn({ content, given, kept = [] }: ApprovalRound): readonly Approval[] {
  const digest = digestOf(content);
  return given.filter(({ id, status, digest: of }) => status !== 'withdrawn' && (of === digest || kept.includes(id)));
}

/** What people have given, each as it is now: a row that withdraws is no approval of its own, and the one that it withdraws says so. */
export function givenAmong(rows: readonly Approval[]): readonly Approval[] {
  const withdrawals = rows.filter(({ status }) => status === 'withdrawn');
  const isWithdrawn = ({ subject_id, approver_id, created_at }: Approval) =>
    withdrawals.some((other) => other.subject_id === subject_id && other.approver_id === approver_id && other.created_at >= created_at);
  return rows
    .filter(({ status }) => status !== 'withdrawn')
    .map((given) => (given.status === 'approved' && isWithdrawn(given) ? { ...given, status: 'withdrawn' } : given));
}

/** The rows that withdraw these. @throws TypeError for what is no approval of the subject */
export function withdrawalsOf(
  approvals: readonly Approval[],
  { subjectId, newId, now }: Pick<ActionContext<unknown>, 'subjectId' | 'newId' | 'now'>,
): readonly Approval[] {
  const stray = approvals.find(({ subject_id, status }) => subject_id !== subjectId || status !== 'approved');
  if (stray) throw new TypeError(`${stray.id} is no approval of ${subjectId} that could be withdrawn`);
  return approvals.map((given) => ({ ...given, id: newId(), status: 'withdrawn', comment: null, created_at: now }));
}

/** What is left of the required roles, each filled role taken off once. */
function unfilled(required: readonly string[], filled: readonly string[]): readonly string[] {
  const open = [...required];
  for (const role of filled) {
    const index = open.indexOf(role);
    if (index >= 0) open.splice(index, 1);
  }
  return open;
}

function commentIn(input: unknown): string | null {
  return typeof input === 'object' && input !== null && 'comment' in input && typeof input.comment === 'string' ? input.comment : null;
}

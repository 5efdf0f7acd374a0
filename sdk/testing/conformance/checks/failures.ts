import { isNone } from '../../../changes.ts';
import type { Check } from '../check.ts';
import { changesAfter, newestReceipt, outcomesAfter, rowOf } from '../history.ts';
import { type ActionCall, isAccepted, said, sent } from '../request.ts';
import { EXPLOSION, type Stage } from '../stage.ts';
import { eachTaken } from './actions.ts';

const REASON = { rule: 'conformance', message: 'The suite denies this, to see what becomes of it.' };

/** Every action through being stopped in the middle, and through two that meet. */
export const failureChecks: readonly Check[] = [
  {
    name: 'an action that its policy denies changes nothing, says why, and leaves a denied receipt',
    faults: (stage) =>
      eachTaken(stage, (call) => (isNone(call.action.policy) || call.action.policy.when ? Promise.resolve(null) : deniedFault(stage, call))),
  },
  {
    name: 'an action that throws changes nothing, tells nothing of it, and leaves a failed receipt',
    faults: (stage) => eachTaken(stage, (call) => thrownFault(stage, call)),
  },
  {
    name: 'of two calls at once each leaves its subject in a lawful state: its version goes up once for each that is accepted',
    faults: (stage) => eachTaken(stage, (call) => concurrencyFault(stage, call)),
  },
];

async function deniedFault({ kit }: Stage, call: ActionCall): Promise<string | null> {
  const { action } = call;
  kit.decide(action.id, { allowed: false, required_approvals: [], reasons: [REASON] });
  try {
    const since = await newestReceipt(kit);
    const before = await stateOf({ kit }, call);
    const answer = await sent(kit, call);
    if (answer.body.code !== 'policy-denied') return `it answers ${said(answer)} when its policy denies it`;
    if (!answer.body.decision_id || answer.body.reasons?.[0]?.message !== REASON.message) return 'its refusal has no decision, or not its reasons';
    if ((await outcomesAfter(kit, since, action.id)).join() !== 'denied') return 'a denial leaves no denied receipt';
    if ((await changesAfter(kit, since)).some((change) => change.action === action.id)) return 'it changes something though it was denied';
    return before === (await stateOf({ kit }, call)) ? null : 'its subject has changed though it was denied';
  } finally {
    kit.decide(action.id, null);
  }
}

async function thrownFault({ kit, explode }: Stage, call: ActionCall): Promise<string | null> {
  const { action } = call;
  const since = await newestReceipt(kit);
  const before = await stateOf({ kit }, call);
  explode(action.id);
  try {
    const answer = await sent(kit, call);
    if (answer.status !== 500) return `it answers ${said(answer)} when its apply throws`;
    if (JSON.stringify(answer.body).includes(EXPLOSION)) return 'it tells its caller what was thrown';
    if (!(await outcomesAfter(kit, since, action.id)).includes('failed')) return 'what broke in the middle leaves no failed receipt';
    if ((await changesAfter(kit, since)).some((change) => change.action === action.id)) return 'it changes something though it threw';
    return before === (await stateOf({ kit }, call)) ? null : 'its subject has changed though it threw';
  } finally {
    explode(null);
  }
}

async function concurrencyFault({ kit }: Stage, call: ActionCall): Promise<string | null> {
  const { action, subject } = call;
  const before = subject === null ? null : await rowOf(kit, action, subject);
  const since = await newestReceipt(kit);
  const answers = await Promise.all([sent(kit, call), sent(kit, call)]);
  const broken = answers.find(({ status }) => status >= 500);
  if (broken) return `of two calls at once one answers ${said(broken)}`;
  if (!answers.some(isAccepted)) return `of two calls at once none is accepted: ${answers.map(said).join(', ')}`;
  if (subject === null || !before) return null;
  const made = (await changesAfter(kit, since)).filter(({ id }) => id === subject);
  const after = await rowOf(kit, action, subject);
  if (after.version - before.version !== made.length) return `its version went up by ${after.version - before.version}, with ${made.length} receipts`;
  const odd = made.find(({ from, to }) => from !== null && from !== to && !action.entity.transitions[from]?.includes(to));
  return odd ? `it went from ${odd.from} to ${odd.to}, which its table of transitions does not have` : null;
}

/** Empty for what is not there yet. */
async function stateOf({ kit }: Pick<Stage, 'kit'>, { action, subject }: ActionCall): Promise<string> {
  if (subject === null) return '';
  const { status, version } = await rowOf(kit, action, subject);
  return `${status} ${version}`;
}

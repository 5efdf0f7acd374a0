import { defineIndicator, type Indicator, secondsSince } from '../../sdk/index.ts';
import { PolicyDecisions } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';
import type { TransparencyLog } from '../log/log.ts';
import { MAY_BE_DELIVERED } from '../outbox/outbox.ts';
import { listDecisions } from '../policy/queries.ts';
import { strayReceipts } from '../receipts/comparison.ts';
import { listReceipts } from '../receipts/queries.ts';

const MINUTE_MS = 60_000;
const POLICY_ERRORS_WITHIN_MS = 15 * MINUTE_MS;
/** What failed is tried again up to ten minutes apart: what waits for longer has failed more than once. */
const OUTBOX_TARGET_SECONDS = 900;

/** What must never be otherwise while Summit does its work. */
export function guardrails(transparencyLog: Pick<TransparencyLog, 'halted'>): readonly Indicator[] {
  return [logHalted(transparencyLog), strays, failingJobs, outboxAge, policyErrors];
}

function logHalted(transparencyLog: Pick<TransparencyLog, 'halted'>): Indicator {
  return defineIndicator({
    id: 'summit.log_halted',
    title: 'Log stands still',
    definition: 'Whether the signer refuses what the database holds, 1 or 0: then nothing more of the log is signed.',
    unit: 'count',
    target: 0,
    alert: 'critical',
    async read({ tenant }) {
      const reason = transparencyLog.halted.get(tenant);
      return reason === undefined ? { value: 0 } : { value: 1, detail: `The signer refuses: ${reason}.` };
    },
  });
}

const strays = defineIndicator({
  id: 'summit.stray_receipts',
  title: 'Receipts that are not as they were logged',
  definition:
    'Receipts that are gone or changed although a state or the log names them, and receipts that have no place in the log and wait for none: always 0, unless somebody went round Summit.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  list: listReceipts.route.path,
  async read({ db, tenant }) {
    const found = await strayReceipts(transactionOf(db), tenant);
    const [first] = found;
    return first === undefined ? { value: 0 } : { value: found.length, detail: `The first of them is the receipt ${first}.` };
  },
});

const failingJobs = defineIndicator({
  id: 'summit.failing_jobs',
  title: 'Failing jobs',
  definition: 'Jobs whose last run failed, or ended in the middle.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  async read({ db, tenant }) {
    const rows = await transactionOf(db).query<{ job: string }>(
      `SELECT job FROM (SELECT DISTINCT ON (job) job, error, finished_at, claimed_until FROM job_runs WHERE tenant_id = $1 ORDER BY job, period DESC) AS last
         WHERE error IS NOT NULL OR (finished_at IS NULL AND claimed_until < summit_now()) ORDER BY job`,
      [tenant],
    );
    const failing = rows.map(({ job }) => job).join(', ');
    return rows.length === 0 ? { value: 0 } : { value: rows.length, detail: `Failed: ${failing}. The log of the server says why.` };
  },
});

const outboxAge = defineIndicator({
  id: 'summit.outbox_age',
  title: 'Oldest message that is not delivered',
  definition: 'How long the oldest message to the outside world, a webhook or an effect, has waited that nobody is delivering.',
  unit: 'seconds',
  target: OUTBOX_TARGET_SECONDS,
  alert: 'warning',
  async read({ db, tenant, now }) {
    const [oldest] = await transactionOf(db).query<{ at: string | null }>(
      // One whose first attempt is underway is being delivered, however long that takes.
      `SELECT min(created_at) AS at FROM outbox
         WHERE tenant_id = $1 AND done_at IS NULL AND (last_error IS NOT NULL OR available_at <= summit_now()) AND ${MAY_BE_DELIVERED}`,
      [tenant],
    );
    return { value: secondsSince(oldest?.at ?? null, now) };
  },
});

const policyErrors = defineIndicator({
  id: 'summit.policy_errors',
  title: 'Policies that failed',
  definition: 'Decisions of the last 15 minutes that no policy has made, since it failed: what was asked for was refused.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  list: listDecisions.route.path,
  async read({ db, now }) {
    const since = new Date(Date.parse(now) - POLICY_ERRORS_WITHIN_MS).toISOString();
    return { value: await db.count(PolicyDecisions, { outcome: 'error', created_at: { since } }) };
  },
});

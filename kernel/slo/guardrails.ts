import { defineIndicator, type Indicator, secondsSince } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import { WebhookDeliveries } from '../database/webhook-tables.ts';
import { unvouchedSince } from '../identity/refresh-claims.ts';
import { isHalted } from '../log/halts.ts';
import { MAY_BE_DELIVERED } from '../outbox/outbox.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { listDecisions } from '../policy/queries.ts';
import { strayReceipts } from '../receipts/comparison.ts';
import { listReceipts } from '../receipts/queries.ts';
import { listDeliveries } from '../webhooks/queries.ts';

const MINUTE_MS = 60_000;
const POLICY_ERRORS_WITHIN_MS = 15 * MINUTE_MS;
/** What failed is tried again up to ten minutes apart: what waits for longer has failed more than once. */
const OUTBOX_TARGET_SECONDS = 900;
/** A minute passes between two questions: some of them were not answered. */
const UNVOUCHED_TARGET_SECONDS = 300;

/** What must never be otherwise while Summit does its work. */
export function guardrails(packs: PackRegistry): readonly Indicator[] {
  return [logHalted, strays, failingJobs(packs), outboxAge, undeliveredWebhooks, unvouched, policyErrors];
}

const logHalted = defineIndicator({
  id: 'summit.log_halted',
  title: 'Log stands still',
  definition: 'Whether the signer refuses what the database holds, 1 or 0: then nothing more of the log is signed.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  async read({ db, tenant }) {
    return (await isHalted(transactionOf(db), tenant)) ? { value: 1, detail: 'The log of the server says what the signer refuses.' } : { value: 0 };
  },
});

const strays = defineIndicator({
  id: 'summit.stray_receipts',
  title: 'Receipts that are not as they were logged',
  definition:
    'Receipts that are gone or changed although a state or the log names them, receipts that have no place in the log and wait for none, and places in the log that have lost their receipt: always 0, unless somebody went round Summit.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  list: listReceipts.route.path,
  async read({ db, tenant }) {
    const { stray, gaps } = await strayReceipts(transactionOf(db), tenant);
    const names = [...stray, ...gaps];
    if (names.length === 0) return { value: 0 };
    const first = stray[0] === undefined ? `that of the leaf ${gaps[0]} of the log` : `the receipt ${stray[0]}`;
    return { value: names.length, names, detail: `The first of them is ${first}.` };
  },
});

function failingJobs(packs: PackRegistry): Indicator {
  return defineIndicator({
    id: 'summit.failing_jobs',
    title: 'Failing jobs',
    definition: 'Jobs whose last run failed, or ended in the middle.',
    unit: 'count',
    target: 0,
    alert: 'critical',
    async read({ db, tenant }) {
      const declared = packs.all.flatMap(({ jobs }) => jobs.map(({ id }) => id));
      const rows = await transactionOf(db).query<{ job: string }>(
        // One that is at work says nothing yet.
        `SELECT job FROM (
           SELECT DISTINCT ON (job) job, failed, finished_at FROM job_runs
             WHERE tenant_id = $1 AND job = ANY($2::text[]) AND (failed OR finished_at IS NOT NULL OR claimed_until < summit_now())
             ORDER BY job, period DESC) AS last
           WHERE failed OR finished_at IS NULL ORDER BY job`,
        [tenant, declared],
      );
      const names = rows.map(({ job }) => job);
      return names.length === 0
        ? { value: 0 }
        : { value: names.length, names, detail: `Failed: ${names.join(', ')}. The log of the server says why.` };
    },
  });
}

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

const undeliveredWebhooks = defineIndicator({
  id: 'summit.undelivered_webhooks',
  title: 'Webhooks that were given up on',
  definition: 'Webhooks that no endpoint took for as long as they were tried, and that nobody has delivered again or dismissed since.',
  unit: 'count',
  target: 0,
  alert: 'warning',
  list: listDeliveries.route.path,
  async read({ db, tenant }) {
    const rows = await transactionOf(db).query<{ endpoint: string; count: number }>(
      `SELECT endpoint, count(*) AS count FROM ${WebhookDeliveries.table} WHERE tenant_id = $1 AND status IN ('failed', 'sending') GROUP BY endpoint ORDER BY endpoint`,
      [tenant],
    );
    if (rows.length === 0) return { value: 0 };
    const detail = `To ${rows.map(({ endpoint, count }) => `${endpoint}: ${count}`).join(', ')}.`;
    return { value: rows.reduce((sum, { count }) => sum + count, 0), names: rows.map(({ endpoint }) => endpoint), detail };
  },
});

const unvouched = defineIndicator({
  id: 'summit.unvouched_sessions',
  title: 'Longest that no issuer has vouched for a session',
  definition:
    'How long it is since an issuer that is asked each minute has last vouched for somebody who is signed in: whoever has left there meanwhile may be here still.',
  unit: 'seconds',
  target: UNVOUCHED_TARGET_SECONDS,
  alert: 'warning',
  read: async ({ db, tenant, now }) => ({ value: secondsSince(await unvouchedSince(transactionOf(db), tenant), now) }),
});

const policyErrors = defineIndicator({
  id: 'summit.policy_errors',
  title: 'Policies that failed',
  definition: 'Decisions of the last 15 minutes that no policy has made, since it failed: what was asked for was refused.',
  unit: 'count',
  target: 0,
  alert: 'critical',
  list: listDecisions.route.path,
  async read({ db, tenant, now }) {
    const since = new Date(Date.parse(now) - POLICY_ERRORS_WITHIN_MS).toISOString();
    const [row] = await transactionOf(db).query<{ value: number }>(
      // Ids are by time, so that only the last of what there is need be looked at; no clock is a day off.
      `SELECT count(*) AS value FROM policy_decisions
         WHERE tenant_id = $1 AND id >= summit_lowest_id($2::timestamptz - interval '1 day') AND created_at >= $2 AND outcome = 'error'`,
      [tenant, since],
    );
    return { value: row?.value ?? 0 };
  },
});

import { defineIndicator, type Indicator, secondsSince } from '../../sdk/index.ts';
import { transactionOf } from '../database/reader.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { listDecisions } from '../policy/queries.ts';
import { lackingSubjects } from '../receipts/comparison.ts';
import { guardrails } from './guardrails.ts';

const DAY_MS = 86_400_000;
const NS_PER_MICROSECOND = 1_000;
/** Of fewer, a 95th percentile is the slowest but one at best, and says nothing. */
const FEWEST_SAMPLES = 20;
/** What every receipt's promise says. */
const PROMISED_SECONDS = 60;

export const POLICY_DECISION_P95 = 'summit.policy_decision_p95';
export const MISSING_RECEIPTS = 'summit.missing_receipts';
export const LOG_LAG = 'summit.log_lag';

interface Measured {
  readonly packs: PackRegistry;
  /** Of policy decisions, in milliseconds. */
  readonly target: number;
}

/** How well the kernel itself does. */
export function kernelIndicators({ packs, target }: Measured): readonly Indicator[] {
  return [policyDecisionP95(target), missingReceipts(packs), logLag, ...guardrails(packs)];
}

function policyDecisionP95(target: number): Indicator {
  return defineIndicator({
    id: POLICY_DECISION_P95,
    title: 'Policy decisions, 95th percentile',
    definition: `How long a policy took, for 95 of 100 decisions of the last 24 hours. Of fewer than ${FEWEST_SAMPLES} there is no telling.`,
    unit: 'milliseconds',
    target,
    list: listDecisions.route.path,
    async read({ db, tenant, now }) {
      const since = new Date(Date.parse(now) - DAY_MS).toISOString();
      const [row] = await transactionOf(db).query<{ samples: number; p95: number | null }>(
        // Ids are by time, so that only the last of what there is need be looked at; no clock is a day off. One that failed is no decision.
        `SELECT count(*) AS samples, percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ns::float8) AS p95 FROM policy_decisions
           WHERE tenant_id = $1 AND id >= summit_lowest_id($2::timestamptz - interval '1 day') AND created_at >= $2 AND outcome IN ('allowed', 'denied')`,
        [tenant, since],
      );
      const { samples, p95 } = row ?? { samples: 0, p95: null };
      return { value: p95 === null || samples < FEWEST_SAMPLES ? null : Math.round(p95 / NS_PER_MICROSECOND) / 1_000, samples };
    },
  });
}

function missingReceipts(packs: PackRegistry): Indicator {
  return defineIndicator({
    id: MISSING_RECEIPTS,
    title: 'Subjects with missing receipts',
    definition: 'Subjects with fewer allowed receipts than they have versions: always 0, unless somebody went round Summit.',
    unit: 'count',
    target: 0,
    alert: 'critical',
    async read({ db, tenant }) {
      const names = await lackingSubjects(transactionOf(db), tenant, packs);
      const [first] = names;
      return first === undefined ? { value: 0 } : { value: names.length, names, detail: `The first of them is ${first}.` };
    },
  });
}

const logLag = defineIndicator({
  id: LOG_LAG,
  title: 'Log integration lag',
  definition: 'How long the oldest receipt has waited that has no place in the log yet.',
  unit: 'seconds',
  target: PROMISED_SECONDS,
  alert: 'critical',
  async read({ db, tenant, now }) {
    const [oldest] = await transactionOf(db).query<{ at: string | null }>('SELECT min(at) AS at FROM log_queue WHERE tenant_id = $1', [tenant]);
    return { value: secondsSince(oldest?.at ?? null, now) };
  },
});

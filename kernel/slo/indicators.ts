import { defineIndicator, type Entity, type Indicator, type Reader, secondsSince } from '../../sdk/index.ts';
import { PolicyDecisions } from '../database/policy-tables.ts';
import { transactionOf } from '../database/reader.ts';
import type { TransparencyLog } from '../log/log.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { listDecisions } from '../policy/queries.ts';
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
  readonly transparencyLog: Pick<TransparencyLog, 'halted'>;
  /** Of policy decisions, in milliseconds. */
  readonly target: number;
}

/** How well the kernel itself does. */
export function kernelIndicators({ packs, transparencyLog, target }: Measured): readonly Indicator[] {
  return [policyDecisionP95(target), missingReceipts(packs), logLag, ...guardrails({ transparencyLog, packs })];
}

function policyDecisionP95(target: number): Indicator {
  return defineIndicator({
    id: POLICY_DECISION_P95,
    title: 'Policy decisions, 95th percentile',
    definition: `How long a policy took, for 95 of 100 decisions of the last 24 hours. Of fewer than ${FEWEST_SAMPLES} there is no telling.`,
    unit: 'milliseconds',
    target,
    list: listDecisions.route.path,
    async read({ db, now }) {
      const since = new Date(Date.parse(now) - DAY_MS).toISOString();
      // One that gave no decision has taken no time that was measured.
      const { count: samples, p95 } = await db.distribution(
        PolicyDecisions,
        { created_at: { since }, outcome: ['allowed', 'denied'] },
        'duration_ns',
      );
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
    async read({ db }) {
      // Of packs that are switched off too: a switch hides nothing that is wrong.
      const entities = packs.all.flatMap(({ entities }) => entities.filter(({ kind }) => kind === 'governed'));
      let value = 0;
      for (const entity of entities) value += await countWithoutReceipts(db, entity);
      return { value };
    },
  });
}

function countWithoutReceipts<R>(db: Reader, entity: Entity<R>): Promise<number> {
  return db.count(entity, {}, { withoutReceipts: true });
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

import type { Logger } from 'pino';
import { defineQuery, type Indicator, type IndicatorReading, Nullable, type Query, type Reader, Strict, Type } from '../../sdk/index.ts';
import { hasRole, KERNEL_PACK } from '../admission.ts';
import { type Apart, apart } from '../dashboards/apart.ts';
import { transactionOf } from '../database/reader.ts';
import { PackEnablements } from '../database/tables.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { LOG_LAG, MISSING_RECEIPTS, POLICY_DECISION_P95 } from './indicators.ts';
import { Recent } from './recent.ts';

/** That of the pack which counts usage; null at the top where the tenant has not got it. */
const METERING_LAG = 'finops.metering_lag';

const Text = Type.String();
const Measured = Nullable(Type.Number());

/** The service levels as the API answers them. */
export const SloAnswer = Strict({
  policy_decision_p95_ms: Measured,
  policy_decision_target_ms: Type.Number(),
  samples: Nullable(Type.Integer({ description: 'Decisions that the percentile is of' })),
  missing_receipts: Measured,
  metering_lag_seconds: Measured,
  log_lag_seconds: Measured,
  indicators: Type.Array(
    Strict({
      id: Text,
      title: Text,
      definition: Text,
      value: Type.Union([Type.Number(), Type.Null()], {
        description: 'null: no data or too little, or it could not be worked out, and the log says why',
      }),
      unit: Type.Enum(['milliseconds', 'seconds', 'percent', 'count']),
      target: Measured,
      met: Nullable(Type.Boolean()),
      samples: Nullable(Type.Integer()),
      list: Nullable(Type.String({ description: 'The API path of what it is about' })),
    }),
  ),
});

interface SloServices {
  readonly packs: PackRegistry;
  readonly log: Logger;
  /** Of policy decisions, in milliseconds. */
  readonly target: number;
}

/** `GET /slo`: how well the kernel and the tenant's packs do what they say, as of one moment of the database. */
export function slo({ packs, log, target }: SloServices): Query {
  const recent = new Recent<readonly Reading[]>();

  async function read(db: Reader, tenant: string): Promise<readonly Reading[]> {
    const tx = transactionOf(db);
    const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
    const now = clock?.now ?? '';
    const readings: Reading[] = [];
    for (const { indicator, settings } of await shownOf(db, packs)) {
      const result = await apart(tx, () => indicator.read({ db, tenant, now, settings }));
      if ('error' in result) log.error({ err: result.error, tenant, indicator: indicator.id }, 'an indicator failed');
      readings.push({ indicator, result });
    }
    return readings;
  }

  return defineQuery({
    id: 'slo.get',
    title: 'Service levels: what is measured, and what it should be',
    route: { method: 'GET', path: '/slo' },
    query: Strict({}),
    answer: SloAnswer,
    async run({ db, tenant, actor }) {
      const readings = await recent.of(tenant, () => read(db, tenant));
      const indicators = readings
        .filter(({ indicator }) => hasRole(indicator.roles, actor))
        .map(({ indicator, result }) => present(indicator, result));
      const of = (id: string) => indicators.find((indicator) => indicator.id === id);
      return {
        policy_decision_p95_ms: of(POLICY_DECISION_P95)?.value ?? null,
        policy_decision_target_ms: target,
        samples: of(POLICY_DECISION_P95)?.samples ?? null,
        missing_receipts: of(MISSING_RECEIPTS)?.value ?? null,
        metering_lag_seconds: of(METERING_LAG)?.value ?? null,
        log_lag_seconds: of(LOG_LAG)?.value ?? null,
        indicators,
      };
    },
  });
}

interface Reading {
  readonly indicator: Indicator;
  readonly result: Apart<IndicatorReading>;
}

/** Those of the kernel and of packs that are enabled, each with the settings of its pack. */
async function shownOf(db: Reader, packs: PackRegistry) {
  const settings = new Map((await db.find(PackEnablements, { status: 'enabled' })).map((row) => [row.pack_id, row.settings]));
  settings.set(KERNEL_PACK, {});
  return packs.all.flatMap(({ id, indicators }) => {
    const own = settings.get(id);
    return own ? indicators.map((indicator) => ({ indicator, settings: own })) : [];
  });
}

function present({ id, title, definition, unit, target, list }: Indicator, result: Apart<IndicatorReading>) {
  const { value, samples }: IndicatorReading = 'value' in result ? result.value : { value: null };
  const met = value === null || target === undefined ? null : value <= target;
  return { id, title, definition, value, unit, target: target ?? null, met, samples: samples ?? null, list: list ?? null };
}

import { defineQuery, type IndicatorReading, Nullable, type Query, Strict, Type } from '../../sdk/index.ts';
import { hasRole } from '../admission.ts';
import { LOG_LAG, MISSING_RECEIPTS, POLICY_DECISION_P95 } from './indicators.ts';
import { isMissed, type Reading, type Readings } from './readings.ts';

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
      met: Nullable(
        Type.Boolean({ description: 'null where there is no target, or no value: one that could not be worked out alerts all the same' }),
      ),
      samples: Nullable(Type.Integer()),
      list: Nullable(Type.String({ description: 'The API path of what it is about' })),
    }),
  ),
});

/** `GET /slo`: how well the kernel and the tenant's packs do what they say. @param target of policy decisions, in milliseconds */
export function slo(readings: Readings, target: number): Query {
  return defineQuery({
    id: 'slo.get',
    title: 'Service levels: what is measured, and what it should be',
    route: { method: 'GET', path: '/slo' },
    query: Strict({}),
    answer: SloAnswer,
    async run({ db, tenant, actor }) {
      const indicators = (await readings.of(db, tenant)).filter(({ indicator }) => hasRole(indicator.roles, actor)).map(present);
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

function present(reading: Reading) {
  const { indicator, result } = reading;
  const { id, title, definition, unit, target, list } = indicator;
  const { value, samples }: IndicatorReading = 'value' in result ? result.value : { value: null };
  const met = value === null || target === undefined ? null : !isMissed(reading);
  return { id, title, definition, value, unit, target: target ?? null, met, samples: samples ?? null, list: list ?? null };
}

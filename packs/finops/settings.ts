import { Period, type Plan, PricePlan, planErrors, Strict, settingsOf, Type } from '@summit/sdk';

/** What a tenant is billed by, and for how long a period takes in what comes late. */
export const settings = Strict({
  plans: Type.Array(Strict({ from: Type.Optional(Period), plan: PricePlan }), {
    minItems: 1,
    description: 'Each from its period on, until the next; the first may leave out from, and holds from the beginning',
  }),
  grace_days: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 60, description: 'Days after the end of a period until it is closed; 2 unless said' }),
  ),
});

interface Configured {
  readonly settings: Readonly<Record<string, unknown>>;
}

const DEFAULT_GRACE_DAYS = 2;

/** A plan from its period on; null from the beginning. */
export interface Assignment {
  readonly from: string | null;
  readonly plan: Plan;
}

export function assignmentsOf(context: Configured): readonly Assignment[] {
  return (settingsOf(settings, context).plans ?? []).map(({ from = null, plan }) => ({ from, plan }));
}

/** The plan that holds in a period; null before the first. */
export function planFor(period: string, context: Configured): Plan | null {
  return assignmentsOf(context).findLast(({ from }) => from === null || from <= period)?.plan ?? null;
}

export function graceDaysOf(context: Configured): number {
  return settingsOf(settings, context).grace_days ?? DEFAULT_GRACE_DAYS;
}

/** What the schema cannot say: the sense of each plan, and their order. */
export function settingsErrors(of: Readonly<Record<string, unknown>>) {
  const { plans = [] } = settingsOf(settings, { settings: of });
  return plans.flatMap(({ from, plan }, index) => {
    const before = plans[index - 1];
    const sense = planErrors(plan).map(({ path, message }) => ({ path: `plans.${index}.plan.${path}`, message }));
    if (!before) return sense;
    if (plan.currency !== before.plan.currency)
      return [...sense, { path: `plans.${index}.plan.currency`, message: `must be ${before.plan.currency}, as of the plan before it` }];
    const path = `plans.${index}.from`;
    if (from === undefined) return [...sense, { path, message: 'is required of every plan but the first' }];
    if (before.from !== undefined && from <= before.from)
      return [...sense, { path, message: `must be after ${before.from}, where the plan before it begins` }];
    const same = plans.findIndex((other, at) => at < index && other.plan.id === plan.id && other.plan.version === plan.version);
    return same < 0 ? sense : [...sense, { path: `plans.${index}.plan.version`, message: `is that of plans.${same} too: raise it` }];
  });
}

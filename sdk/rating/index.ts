export { differenceOfAmounts, minorUnitsOf, sumOfAmounts } from './amounts.ts';
export type { PlanError } from './check.ts';
export { grouped } from './models.ts';
export {
  type Charge,
  type GraduatedCharge,
  type PackageCharge,
  type PerUnitCharge,
  type Plan,
  sizePriced,
  type Tier,
  type VolumeCharge,
} from './plan.ts';
export { assertPlan, isCharge, isPlan, planErrors, quantityErrors } from './plan-errors.ts';
export { isSameQuantity, maxOfQuantities, sumOfQuantities } from './quantities.ts';
export { type Line, type RatedCharge, type RatedPlan, rateCharge, ratePlan } from './rate.ts';

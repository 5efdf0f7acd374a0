export { differenceOfAmounts, minorUnitsOf, sumOfAmounts } from './amounts.ts';
export type { PlanError } from './check.ts';
export type { Charge, GraduatedCharge, PackageCharge, PerUnitCharge, Plan, Tier, VolumeCharge } from './plan.ts';
export { assertPlan, isCharge, isPlan, planErrors, quantityErrors } from './plan-errors.ts';
export { isSameQuantity, maxOfQuantities, sumOfQuantities } from './quantities.ts';
export { type Line, type RatedCharge, type RatedPlan, rateCharge, ratePlan } from './rate.ts';

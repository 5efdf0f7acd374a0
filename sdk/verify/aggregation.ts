import { maxOfQuantities, sumOfQuantities } from '../rating/index.ts';
import type { Aggregation } from './billing-rows.ts';

/** What quantities come to: the greatest of them, or their sum. @throws TypeError for what is no decimal */
export function aggregated(aggregation: Aggregation, quantities: readonly string[]): string {
  return aggregation === 'max' ? maxOfQuantities(quantities) : sumOfQuantities(quantities);
}

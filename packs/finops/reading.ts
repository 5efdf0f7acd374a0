import { Decimal } from '../../sdk/index.ts';
import type { Adjustment, Reading } from './counting.ts';

/** A reading or an adjustment as the API shows it: which version of the ledger made it, its receipts know. */
export function presentMetered<R extends Reading | Adjustment>(row: R) {
  const { ledger_id: _, ledger_version: __, event_type: ___, ...shown } = row;
  return { ...shown, quantity: new Decimal(row.quantity).toFixed() };
}

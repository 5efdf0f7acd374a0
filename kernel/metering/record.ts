import type { Usage } from '../../sdk/index.ts';
import { UsageEvents } from '../database/tables.ts';
import type { Happening } from '../record.ts';
import type { TableWrite } from '../write.ts';

const QUANTITY = /^-?\d+(\.\d+)?$/;

/** Usage events in the transaction of what they count: the pack's own, and one `policy_decision` for each decision. */
export function usageWrites({ decisions, pack, newId, now }: Happening, declared: readonly Usage[], receiptId: string): readonly TableWrite[] {
  const counted = decisions.map(({ id, policy }) => ({ type: 'policy_decision', subject: id, metadata: { policy } }));
  return [{ kind: 'insert', entity: UsageEvents, rows: [...declared, ...counted].map(usageRow) }];

  function usageRow(event: Usage) {
    const { type, subject, quantity = '1', metadata = {} } = event;
    if (!/^[a-z][a-z0-9_]*$/.test(type)) throw new TypeError(`usage event type "${type}": expected snake_case`);
    if (!QUANTITY.test(quantity)) throw new TypeError(`usage event ${type}: the quantity "${quantity}" is no decimal string`);
    return { id: newId(), source: `/packs/${pack}`, type, pack, subject, quantity, metadata, receipt_id: receiptId, timestamp: now };
  }
}

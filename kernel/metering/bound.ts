import { Decimal } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { UsageEvent } from './record.ts';

/**
 * The events that receipts bind, by receipt, as their leaves have them and in their order: that in which an action made them. Ids
 * ascend in it, since an action runs in one process, and its events get theirs one after the other.
 */
export async function eventsBoundBy(
  tx: Transaction,
  tenant: string,
  receiptIds: readonly string[],
): Promise<ReadonlyMap<string, readonly UsageEvent[]>> {
  const rows = await tx.query<UsageEvent & { receipt_id: string }>(
    `SELECT receipt_id, id, source, external_id, type, pack, subject, quantity, metadata, "timestamp", corrects FROM usage_events
       WHERE tenant_id = $1 AND receipt_id = ANY($2::uuid[]) ORDER BY id`,
    [tenant, receiptIds],
  );
  const byReceipt = Map.groupBy(rows, ({ receipt_id }) => receipt_id);
  return new Map([...byReceipt].map(([receipt, own]) => [receipt, own.map(asBound)]));
}

function asBound({ receipt_id: _, quantity, ...event }: UsageEvent & { receipt_id: string }): UsageEvent {
  return { ...event, quantity: new Decimal(quantity).toFixed() };
}

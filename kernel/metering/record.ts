import { Decimal, type Usage } from '../../sdk/index.ts';
import { UsageCorrections, UsageEventKeys, UsageEvents } from '../database/tables.ts';
import { rangeHash } from '../log/tree.ts';
import { canonical } from '../receipts/canonical.ts';
import { leafHashOf } from '../receipts/receipt.ts';
import type { Happening } from '../record.ts';
import type { TableWrite } from '../write.ts';
import { POLICY_DECISION } from './types.ts';

/** A usage event as its receipt binds it: all of its row, apart from the tenant and the receipt. */
export interface UsageEvent {
  readonly id: string;
  readonly source: string;
  readonly external_id: string | null;
  readonly type: string;
  readonly pack: string;
  readonly subject: string;
  /** A decimal string in its shortest form. */
  readonly quantity: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly timestamp: string;
  readonly corrects: string | null;
}

/** An event that somebody else has reported, known by its source and id. */
export interface ReportedUsage extends Usage {
  readonly reported: Pick<UsageEvent, 'id' | 'source' | 'pack' | 'timestamp' | 'corrects'> & { readonly external_id: string };
}

const QUANTITY = /^-?\d+(\.\d+)?$/;

/** What an action's receipt binds of its usage: so many events, and the root of the tree over them (RFC 9162, section 2.1). */
export interface BoundUsage {
  readonly count: number;
  /** Base64. */
  readonly root: string;
}

/** The events of an action: the pack's own, and one `policy_decision` for each decision. Their ids ascend: by these, the order is found again. */
export function usageEvents({ decisions, pack, newId, now }: Happening, declared: readonly (Usage | ReportedUsage)[]): readonly UsageEvent[] {
  const counted = decisions.map(({ id, policy }) => ({ type: POLICY_DECISION.type, subject: id, metadata: { policy } }));
  return [...declared, ...counted].map((event: Usage | ReportedUsage) => {
    const { type, subject, quantity = '1', metadata = {} } = event;
    if (!QUANTITY.test(quantity)) throw new TypeError(`usage event ${type}: the quantity "${quantity}" is no decimal string`);
    const own = () => ({ id: newId(), source: sourceOf(pack), external_id: null, pack, timestamp: now, corrects: null });
    return { ...('reported' in event ? event.reported : own()), type, subject, quantity: new Decimal(quantity).toFixed(), metadata };
  });
}

/** The tree over events, in their order, by its leaves. */
export function usageLeaves(events: readonly UsageEvent[]): readonly Buffer[] {
  return events.map((event) => leafHashOf(Buffer.from(canonical(event))));
}

/** null where there are none. */
export function boundUsage(events: readonly UsageEvent[]): BoundUsage | null {
  if (events.length === 0) return null;
  return { count: events.length, root: rangeHash(usageLeaves(events), { start: 0, end: events.length }).toString('base64') };
}

/** They are written in the transaction of what they count. */
export function usageWrites(events: readonly UsageEvent[], receiptId: string): readonly TableWrite[] {
  return [
    { kind: 'insert', entity: UsageEvents, rows: events.map((event) => ({ ...event, receipt_id: receiptId })) },
    {
      kind: 'insert',
      entity: UsageEventKeys,
      rows: events.flatMap(({ id, source, external_id }) => (external_id === null ? [] : [{ source, external_id, event_id: id }])),
    },
    {
      kind: 'insert',
      entity: UsageCorrections,
      rows: events.flatMap(({ id, corrects }) => (corrects === null ? [] : [{ corrected_id: corrects, event_id: id }])),
    },
  ];
}

/** Where the kernel's own events come from: nobody else may use it. */
export const OWN_SOURCE = '/packs/';

function sourceOf(pack: string): string {
  return OWN_SOURCE + pack;
}

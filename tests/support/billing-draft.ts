import type { DraftReceipt, DraftRow, EvidenceDraft } from './evidence-draft.ts';

/** An event as its receipt binds it. */
export interface DraftEvent {
  id: string;
  source: string;
  external_id: string | null;
  type: string;
  pack: string;
  subject: string;
  quantity: string;
  metadata: Record<string, string>;
  timestamp: string;
  corrects: string | null;
}

export interface DraftEntry {
  receipt: string;
  index: number;
  path: string[] | null;
  event: DraftEvent;
}

export interface DraftLine {
  meter: string | null;
  description: string;
  quantity: string;
  unit_price: string | null;
  amount: string;
  rated_usage_id: string | null;
}

/** A bundle about an invoice before it is sealed: everything in it can still be changed. */
export interface BillingDraft extends Omit<EvidenceDraft, 'manifest' | 'request' | 'execution'> {
  manifest: EvidenceDraft['manifest'] & {
    cited: string[];
    usage: {
      types: string[];
      from_day: string;
      to_day: string;
      time_zone: string;
      before: { epoch: number; size: number };
      events: 'sample' | 'all';
      total: number;
      shown: number;
      seed: string | null;
      sample: number | null;
    };
    links: { from: string; to: string[] }[];
  };
  invoice: DraftRow;
  rated_usage: DraftRow[];
  meter_readings: DraftRow[];
  meter_adjustments: DraftRow[];
  cited_receipts: Pick<DraftReceipt, 'id' | 'leaf_hash' | 'log_index' | 'bytes' | 'changes'>[];
  usage_events: DraftEntry[];
}

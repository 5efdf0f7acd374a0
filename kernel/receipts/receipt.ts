import { hash } from 'node:crypto';
import { canonical } from './canonical.ts';

export type Outcome = 'allowed' | 'denied' | 'failed' | 'refused';

/** What a receipt says, all of it; its canonical bytes are exactly this. */
export interface ReceiptContent {
  readonly typ: 'summit-receipt/v1';
  /** The log it belongs to: `<log.origin of config>/<tenant>`. */
  readonly origin: string;
  readonly id: string;
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  /** The subject's version: from 1, without gaps, for allowed receipts; null for the others. */
  readonly seq: number | null;
  /** Leaf hashes of earlier receipts of the subject, base64. */
  readonly parents: readonly string[];
  /** A commitment to the actor's id. */
  readonly actor: string;
  readonly outcome: Outcome;
  readonly policy: readonly {
    readonly decision_id: string;
    readonly bundle_digest: string;
    readonly input_digest: string;
    readonly result_digest: string;
  }[];
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly input_digest: string;
  readonly changes_digest: string;
  readonly commitments: readonly string[];
  readonly at: string;
  /** On the receipt that seals its subject: how many allowed receipts there are, this one included. */
  readonly sealed_count?: number;
}

/** A log entry has a uint16 length (C2SP tlog-tiles). */
const MAX_BYTES = 65_535;

/** @throws TypeError where the receipt would not fit into a log entry */
export function encodeReceipt(content: ReceiptContent): { bytes: Buffer; leafHash: Buffer } {
  const bytes = Buffer.from(canonical(content));
  if (bytes.length > MAX_BYTES) throw new TypeError(`a receipt of ${bytes.length} bytes does not fit into a log entry of ${MAX_BYTES}`);
  return { bytes, leafHash: leafHashOf(bytes) };
}

const LEAF = Uint8Array.of(0);

/** RFC 9162, section 2.1.1: the hash of a leaf is that of 0x00 and its bytes. */
export function leafHashOf(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', Buffer.concat([LEAF, bytes]), 'binary'), 'latin1');
}

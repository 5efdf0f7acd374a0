import type { Json } from '../../sdk/verify/json.ts';

/** An evidence bundle before it is sealed: everything in it can still be changed. */
export interface EvidenceDraft {
  manifest: {
    typ: string;
    evidence: string;
    origin: string;
    tenant: string;
    type: string;
    id: string;
    status: string;
    version: number;
    created_at: string;
    updated_at: string;
    generated_at: string;
    nonce: string | null;
    members: Record<string, { type: string; many: boolean }>;
    subjects: { type: string; id: string; status: string; version: number }[];
    receipts: { id: string; action: string; at: string }[];
    policy_decisions: { id: string; action: string; created_at: string }[];
    policy_bundles: { digest: string; version: string }[];
    counts: Record<string, number>;
    checkpoints: { origin: string; size: number; root: string }[];
  };
  request: DraftRow;
  execution: DraftRow | null;
  approvals: DraftRow[];
  receipts: DraftReceipt[];
  people: { id: string; handle: string | null; receipt: DraftReceipt }[];
  policy_decisions: DraftDecision[];
  policy_bundles: DraftBundle[];
  graph: {
    node: { id: string; type: string; label: string };
    neighbors: { id: string; type: string; label: string; relationship: string; direction: string }[];
    edges: DraftEdge[];
  };
  disclosures: { commitment: string; name: string; salt: string | null; value: string | null }[];
  proof: { receipts: Record<string, string>; consistency: string | string[] | null; epochs: { origin: string; entry: string; proof: string }[] };
  signature?: { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
}

export type DraftRow = Record<string, Json>;

export interface DraftEdge {
  from: string;
  relationship: string;
  to: string;
  ends?: true;
}

export interface DraftReceipt {
  id: string;
  action: string;
  outcome: string;
  actor: string;
  subject: { type: string; id: string };
  seq: number | null;
  state: { from: string | null; to: string | null };
  decision_ids: string[];
  at: string;
  leaf_hash: string;
  log_index: number;
  bytes: string;
  changes: string;
}

export interface DraftDecision {
  id: string;
  policy: string;
  bundle_digest: string;
  bundle_version: string;
  action: string;
  input: Record<string, Json>;
  result: Record<string, Json> | null;
  allowed: boolean;
  reasons: Json[];
  outcome: string;
  masked: string[];
  engine: string;
  replayable: boolean;
  actor_id: string;
  subject: { type: string; id: string };
  resource: Json;
  duration_ns: number;
  created_at: string;
}

export interface DraftBundle {
  digest: string;
  id: string;
  version: string;
  opa: string;
  entrypoints: string[];
  sources: Record<string, string>;
  signature: null;
  wasm: string;
  data: string;
}

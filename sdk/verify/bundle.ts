import type { Json } from './json.ts';
import {
  anything,
  commitment,
  count,
  day,
  decimal,
  flag,
  hash,
  hex,
  list,
  matching,
  name,
  nullable,
  type Of,
  object,
  oneOf,
  positive,
  record,
  text,
  time,
} from './shape.ts';

/** The parts of an evidence bundle, each in the one form that it may have. */

export const EVIDENCE = 'summit-evidence/v1';

/** A bundle that is larger is about more than one thing. */
const MOST_SUBJECTS = 1_000;

const subject = object({ type: name, id: name });
const outcome = oneOf('allowed', 'denied', 'failed', 'refused');
const sizeText = matching(/^[0-9]{1,20}$/, 'size in decimal');
/** A whole number, or a decimal where it is beyond 2⁵³. */
export const size = (value: Json, path: string): number | string => (typeof value === 'string' ? sizeText(value, path) : count(value, path));

/** What was asked for of usage, and how much of it is here. */
const usageQueryShape = object({
  types: list(name),
  from_day: day,
  to_day: day,
  time_zone: name,
  before: object({ epoch: count, size }),
  events: oneOf('sample', 'all'),
  total: count,
  shown: count,
  seed: nullable(text),
  sample: nullable(count),
});

export const manifestShape = object(
  {
    typ: oneOf(EVIDENCE),
    evidence: name,
    origin: name,
    tenant: name,
    type: name,
    id: name,
    status: name,
    version: count,
    created_at: time,
    updated_at: time,
    generated_at: time,
    nonce: nullable(text),
    members: record(object({ type: name, many: flag })),
    subjects: list(object({ type: name, id: name, status: name, version: count }), MOST_SUBJECTS),
    receipts: list(object({ id: name, action: name, at: time })),
    policy_decisions: list(object({ id: name, action: name, created_at: time })),
    policy_bundles: list(object({ digest: hex, version: nullable(text) })),
    counts: record(count),
    checkpoints: list(object({ origin: name, size, root: hash })),
  },
  {
    summary: record(object({ from: text, value: anything })),
    cited: list(name),
    usage: usageQueryShape,
    links: list(object({ from: text, to: list(name) })),
  },
);

export const receiptViewShape = object({
  id: name,
  action: name,
  outcome,
  actor: text,
  subject,
  seq: nullable(count),
  state: object({ from: nullable(name), to: nullable(name) }),
  decision_ids: list(name),
  at: time,
  leaf_hash: hash,
  log_index: size,
  bytes: text,
  changes: text,
});

/** A receipt that proves rows or usage of which the bundle is not otherwise about. */
export const citedReceiptShape = object({ id: name, leaf_hash: hash, log_index: size, bytes: text, changes: text });

/** What the bytes of a receipt say, all of it. */
export const receiptShape = object(
  {
    typ: oneOf('summit-receipt/v1'),
    origin: name,
    id: name,
    action: name,
    subject,
    seq: nullable(count),
    parents: list(hash),
    actor: commitment,
    outcome,
    policy: list(object({ decision_id: name, bundle_digest: hex, input_digest: hex, result_digest: hex })),
    state: object({ from: nullable(name), to: nullable(name) }),
    input_digest: commitment,
    changes_digest: hex,
    commitments: list(commitment),
    at: time,
  },
  { sealed_count: count },
);

const row = object({ type: name, row: record(anything) });
export const edgeShape = object({ from: name, relationship: name, to: name }, { ends: oneOf(true) });

const usageTree = object({ count: positive, root: hash });
/** The root over the events of an action; older receipts have a list of them. */
const usageShape = (value: Json, path: string): readonly Json[] | Of<typeof usageTree> =>
  Array.isArray(value) ? list(anything)(value, path) : usageTree(value, path);

/** What an action wrote, as its receipts bind it. */
export const changesShape = object(
  { subject: nullable(row) },
  { rows: list(row), edges: list(edgeShape), usage: usageShape, messages: list(anything), erased: list(commitment) },
);

/** An event with its place among those of its receipt; where `path` is null, all of them are here. */
export const usageEntryShape = object({
  receipt: name,
  index: count,
  path: nullable(list(hash, 64)),
  event: object({
    id: name,
    source: text,
    external_id: nullable(text),
    type: name,
    pack: text,
    subject: text,
    quantity: decimal,
    metadata: record(text),
    timestamp: time,
    corrects: nullable(name),
  }),
});

export const personShape = object({ id: name, handle: nullable(text), receipt: receiptViewShape });

export const decisionShape = object({
  id: name,
  policy: name,
  bundle_digest: hex,
  bundle_version: nullable(text),
  action: name,
  input: record(anything),
  result: nullable(record(anything)),
  allowed: flag,
  reasons: list(anything),
  outcome: oneOf('allowed', 'denied', 'error'),
  masked: list(text),
  engine: text,
  replayable: flag,
  actor_id: name,
  subject,
  resource: anything,
  duration_ns: count,
  created_at: time,
});

export const policyBundleShape = object({
  digest: hex,
  id: nullable(text),
  version: nullable(text),
  opa: nullable(text),
  entrypoints: nullable(list(text)),
  sources: nullable(record(text)),
  signature: anything,
  wasm: text,
  data: text,
});

export const graphShape = object({
  node: object({ id: name, type: name, label: text }),
  neighbors: list(object({ id: name, type: name, label: text, relationship: name, direction: oneOf('out', 'in') })),
  edges: list(edgeShape),
});

export const disclosureShape = object({ commitment, name, salt: nullable(text), value: nullable(text) });

/** Of one log, or of each log that has grown. */
const consistencyShape = (value: Json, path: string): string | readonly string[] | null =>
  Array.isArray(value) ? list(text)(value, path) : nullable(text)(value, path);

export const proofShape = object({
  receipts: record(text),
  consistency: consistencyShape,
  epochs: list(object({ origin: name, entry: text, proof: text })),
});

export const envelopeShape = object({
  payloadType: oneOf('application/vnd.in-toto+json'),
  payload: text,
  signatures: list(object({ keyid: text, sig: text })),
});

export type Manifest = Of<typeof manifestShape>;
export type ReceiptView = Of<typeof receiptViewShape>;
export type CitedReceipt = Of<typeof citedReceiptShape>;
export type UsageQuery = Of<typeof usageQueryShape>;
export type UsageEntry = Of<typeof usageEntryShape>;
export type UsageEvent = UsageEntry['event'];
export type ReceiptContent = Of<typeof receiptShape>;
export type Changes = Of<typeof changesShape>;
export type Edge = Of<typeof edgeShape>;
export type Person = Of<typeof personShape>;
export type Decision = Of<typeof decisionShape>;
export type PolicyBundle = Of<typeof policyBundleShape>;
export type Graph = Of<typeof graphShape>;
export type Disclosure = Of<typeof disclosureShape>;
export type Proof = Of<typeof proofShape>;
export type Envelope = Of<typeof envelopeShape>;

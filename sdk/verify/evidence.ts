import {
  type CitedReceipt,
  citedReceiptShape,
  type Decision,
  type Disclosure,
  decisionShape,
  disclosureShape,
  type Envelope,
  envelopeShape,
  type Graph,
  graphShape,
  type Manifest,
  manifestShape,
  type Person,
  type PolicyBundle,
  type Proof,
  personShape,
  policyBundleShape,
  proofShape,
  type ReceiptView,
  receiptViewShape,
  type UsageEntry,
  usageEntryShape,
} from './bundle.ts';
import type { Json, JsonObject } from './json.ts';
import { anything, isObject, list, object, record } from './shape.ts';

/** What every bundle has, beside the members that its manifest names. */
const shapes = {
  manifest: manifestShape,
  receipts: list(receiptViewShape),
  people: list(personShape),
  policy_decisions: list(decisionShape),
  policy_bundles: list(policyBundleShape),
  graph: graphShape,
  disclosures: list(disclosureShape),
  proof: proofShape,
  signature: envelopeShape,
};

/** What comes after the receipts, of those bundles whose manifest speaks of it. */
const optional = {
  cited_receipts: list(citedReceiptShape),
  usage_events: list(usageEntryShape),
};

export interface Evidence {
  readonly manifest: Manifest;
  readonly receipts: readonly ReceiptView[];
  readonly cited_receipts?: readonly CitedReceipt[];
  readonly usage_events?: readonly UsageEntry[];
  readonly people: readonly Person[];
  readonly policy_decisions: readonly Decision[];
  readonly policy_bundles: readonly PolicyBundle[];
  readonly graph: Graph;
  readonly disclosures: readonly Disclosure[];
  readonly proof: Proof;
  readonly signature: Envelope;
  /** The rows of each member that the manifest names. */
  readonly members: ReadonlyMap<string, readonly JsonObject[]>;
}

/**
 * Nothing may be missing, unknown or in another order.
 * @throws TypeError naming the path
 */
export function readEvidence(value: JsonObject): Evidence {
  const manifest = manifestShape(value.manifest ?? null, 'manifest');
  const { manifest: _, receipts: __, ...others } = shapes;
  const more = [...(manifest.cited ? ['cited_receipts'] : []), ...(manifest.usage ? ['usage_events'] : [])];
  const expected = ['manifest', ...Object.keys(manifest.members), 'receipts', ...more, ...Object.keys(others)];
  const found = Object.keys(value);
  const twice = expected.find((member, index) => expected.indexOf(member) !== index);
  if (twice !== undefined) throw new TypeError(`manifest.members has ${twice}, which every bundle has`);
  const missing = expected.find((member) => !found.includes(member));
  if (missing !== undefined) throw new TypeError(`the member ${missing} is missing`);
  const unknown = found.find((member) => !expected.includes(member));
  if (unknown !== undefined) throw new TypeError(`the member ${JSON.stringify(unknown.slice(0, 100))} is one that the manifest does not name`);
  if (found.some((member, index) => member !== expected[index])) throw new TypeError(`the members are in another order than ${expected.join(', ')}`);
  const parts = Object.fromEntries([...Object.keys(shapes), ...more].map((member) => [member, value[member] ?? null]));
  const members = Object.entries(manifest.members).map(([member, { many }]) => [member, rowsOf(value[member] ?? null, many, member)] as const);
  return { ...object(shapes, optional)(parts, ''), members: new Map(members) };
}

function rowsOf(value: Json, many: boolean, path: string): readonly JsonObject[] {
  if (many) return list(record(anything))(value, path);
  if (value === null) return [];
  if (!isObject(value)) throw new TypeError(`${path} is no object`);
  return [value];
}

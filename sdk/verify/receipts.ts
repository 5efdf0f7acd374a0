import { type Changes, type CitedReceipt, changesShape, type ReceiptContent, type ReceiptView, receiptShape } from './bundle.ts';
import { type Bytes, fromBase64, fromUtf8, sha256, toBase64, toHex, utf8 } from './bytes.ts';
import { canonical, isSame } from './canonical.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './history.ts';
import { parseJson } from './json.ts';
import { leafHash } from './merkle.ts';

/** A receipt whose bytes were read, and whose view is what they say. */
export interface Receipt<View extends CitedReceipt = ReceiptView> extends Entry {
  readonly view: View;
  readonly changes: Changes;
  readonly leaf: Bytes;
}

/** A log entry has a uint16 length (C2SP tlog-tiles). */
const MAX_BYTES = 65_535;

/** @param origin of the tenant's logs @returns null, and a finding, for one that cannot be read */
export async function readReceipt<View extends CitedReceipt>(
  view: View,
  path: string,
  origin: string,
  findings: Findings,
): Promise<Receipt<View> | null> {
  const bytes = await findings.attempt('malformed-receipt', `${path}.bytes`, () => fromBase64(view.bytes));
  const content = bytes && (await findings.attempt('malformed-receipt', `${path}.bytes`, () => receiptOf(bytes)));
  const changes = await findings.attempt('malformed-changes', `${path}.changes`, () => changesOf(view.changes));
  if (!bytes || !content || !changes) return null;
  const leaf = await leafHash(bytes);
  const leafText = toBase64(leaf);
  const wrong = (code: string, what: string) => findings.add('INVALID', code, `receipt ${view.id}: ${what}`, path);
  if (content.origin !== origin) wrong('other-origin', `it belongs to ${content.origin}, the bundle to ${origin}`);
  if (leafText !== view.leaf_hash) wrong('leaf-hash-differs', `its bytes have the leaf hash ${leafText}, not ${view.leaf_hash}`);
  for (const field of differing(view, content)) wrong('view-differs', `its bytes say another ${field} than is shown`);
  if (toHex(await sha256(utf8(view.changes))) !== content.changes_digest) wrong('changes-differ', 'its changes are not those that its bytes bind');
  for (const problem of disagreements(content, changes)) wrong('malformed-receipt', problem);
  return { view, content, changes, leaf, leafText, path };
}

/** @throws TypeError for bytes that are not the canonical JSON of a receipt */
export function receiptOf(bytes: Uint8Array): ReceiptContent {
  if (bytes.length > MAX_BYTES) throw new TypeError(`${bytes.length} bytes are more than a log entry has`);
  const text = fromUtf8(bytes);
  const content = receiptShape(parseJson(text), 'it');
  if (canonical(content) !== text) throw new TypeError('it is no canonical JSON');
  return content;
}

function changesOf(text: string): Changes {
  const changes = changesShape(parseJson(text), 'it');
  if (canonical(changes) !== text) throw new TypeError('it is no canonical JSON');
  return changes;
}

/** Of a cited receipt less is shown than of others. */
function differing(view: Partial<ReceiptView>, content: ReceiptContent): readonly string[] {
  const said = { ...content, decision_ids: content.policy.map(({ decision_id }) => decision_id) };
  const fields = ['id', 'action', 'outcome', 'subject', 'seq', 'state', 'decision_ids', 'at'] as const;
  return fields.filter((field) => Object.hasOwn(view, field) && !isSame(view[field] ?? null, said[field]));
}

/** What a receipt of ours never says. */
function disagreements({ subject, seq, outcome, state, sealed_count }: ReceiptContent, changes: Changes): readonly string[] {
  if (seq === null) {
    const isQuiet = changes.subject === null && state.to === null && sealed_count === undefined;
    return isQuiet ? [] : ['it has no seq, and yet changes its subject'];
  }
  const row = changes.subject?.row ?? {};
  return [
    ...(outcome === 'allowed' ? [] : [`it is ${outcome} and has the seq ${seq}`]),
    ...(seq > 0 ? [] : ['its seq is not from 1']),
    ...(changes.subject?.type === subject.type && row.id === subject.id ? [] : ['its changes are of another subject']),
    ...(row.version === seq && row.status === state.to ? [] : ['its changes lead to another version or status']),
    ...(sealed_count === undefined || sealed_count === seq ? [] : [`it seals ${sealed_count} receipts with the seq ${seq}`]),
  ];
}

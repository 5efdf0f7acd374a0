import type { Envelope } from './bundle.ts';
import { type Bytes, concatBytes, fromBase64, fromUtf8, utf8 } from './bytes.ts';
import { digestOf, isSame } from './canonical.ts';
import type { Findings } from './findings.ts';
import { type Json, type JsonObject, parseJson } from './json.ts';
import { epochOf, type SeenCheckpoint, textOf } from './log.ts';
import { keyidOf, type NoteKey, verifyEd25519 } from './note.ts';
import { anything, hex, list, name, type Of, object, oneOf, record } from './shape.ts';

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** An in-toto Statement v1 over the members of a bundle. */
const statementShape = object({
  _type: oneOf('https://in-toto.io/Statement/v1'),
  subject: list(object({ name, digest: object({ sha256: hex }) })),
  predicateType: name,
  predicate: record(anything),
});

/** The bytes that a DSSE signature covers (DSSE protocol, "PAE"). */
export function preAuthEncoding(payload: Uint8Array, payloadType = PAYLOAD_TYPE): Bytes {
  return concatBytes(utf8(`DSSEv1 ${utf8(payloadType).length} ${payloadType} ${payload.length} `), payload);
}

export interface Signed {
  /** The whole bundle. */
  readonly members: JsonObject;
  readonly signature: Envelope;
  readonly predicateType: string;
  readonly predicate: Json;
  /** The tenant's, without epoch. */
  readonly origin: string;
}

/**
 * That the signature covers every member as it is, and that a bundle key of the policy made it.
 * @returns the newest epoch whose key has signed; null where none has
 */
export async function judgeSignature(signed: Signed, keys: readonly NoteKey[], findings: Findings): Promise<number | null> {
  const { signature, origin } = signed;
  const payload = await findings.attempt('malformed-signature', 'signature.payload', () => fromBase64(signature.payload));
  const statement =
    payload && (await findings.attempt('malformed-signature', 'signature.payload', () => statementShape(parseJson(fromUtf8(payload)), 'it')));
  if (!payload || !statement) return null;
  await judgeStatement(signed, statement, findings);
  let newest: number | null = null;
  for (const [index, { keyid, sig }] of signature.signatures.entries()) {
    const key = keys.find((known) => keyidOf(known) === keyid);
    const epoch = key ? epochOf(key.name.replace(/\/bundle$/, ''), origin) : null;
    if (!key || epoch === null) continue;
    const path = `signature.signatures[${index}].sig`;
    const bytes = await findings.attempt('malformed-signature', path, () => fromBase64(sig));
    if (bytes && (await verifyEd25519(key.publicKey, preAuthEncoding(payload), bytes))) newest = Math.max(newest ?? 0, epoch);
    else findings.add('INVALID', 'bad-signature', `the signature of ${keyid} does not verify`, path);
  }
  if (newest === null) {
    findings.add('UNANCHORED', 'unknown-signer', `no bundle key that the policy has for ${origin} has signed the bundle`, 'signature');
  }
  return newest;
}

/** A key that was replaced signs for nothing that came after it. @param signer epoch of the key that signed the bundle */
export function judgeSignerEpoch(signer: number | null, checkpoints: readonly SeenCheckpoint[], findings: Findings): void {
  const later = checkpoints.find(({ epoch }) => signer !== null && epoch > signer);
  if (later) {
    findings.add('UNANCHORED', 'outdated-signer', `the bundle was signed by a key of epoch ${signer}, and has ${textOf(later)}`, 'signature');
  }
}

async function judgeStatement(
  { members, predicateType, predicate }: Signed,
  statement: Of<typeof statementShape>,
  findings: Findings,
): Promise<void> {
  const wrong = (what: string, path: string) => findings.add('INVALID', 'statement-differs', what, path);
  if (statement.predicateType !== predicateType) wrong(`the statement is one of the type ${statement.predicateType}`, 'signature.payload');
  if (!isSame(statement.predicate, predicate)) wrong('the statement is of another subject, time or nonce than the manifest', 'signature.payload');
  const covered = Object.keys(members).filter((member) => member !== 'signature');
  const named = statement.subject.map((subject) => subject.name);
  if (!isSame(covered, named)) wrong(`the statement covers ${named.join(', ')}, the bundle has ${covered.join(', ')}`, 'signature.payload');
  const found = await Promise.all(
    statement.subject.map(({ name: member }) => digestOf(Object.hasOwn(members, member) ? (members[member] ?? null) : null)),
  );
  for (const [index, { name: member, digest }] of statement.subject.entries()) {
    if (found[index] !== digest.sha256) wrong(`the member ${member} is not the one that was signed`, member);
  }
}

import { createHash, createPublicKey, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as assert from 'uvu/assert';
import { parseVkey } from '../../sdk/verify/note.ts';

/** A signed document as it came in: an object whose members are checked by the test. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
export type SignedDocument = Readonly<Record<string, any>>;

export interface Statement {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicateType: string;
  readonly predicate: object;
}

/** Checks the signature of a document, and that it covers every member as it is: from the specifications, by node:crypto alone. */
export async function statementOf(document: SignedDocument, policy: string): Promise<Statement> {
  const { signature, ...members } = document;
  const [{ keyid, sig }] = signature.signatures;
  const payload = Buffer.from(signature.payload, 'base64');
  const type = 'application/vnd.in-toto+json';
  assert.equal([signature.payloadType, signature.signatures.length], [type, 1]);
  const vkey = policy.match(/^# bundle (\S+)$/gm)?.find((line) => line.startsWith(`# bundle ${keyid}+`));
  assert.ok(vkey, `${keyid} is in the file that the auditor pins`);
  const { publicKey } = await parseVkey(vkey.slice('# bundle '.length));
  const x = Buffer.from(publicKey).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const message = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  assert.ok(verify(null, message, key, Buffer.from(sig, 'base64')), 'the signature is genuine');

  const statement = JSON.parse(payload.toString());
  assert.is(statement._type, 'https://in-toto.io/Statement/v1');
  assert.equal(
    statement.subject,
    Object.entries(members).map(([name, member]) => ({ name, digest: { sha256: sha256(canonicalize(member) ?? '') } })),
  );
  return statement;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

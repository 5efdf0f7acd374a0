import { canonicalJson, Problem } from '../../sdk/index.ts';
import { preAuthEncoding } from '../../sdk/verify/statement.ts';
import type { NoteSigner } from '../log/note-signer.ts';

/** A DSSE envelope (secure-systems-lab/dsse, version 1.0). */
export interface Envelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** The digest of one member: SHA-256 of its canonical JSON, lowercase hex. */
export interface MemberDigest {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** Whose key signs, and what is said of all members together. */
export interface Seal {
  readonly signer: NoteSigner;
  readonly key: string;
  readonly predicateType: string;
  readonly predicate: object;
}

const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** An in-toto Statement v1 over the members, signed. @throws Problem `unavailable` */
export async function sealed(members: readonly MemberDigest[], { signer, key, predicateType, predicate }: Seal): Promise<Envelope> {
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject: members, predicateType, predicate };
  const payload = Buffer.from(canonicalJson(statement));
  const signature = await signer.signature(key, preAuthEncoding(payload, PAYLOAD_TYPE)).catch((cause: unknown) => {
    throw new Problem('unavailable', 'The signer does not answer, so there is no evidence: ask again in a moment.', {}, { cause });
  });
  return { payloadType: PAYLOAD_TYPE, payload: payload.toString('base64'), signatures: [signature] };
}

import { createPublicKey, verify } from 'node:crypto';
import type { Bundle } from './bundle.ts';

/** Public keys in PEM, by key id. */
export type TrustedKeys = Readonly<Record<string, string>>;

/** What a bundle's signature covers. The prefix keeps it from being taken for a signature on anything else. */
export function signedText(digest: string): string {
  return `summit-policy-bundle/v1\n${digest}\n`;
}

/** Why this bundle is not to be trusted; null where it is, or where no keys are configured and none are asked for. */
export function distrust({ digest, signature }: Pick<Bundle, 'digest' | 'signature'>, keys: TrustedKeys): string | null {
  if (Object.keys(keys).length === 0) return null;
  if (!signature) return 'it is not signed, and this server takes signed bundles only';
  const pem = Object.hasOwn(keys, signature.keyid) ? keys[signature.keyid] : undefined;
  if (pem === undefined) return `it is signed by the key "${signature.keyid}", which is not trusted here`;
  const isGenuine = verify(null, Buffer.from(signedText(digest)), createPublicKey(pem), Buffer.from(signature.sig, 'base64'));
  return isGenuine ? null : `its signature by the key "${signature.keyid}" does not verify`;
}

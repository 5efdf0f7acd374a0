import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import { Problem } from '../../sdk/index.ts';

/** So long may somebody take at the issuer, who has to find a second factor perhaps. */
export const SIGN_IN_MINUTES = 10;

/** What a sign-in is to lead to. */
export interface Wanted {
  /** A path of ours. */
  readonly returnTo: string;
  /** How long ago they may have signed in there, in seconds; null where it does not matter. */
  readonly maxAge: number | null;
  /** How they are to sign in there, the most wanted first; none where the configuration says it. */
  readonly acrValues: readonly string[];
}

/** A sign-in that has been begun, as the browser keeps it until it comes back from the issuer. */
export interface SignInTransaction extends Wanted {
  /** The id of the issuer's `sign_in`. */
  readonly signIn: string;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636): what shows that who ends it has begun it. */
  readonly codeVerifier: string;
}

const ALGORITHM = { alg: 'dir', enc: 'A256GCM' };

/** Browsers drop a cookie of more than 4096 bytes (RFC 6265bis, section 5.6), its name and attributes among them. */
const MAX_SEALED_LENGTH = 3_900;

/** Sealed, so that a browser can keep it, and any replica can go on with it. What is too long for that leads to the start. @param key 32 bytes */
export async function sealTransaction(key: Uint8Array, transaction: SignInTransaction): Promise<string> {
  const sealed = await encrypted(key, transaction);
  return sealed.length <= MAX_SEALED_LENGTH ? sealed : encrypted(key, { ...transaction, returnTo: '/' });
}

function encrypted(key: Uint8Array, transaction: SignInTransaction): Promise<string> {
  return new EncryptJWT({ ...transaction }).setProtectedHeader(ALGORITHM).setExpirationTime(`${SIGN_IN_MINUTES}m`).encrypt(key);
}

/** @throws Problem `invalid-input` for what is over, or was not sealed by us */
export async function openTransaction(key: Uint8Array, sealed: string): Promise<SignInTransaction> {
  try {
    const { payload } = await jwtDecrypt<SignInTransaction>(sealed, key, {
      keyManagementAlgorithms: [ALGORITHM.alg],
      contentEncryptionAlgorithms: [ALGORITHM.enc],
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired)
      throw new Problem('invalid-input', `The sign-in took longer than ${SIGN_IN_MINUTES} minutes. Begin again.`);
    throw new Problem('invalid-input', 'What your browser kept of the sign-in was not made here. Begin again.');
  }
}

import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { verifyEd25519 } from '../../sdk/verify/note.ts';

/** Holds Ed25519 keys by name, and signs with them. A key's name is that of a log, its promises or its bundles. */
export interface Signer {
  /** 32 bytes, as RFC 8032 encodes a public key. */
  publicKey(name: string): Promise<Uint8Array>;
  sign(name: string, message: Uint8Array): Promise<Uint8Array>;
}

/** Makes secrets to be shared with those who receive webhooks. */
export interface WebhookSecrets {
  /** @param name `<tenant>/<endpoint>` @returns 32 bytes, always the same for a name, that tell nothing of any other */
  webhookSecret(name: string): Buffer;
}

/** Makes keys to keep secret what the database holds. */
export interface SealingKeys {
  /** @returns 32 bytes, always the same for a tenant, that tell nothing of any other */
  refreshTokenKey(tenant: string): Buffer;
}

/** The prefix of a PKCS #8 document that holds an Ed25519 seed (RFC 8410, section 7). */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const MIN_SECRET_BYTES = 32;

/**
 * Keys that are derived from one secret, so that a new tenant, epoch or endpoint needs no new one: the seed of a key is
 * HKDF-SHA-256 (RFC 5869) of the secret, with the key's purpose and name as info.
 */
export class SecretSigner implements Signer, WebhookSecrets, SealingKeys {
  readonly #secret: Buffer;
  readonly #keys = new Map<string, KeyObject>();

  /** @throws TypeError for a secret of fewer than 32 bytes */
  constructor(secret: Buffer) {
    if (secret.length < MIN_SECRET_BYTES) throw new TypeError(`the log's secret has ${secret.length} bytes, and needs ${MIN_SECRET_BYTES} or more`);
    this.#secret = secret;
  }

  /** @throws Error where the file cannot be read */
  static open(path: string): SecretSigner {
    return new SecretSigner(readFileSync(path));
  }

  /** For development: makes the secret where there is none. Linked whole, so that of two processes that start at once both have the same. */
  static openOrCreate(path: string): SecretSigner {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, randomBytes(MIN_SECRET_BYTES), { mode: 0o600 });
    try {
      linkSync(draft, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    return SecretSigner.open(path);
  }

  async publicKey(name: string): Promise<Uint8Array> {
    const { x } = createPublicKey(this.#keyOf(name)).export({ format: 'jwk' });
    return Buffer.from(x ?? '', 'base64url');
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    return sign(null, message, this.#keyOf(name));
  }

  webhookSecret(name: string): Buffer {
    return this.#derive('webhook', name);
  }

  refreshTokenKey(tenant: string): Buffer {
    return this.#derive('refresh-token', tenant);
  }

  #keyOf(name: string): KeyObject {
    let key = this.#keys.get(name);
    if (!key) {
      const seed = this.#derive('ed25519', name);
      key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
      this.#keys.set(name, key);
    }
    return key;
  }

  #derive(purpose: 'ed25519' | 'refresh-token' | 'webhook', name: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#secret, '', `summit/${purpose}/${name}`, 32));
  }
}

/** So long may a remote signer take. */
const TIMEOUT_MS = 5_000;

/**
 * Keys that live elsewhere: a small service in front of a KMS or an HSM. `GET <url>/keys/<name>` answers `{"public_key": base64}`,
 * `POST <url>/sign` with `{"key", "message": base64}` answers `{"signature": base64}`.
 */
export class RemoteSigner implements Signer {
  readonly #url: string;
  readonly #token: string | null;
  readonly #keys = new Map<string, Promise<Uint8Array>>();

  constructor(url: string, token: string | null) {
    this.#url = url.replace(/\/$/, '');
    this.#token = token;
  }

  publicKey(name: string): Promise<Uint8Array> {
    let key = this.#keys.get(name);
    if (!key) {
      key = this.#askForKey(name);
      this.#keys.set(name, key);
      // A signer that could not be reached is asked again.
      key.catch(() => this.#keys.delete(name));
    }
    return key;
  }

  async #askForKey(name: string): Promise<Uint8Array> {
    const { public_key } = await this.#ask<{ public_key?: unknown }>(`/keys/${encodeURIComponent(name)}`);
    return bytesOf(public_key, 32, `the public key of ${name}`);
  }

  async sign(name: string, message: Uint8Array): Promise<Uint8Array> {
    const body = JSON.stringify({ key: name, message: Buffer.from(message).toString('base64') });
    const { signature } = await this.#ask<{ signature?: unknown }>('/sign', { method: 'POST', body });
    const bytes = bytesOf(signature, 64, `a signature by ${name}`);
    // What is stored stays: a key that was changed over there must not get in.
    if (await verifyEd25519(await this.publicKey(name), message, bytes)) return bytes;
    throw new TypeError(`the signer gave a signature by ${name} that does not verify`);
  }

  async #ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = { 'content-type': 'application/json', ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }) };
    const response = await fetch(this.#url + path, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`the signer at ${this.#url} answers ${response.status} to ${path}`);
    return (await response.json()) as T;
  }
}

function bytesOf(text: unknown, length: number, what: string): Uint8Array {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length !== length) throw new TypeError(`the signer gave ${bytes.length} bytes for ${what}, which has ${length}`);
  return bytes;
}

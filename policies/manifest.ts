import { createHash } from 'node:crypto';

/** What `policies/manifest.json` says of every compiled policy. Paths are relative to `policies/`. */
export interface PolicyManifest {
  /** The version of OPA that compiled the bundles. */
  readonly opa: string;
  readonly bundles: readonly PolicyBundle[];
}

export interface PolicyBundle extends CompiledPolicy {
  /** The package, with dots: `high_risk.operations`. */
  readonly id: string;
  /** `custom.version` of the package's METADATA. */
  readonly version: string;
  readonly entrypoint: string;
  readonly tests: CompiledPolicy & { readonly entrypoints: readonly string[] };
}

export interface CompiledPolicy {
  /** Of the compiled bytes, see `bundleDigest`. */
  readonly digest: string;
  readonly wasm: string;
  /** Absent when the policy brings no data. */
  readonly data?: string;
  /** SHA-256 of each source file, lowercase hex. */
  readonly sources: Readonly<Record<string, string>>;
}

/** What stands for the data of a policy that brings none. */
export const EMPTY_DATA = '{}';

export function sha256(...parts: readonly (Uint8Array | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The identity of a bundle: SHA-256 over the wasm bytes followed by the data bytes, lowercase hex. */
export function bundleDigest(wasm: Uint8Array, data: Uint8Array | string = EMPTY_DATA): string {
  return sha256(wasm, data);
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the `manifest.json` of a folder of policies says of all that is compiled. Paths are relative to that folder. */
export interface PolicyManifest {
  /** The version of OPA that compiled the bundles. */
  readonly opa: string;
  readonly bundles: readonly PolicyBundle[];
  /** The libraries with their tests. Absent when the folder brings no tests of libraries. */
  readonly libraries?: CompiledTests;
}

export interface PolicyBundle extends CompiledPolicy {
  /** The package, with dots: `high_risk.operations`. */
  readonly id: string;
  /** `custom.version` of the package's METADATA. */
  readonly version: string;
  readonly entrypoint: string;
  /** The policy again, with its tests as entrypoints; `sources` are those of the tests. */
  readonly tests: CompiledTests;
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

export interface CompiledTests extends CompiledPolicy {
  readonly entrypoints: readonly string[];
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

/** @throws Error where the folder has none: it was never built */
export function readManifest(folder: string): PolicyManifest {
  return JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
}

/** All that is compiled to run as tests. */
export function testsIn({ bundles, libraries }: PolicyManifest): readonly CompiledTests[] {
  return [...bundles.map(({ tests }) => tests), ...(libraries ? [libraries] : [])];
}

/** All that is compiled. */
export function compiledIn(manifest: PolicyManifest): readonly CompiledPolicy[] {
  return [...manifest.bundles, ...testsIn(manifest)];
}

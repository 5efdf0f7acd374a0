import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourcePath } from '../../policies/build/stage.ts';
import { bundleDigest, EMPTY_DATA, type PolicyBundle, readManifest, sha256 } from '../../policies/manifest.ts';

/** Compiled policies with all that made them, named by the SHA-256 over their wasm and data. */
export interface Bundle {
  /** The Rego package: `high_risk.operations`. */
  readonly id: string;
  readonly version: string;
  readonly digest: string;
  readonly entrypoints: readonly string[];
  /** The version of OPA that compiled it. */
  readonly opa: string;
  readonly wasm: Buffer;
  /** JSON text, the bytes that the digest covers. */
  readonly dataText: string;
  /** The text of each source, by path. */
  readonly sources: Readonly<Record<string, string>>;
  readonly signature: BundleSignature | null;
}

/** Ed25519 over `signedText` of the digest. */
export interface BundleSignature {
  readonly keyid: string;
  /** Base64. */
  readonly sig: string;
}

/**
 * Reads the bundles of a `policies` folder by its manifest.
 * @throws Error where a file is not the one that the manifest names by digest
 */
export async function readBundles(folder: string): Promise<readonly Bundle[]> {
  const { opa, bundles } = readManifest(folder);
  return Promise.all(
    bundles.map(async ({ id, version, entrypoint, digest, wasm: wasmFile, data: dataFile, sources: sourceDigests }) => {
      const wasm = await readFile(join(folder, wasmFile));
      const dataText = dataFile === undefined ? EMPTY_DATA : await readFile(join(folder, dataFile), 'utf8');
      assertDigest(id, wasmFile, bundleDigest(wasm, dataText), digest);
      const sources = await readSources(id, folder, sourceDigests);
      const signature = await readSignature(join(folder, wasmFile.replace(/\.wasm$/, '.sig.json')));
      return Object.freeze({ id, version, digest, entrypoints: [entrypoint], opa, wasm, dataText, sources, signature });
    }),
  );
}

/** The Rego package of an entrypoint: `high_risk.operations` of `high_risk/operations/decision`. */
export function packageOf(entrypoint: string): string {
  return entrypoint.split('/').slice(0, -1).join('.');
}

async function readSources(id: string, folder: string, digests: PolicyBundle['sources']): Promise<Record<string, string>> {
  const read = Object.entries(digests).map(async ([path, digest]) => {
    const text = await readFile(sourcePath(folder, path), 'utf8');
    assertDigest(id, path, sha256(text), digest);
    return [path, text] as const;
  });
  return Object.fromEntries(await Promise.all(read));
}

function assertDigest(id: string, file: string, found: string, expected: string): void {
  if (found !== expected) {
    throw new Error(`policy bundle ${id}: ${file} has digest ${found}, the manifest says ${expected}: run summit policy build`);
  }
}

async function readSignature(path: string): Promise<BundleSignature | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as BundleSignature;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

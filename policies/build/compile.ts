import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleDigest, type CompiledPolicy, type PolicyBundle, type PolicyManifest, sha256 } from '../manifest.ts';
import type { Opa } from './opa.ts';
import { findPolicies, type PolicySource, stage } from './sources.ts';
import { readTarball } from './tarball.ts';

/** Compiles every policy among the staged files into `target`, with the manifest that describes them. */
export function compileAll(opa: Opa, staged: string, target: string): PolicyManifest {
  const bundles = findPolicies(opa, staged).map((policy) => compilePolicy(opa, staged, policy, target));
  const manifest: PolicyManifest = { opa: opa.version, bundles };
  write(target, 'manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function compilePolicy(opa: Opa, staged: string, policy: PolicySource, target: string): PolicyBundle {
  const { id, version, entrypoint, files, tests, testEntrypoints } = policy;
  const compile = (name: string, input: readonly string[], entrypoints: readonly string[]) =>
    compileWasm(opa, staged, name, input, entrypoints, target);

  return {
    id,
    version,
    entrypoint,
    ...compile(id, files, [entrypoint]),
    sources: digests(staged, files),
    tests: {
      ...compile(`${id}.tests`, [...files, ...tests], testEntrypoints),
      entrypoints: testEntrypoints,
      sources: digests(staged, tests),
    },
  };
}

function compileWasm(
  opa: Opa,
  staged: string,
  name: string,
  files: readonly string[],
  entrypoints: readonly string[],
  target: string,
): Omit<CompiledPolicy, 'sources'> {
  const tarball = withFolder((folder) => {
    const sources = join(folder, 'sources');
    const output = join(folder, 'bundle.tar.gz');
    stage(staged, files, sources);
    opa.run(sources, ['build', '-b', '.', '-t', 'wasm', ...entrypoints.flatMap((name) => ['-e', name]), '-o', output]);
    return readTarball(readFileSync(output));
  });

  const wasm = tarball.get('policy.wasm');
  if (!wasm) throw new Error(`opa build wrote no policy.wasm for ${name}`);
  const wasmPath = write(target, `compiled/${name}.wasm`, wasm);
  const data = tarball.get('data.json');
  if (!data || isEmpty(data)) return { digest: bundleDigest(wasm), wasm: wasmPath };
  return { digest: bundleDigest(wasm, data), wasm: wasmPath, data: write(target, `compiled/${name}.data.json`, data) };
}

/** Calls `use` with an empty folder that is gone afterwards. */
export function withFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function digests(folder: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, sha256(readFileSync(join(folder, file)))]));
}

function isEmpty(data: Uint8Array): boolean {
  return Buffer.from(data).toString('utf8').trim() === '{}';
}

function write(folder: string, path: string, content: Uint8Array | string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return path;
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundleDigest, type CompiledPolicy, type CompiledTests, type PolicyBundle, type PolicyManifest, sha256 } from '../manifest.ts';
import type { TestCase } from './cases.ts';
import type { Opa } from './opa.ts';
import { findLibraries, findPolicies, type PolicySource, type TestedSources } from './sources.ts';
import { copyFiles, type Staged, withFolder } from './stage.ts';
import { readTarball } from './tarball.ts';

/** Compiles every policy among the staged files into `target`, and the tests, with the manifest that describes them. */
export async function compileAll(opa: Opa, staged: Staged, cases: readonly TestCase[], target: string): Promise<PolicyManifest> {
  const compiler = new Compiler(opa, staged.folder, target);
  const bundles: PolicyBundle[] = [];
  for (const policy of findPolicies(opa, staged, cases)) bundles.push(await compiler.policy(policy));
  const libraries = findLibraries(staged, cases);
  const manifest: PolicyManifest = {
    opa: opa.version,
    bundles,
    ...(libraries && { libraries: await compiler.tests('lib', libraries, [...libraries.files, ...libraries.tests]) }),
  };
  write(target, 'manifest.json', `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

class Compiler {
  readonly #opa: Opa;
  readonly #folder: string;
  readonly #target: string;

  constructor(opa: Opa, folder: string, target: string) {
    this.#opa = opa;
    this.#folder = folder;
    this.#target = target;
  }

  async policy(policy: PolicySource): Promise<PolicyBundle> {
    const { id, version, entrypoint, files, tests } = policy;
    return {
      id,
      version,
      entrypoint,
      ...(await this.#wasm(id, files, [entrypoint])),
      sources: this.#digests(files),
      tests: await this.tests(id, policy, tests),
    };
  }

  /** @param listed the sources to name in the manifest: those of a policy stand with the policy already */
  async tests(id: string, { files, tests, testEntrypoints }: TestedSources, listed: readonly string[]): Promise<CompiledTests> {
    return {
      ...(await this.#wasm(`${id}.tests`, [...files, ...tests], testEntrypoints)),
      entrypoints: testEntrypoints,
      sources: this.#digests(listed),
    };
  }

  async #wasm(name: string, files: readonly string[], entrypoints: readonly string[]): Promise<Omit<CompiledPolicy, 'sources'>> {
    const tarball = await withFolder((folder) => {
      const sources = join(folder, 'sources');
      const output = join(folder, 'bundle.tar.gz');
      copyFiles(this.#folder, files, sources);
      this.#opa.run(sources, ['build', '-b', '.', '-t', 'wasm', ...entrypoints.flatMap((entrypoint) => ['-e', entrypoint]), '-o', output]);
      return readTarball(readFileSync(output));
    });

    const wasm = tarball.get('policy.wasm');
    if (!wasm) throw new Error(`opa build wrote no policy.wasm for ${name}`);
    const wasmPath = write(this.#target, `compiled/${name}.wasm`, wasm);
    const data = tarball.get('data.json');
    if (!data || isEmpty(data)) return { digest: bundleDigest(wasm), wasm: wasmPath };
    return { digest: bundleDigest(wasm, data), wasm: wasmPath, data: write(this.#target, `compiled/${name}.data.json`, data) };
  }

  #digests(files: readonly string[]): Record<string, string> {
    return Object.fromEntries(files.map((file) => [file, sha256(readFileSync(join(this.#folder, file)))]));
  }
}

function isEmpty(data: Uint8Array): boolean {
  return Buffer.from(data).toString('utf8').trim() === '{}';
}

function write(folder: string, path: string, content: Uint8Array | string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
  return path;
}

import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyManifest } from '../manifest.ts';
import { runCases, type TestCase } from './cases.ts';
import { compileAll } from './compile.ts';
import { findOpa, type Opa } from './opa.ts';
import { type Staged, SUMMIT_POLICIES, stage, withFolder } from './stage.ts';

/**
 * Compiles the policies of a folder to WebAssembly: writes its `compiled/` and `manifest.json`, or nothing at all.
 * A folder has the layout of `policies/README.md`, and may use the shared library without bringing it.
 * @throws OpaMissing; BuildError for what the author has to mend, with the file and line where OPA names them
 */
export function buildPolicies(folder: string): Promise<PolicyManifest> {
  return withSources(folder, (opa, staged, cases) =>
    withFolder(async (fresh) => {
      const manifest = await compileAll(opa, staged, cases, fresh);
      rmSync(join(folder, 'compiled'), { recursive: true, force: true });
      cpSync(fresh, folder, { recursive: true });
      return manifest;
    }),
  );
}

/** Calls `use` with a copy of the sources that `opa check --strict` passes, and the outcome of their tests. */
export async function withSources<T>(folder: string, use: (opa: Opa, staged: Staged, cases: readonly TestCase[]) => Promise<T>): Promise<T> {
  // Summit's own go.mod pins the OPA for every folder: a bundle must be one that this Summit can evaluate.
  const opa = findOpa(SUMMIT_POLICIES);
  return withFolder((target) => {
    const staged = stage(folder, target);
    opa.run(target, ['check', '--strict', '-b', '.']);
    return use(opa, staged, runCases(opa, target));
  });
}

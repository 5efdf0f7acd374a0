import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourcePath } from '../../policies/build/stage.ts';
import { discrepancies } from '../../policies/discrepancies.ts';
import { compiledIn, readManifest } from '../../policies/manifest.ts';
import { CliError } from './cli-error.ts';
import type { Files } from './pack-package.ts';

/**
 * The policies of a pack as they were built, with the sources of the shared library that they were compiled from: the package
 * must load where that library has moved on. @throws CliError where they were not built from today's sources
 */
export function policyFiles(folder: string): Files {
  const policies = join(folder, 'policies');
  if (!existsSync(policies)) return new Map();
  const build = `run summit policy build ${policies}`;
  if (!existsSync(join(policies, 'manifest.json'))) throw new CliError(1, `${policies} has no manifest.json: ${build}`);
  const found = discrepancies(policies);
  if (found.length > 0) throw new CliError(1, `${build}:\n${found.map((line) => `  - ${line}`).join('\n')}`);
  const compiled = compiledIn(readManifest(policies));
  const outputs = compiled.flatMap(({ wasm, data }) => [wasm, ...(data === undefined ? [] : [data]), wasm.replace(/\.wasm$/, '.sig.json')]);
  const sources = compiled.flatMap((each) => Object.keys(each.sources));
  const own = ['manifest.json', ...outputs].filter((path) => existsSync(join(policies, path)));
  return new Map([
    ...own.map((path) => [`policies/${path}`, readFileSync(join(policies, path))] as const),
    ...sources.map((path) => [`policies/${path}`, readFileSync(sourcePath(policies, path))] as const),
  ]);
}

import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BundleUpload } from '../core/policy-bundles.ts';
import type { Bundle } from '../policy/bundle.ts';
import { CliError } from './cli-error.ts';
import { configuration } from './client.ts';

/** The folder that a command names; the configured one where it names none. @throws CliError */
export async function policyFolder(dir: string | undefined): Promise<string> {
  const folder = dir === undefined ? (await configuration()).policies.folder : resolve(dir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new CliError(2, `${folder} is not a folder`);
  return folder;
}

/** The same, of policies that have been built. @throws CliError */
export async function builtFolder(dir: string | undefined): Promise<string> {
  const folder = await policyFolder(dir);
  const manifest = statSync(join(folder, 'manifest.json'), { throwIfNoEntry: false });
  if (!manifest?.isFile()) throw new CliError(2, `${folder} has no manifest.json: run summit policy build on it first`);
  return folder;
}

/** The folder that a command names; where it names none, the configured one and those that the configured packs bring. @throws CliError */
export async function builtFolders(dir: string | undefined): Promise<readonly string[]> {
  const first = await builtFolder(dir);
  if (dir !== undefined) return [first];
  const [{ packPaths }, { policiesIn }] = await Promise.all([configuration(), import('../policy/brought.ts')]);
  return [first, ...packPaths.flatMap((path) => policiesIn(path) ?? [])];
}

/** The bundles of a folder, as they travel to whoever has the database. @throws CliError */
export async function candidatesIn(dir: string): Promise<readonly BundleUpload[]> {
  const folder = await builtFolder(dir);
  const { readBundles } = await import('../policy/bundle.ts');
  const bundles = await readBundles(folder).catch((error: Error) => {
    throw new CliError(1, `the policies in ${folder} cannot be read: ${error.message}`);
  });
  if (bundles.length === 0) throw new CliError(2, `the manifest.json of ${folder} names no bundle`);
  return bundles.map(candidateOf);
}

function candidateOf({ digest: _, wasm, dataText, signature, ...bundle }: Bundle): BundleUpload {
  const signed = signature ? { signature } : {};
  return { ...bundle, ...signed, entrypoints: [...bundle.entrypoints], wasm: wasm.toString('base64'), data: dataText };
}

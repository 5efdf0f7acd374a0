import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type PolicyManifest, readManifest } from '../../policies/manifest.ts';

export const POLICIES = join(import.meta.dirname, '../../policies');

/** A folder of policies that a test may break. */
export interface PolicyFolder {
  readonly path: string;
  write(file: string, content: string | Uint8Array): void;
  edit(file: string, change: (text: string) => string): void;
  remove(file: string): void;
  manifest(): PolicyManifest;
}

export function emptyPolicyFolder(): PolicyFolder {
  const path = mkdtempSync(join(tmpdir(), 'summit-policies-'));
  const write = (file: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), content);
  };
  return {
    path,
    write,
    edit: (file, change) => write(file, change(readFileSync(join(path, file), 'utf8'))),
    remove: (file) => rmSync(join(path, file), { recursive: true }),
    manifest: () => JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')),
  };
}

/** Summit's own policies once more, compiled as they are. */
export function copyOfPolicies(): PolicyFolder {
  const folder = emptyPolicyFolder();
  cpSync(POLICIES, folder.path, { recursive: true, filter: (path) => !path.endsWith('.ts') });
  return folder;
}

/** One of Summit's own policies as a folder by itself, as a pack would bring it: with its tests, and the libraries that it was compiled from. */
export function policyAlone(id: string, target: string): void {
  const { opa, bundles } = readManifest(POLICIES);
  const bundle = bundles.find((candidate) => candidate.id === id);
  if (!bundle) throw new Error(`there is no policy ${id}`);
  const files = [...Object.keys(bundle.sources), ...Object.keys(bundle.tests.sources), bundle.wasm, bundle.tests.wasm];
  for (const file of files) cpSync(join(POLICIES, file), join(target, file));
  writeFileSync(join(target, 'manifest.json'), JSON.stringify({ opa, bundles: [bundle] }));
}

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Pack } from '../../sdk/index.ts';
import { conflictsByItself } from '../packs/conflicts.ts';
import { loadPack } from '../packs/load-pack.ts';
import { shareSdk } from '../packs/one-sdk.ts';
import { VERSION } from '../version.ts';
import { isWithin } from '../within.ts';
import { CliError } from './cli-error.ts';
import { bundledManifest, viewSources } from './pack-modules.ts';
import { type Files, type OwnPackage, publishedPackage } from './pack-package.ts';
import { policyFiles } from './pack-policies.ts';

export interface BuiltPackage {
  readonly name: string;
  readonly version: string;
  /** Absolute. */
  readonly out: string;
  /** From there, sorted. */
  readonly files: readonly string[];
  /** What whoever publishes it should know. */
  readonly notes: readonly string[];
}

/** Nothing is written before all of it is there. @param to where; `dist` in the pack unless said @throws CliError */
export async function buildPackage(dir: string, to: string | undefined): Promise<BuiltPackage> {
  const folder = resolve(dir);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new CliError(2, `${folder} is not a folder`);
  const out = resolve(to ?? join(folder, 'dist'));
  assertReplaceable(out, folder);
  const pack = await soundPack(folder);
  const own = ownPackage(folder);
  const manifest = await bundledManifest(folder, own);
  const contents: Files = new Map([...manifest, ...(await viewSources(pack, folder, own)), ...policyFiles(folder), ...texts(folder)]);
  const { published, notes } = publishedPackage(pack, own, contents);
  const files = new Map([...contents, ['package.json', Buffer.from(`${JSON.stringify(published, null, 2)}\n`)]]);
  write(files, out);
  return { name: published.name, version: pack.version, out, files: [...files.keys()].sort(), notes };
}

/** As a Summit would load it. @throws CliError where none would */
async function soundPack(folder: string): Promise<Pack> {
  shareSdk();
  const loaded = await loadPack(folder, VERSION);
  if ('failed' in loaded) throw new CliError(1, loaded.failed.reason);
  const conflicts = conflictsByItself(loaded.pack);
  if (conflicts.length > 0) throw new CliError(1, `${folder}: ${conflicts.join('; ')}`);
  return loaded.pack;
}

function ownPackage(folder: string): OwnPackage {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as OwnPackage) : {};
}

/** What people read. */
function texts(folder: string): Files {
  const found = ['README.md', 'LICENSE', 'LICENSE.md', 'CHANGELOG.md'].filter((name) => existsSync(join(folder, name)));
  return new Map(found.map((name) => [name, readFileSync(join(folder, name))]));
}

/** What was not built by this command is not overwritten by it. @throws CliError */
function assertReplaceable(out: string, folder: string): void {
  if (isWithin(out, folder)) throw new CliError(2, `${out} is the pack itself, or holds it: say another folder with --out`);
  if (!existsSync(out)) return;
  const isOurs = existsSync(join(out, 'manifest.js')) && existsSync(join(out, 'manifest.js.map')) && existsSync(join(out, 'package.json'));
  if (!isOurs && (!statSync(out).isDirectory() || readdirSync(out).length > 0))
    throw new CliError(2, `${out} holds something else: remove it, or say another folder with --out`);
}

function write(files: Files, out: string): void {
  try {
    rmSync(out, { recursive: true, force: true });
    for (const [path, content] of files) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      writeFileSync(join(out, path), content);
    }
  } catch (error) {
    throw new CliError(3, `${out} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { absenceOf, entryOf, folderOf } from '../../kernel/packs/locate.ts';
import { shareSdk } from '../../kernel/packs/one-sdk.ts';
import type { Pack } from '../pack.ts';

/** Of this Summit: where the packs that ship with it lie. */
export const SUMMIT = fileURLToPath(new URL('../..', import.meta.url));

/** A pack as its folder declares it. */
export interface PackFolder {
  readonly path: string;
  readonly pack: Pack;
}

export function pathOf(folder: string | URL): string {
  const path = folder instanceof URL || folder.startsWith('file:') ? fileURLToPath(folder) : resolve(folder);
  return path.replace(/[/\\]+$/, '');
}

/**
 * A pack with all that it requires, those that are required first: from what is named beside it, else from the packs of this Summit.
 * @param beside as `packs` in the configuration names packs: folders from the pack's own, or packages that are installed beside it
 * @throws Error naming what is not there, and what mends it
 */
export async function packWithRequired(folder: string, beside: readonly string[]): Promise<readonly PackFolder[]> {
  shareSdk();
  const own = await declaredIn(folder);
  const named = await Promise.all(beside.map((name) => declaredIn(folderOf(name, folder))));
  const found = new Map(named.map((other) => [other.pack.id, other]));
  const wanted = new Map<string, PackFolder>(found);
  const add = async ({ pack }: PackFolder): Promise<void> => {
    for (const id of Object.keys(pack.requires)) {
      if (id === own.pack.id || wanted.has(id)) continue;
      const required = await shipped(id, pack.id);
      wanted.set(id, required);
      await add(required);
    }
  };
  for (const start of [own, ...named]) await add(start);
  return [...wanted.values(), own];
}

/** @throws Error where there is no manifest, or it does not load */
async function declaredIn(path: string): Promise<PackFolder> {
  const manifest = entryOf(path);
  if (!manifest) throw new Error(`${path}: ${absenceOf(path)}`);
  const { default: pack } = (await import(pathToFileURL(manifest).href)) as { default?: Pack };
  if (typeof pack?.id !== 'string') throw new Error(`${manifest} has no default export made by definePack`);
  return { path, pack };
}

async function shipped(id: string, requiredBy: string): Promise<PackFolder> {
  const path = join(SUMMIT, 'packs', id);
  if (existsSync(path)) return declaredIn(path);
  throw new Error(`the pack ${requiredBy} requires ${id}, which does not ship with Summit: name its folder or its package in the option packs`);
}

import { existsSync, realpathSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** How `packs` in the configuration names a pack: a folder from that file, or an npm package that is installed beside it. */
export const PACK_ENTRY = /^(\.{1,2}([\\/].*)?|[\\/].*|[A-Za-z]:[\\/].*|(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)$/;

/**
 * Where the pack lies, absolute. A package is looked for as Node does, from the folder upwards; where none is installed, where
 * `npm install` would put it, so that whoever loads it finds nothing there and can say so.
 * @param entry as `PACK_ENTRY` has it @param base the folder of the configuration file
 */
export function folderOf(entry: string, base: string): string {
  if (entry.startsWith('.') || isAbsolute(entry)) return resolve(base, entry);
  const found = packageAt(entry, base);
  return found === undefined ? join(base, 'node_modules', entry) : dirname(found);
}

/** Why there is nothing to load in a folder, and what to do about it. */
export function absenceOf(folder: string): string {
  const [, base, name] = /^(.*)[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)$/.exec(folder) ?? [];
  if (existsSync(folder)) return 'it has no manifest.ts and no manifest.js: is it a pack?';
  if (base !== undefined && name !== undefined) {
    return `the package ${name} is not installed: run npm install ${name} in ${base}, or begin the entry with ./ where it is a folder`;
  }
  return 'there is no such folder: mend `packs` in the configuration';
}

/** Node reads types everywhere but under node_modules, and there a pack is built. @returns undefined where there is no manifest */
export function entryOf(folder: string): string | undefined {
  if (!existsSync(folder)) return undefined;
  const isInstalled = realpathSync(folder).includes(`${sep}node_modules${sep}`);
  const names = isInstalled ? ['manifest.js', 'manifest.ts'] : ['manifest.ts', 'manifest.js'];
  return names.map((name) => join(folder, name)).find((file) => existsSync(file));
}

function packageAt(name: string, base: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(join(base, 'summit.json')));
  } catch {
    // Node throws where no folder on the way up has the package.
    return undefined;
  }
}

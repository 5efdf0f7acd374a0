import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OWN_SEGMENTS } from '../http/own-paths.ts';
import { KERNEL_NAMES } from '../packs/faults.ts';

/** A pack that works as it stands, and is renamed to become another. */
const TEMPLATE = fileURLToPath(new URL('../../sdk/template', import.meta.url));

/** `equipment-loans`, with room for what is named after it: a table is called `equipment_loans_items`, and has 40 characters at most. */
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LONGEST_ID = 34;

/** No package of Rego is called by one of its keywords, or by what it has of its own. */
const REGO_WORDS: ReadonlySet<string> = new Set([
  ...['as', 'contains', 'default', 'else', 'every', 'false', 'if', 'import', 'in', 'not', 'null', 'package', 'set', 'some', 'true', 'with'],
  ...['data', 'input'],
]);

/** What cannot be the id of a pack, in words; null where it can. */
export function faultInId(id: string): string | null {
  if (!ID.test(id)) return `"${id}" is no id for a pack: small letters and digits, in words that hyphens join, such as equipment-loans`;
  if (id.length > LONGEST_ID) return `"${id}" is too long for the id of a pack: ${LONGEST_ID} characters at most`;
  if (KERNEL_NAMES.includes(id)) return `"${id}" is the kernel itself: take another id`;
  if (OWN_SEGMENTS.has(id)) return `"${id}" cannot be the id of a new pack: its routes are below /${id}, which is the kernel's own: take another id`;
  return REGO_WORDS.has(id)
    ? `"${id}" cannot be the id of a new pack: its policy is the package ${id}.items, and Rego has another use for the word`
    : null;
}

/** Nothing is there that a new pack could overwrite. */
export function isFree(folder: string): boolean {
  return !existsSync(folder) || (statSync(folder).isDirectory() && readdirSync(folder).length === 0);
}

/** Writes the template under another name. Its policies are still to be compiled. @returns the files, relative to the folder */
export function writePack(id: string, folder: string): readonly string[] {
  const rename = renaming(id);
  const sources = globSync(['**/*', '.gitignore'], {
    cwd: TEMPLATE,
    withFileTypes: true,
    exclude: ({ name }) => name === 'compiled' || name === 'node_modules',
  })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(TEMPLATE.length + 1))
    // It names the template's compiled policies by their digests.
    .filter((file) => file !== join('policies', 'manifest.json'))
    .sort();
  for (const source of sources) {
    const target = join(folder, rename(source));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, rename(readFileSync(join(TEMPLATE, source), 'utf8')));
  }
  return sources.map(rename);
}

function renaming(id: string): (text: string) => string {
  const words = id.replaceAll('-', ' ');
  const title = `${words[0]?.toUpperCase()}${words.slice(1)}`;
  return (text) => text.replaceAll('sample-pack', id).replaceAll('sample_pack', id.replaceAll('-', '_')).replaceAll('Sample pack', title);
}

import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isWithin } from '../../../../kernel/within.ts';
import { isNone } from '../../../changes.ts';
import type { Pack } from '../../../pack.ts';
import type { TSchema } from '../../../schema.ts';
import type { Check } from '../check.ts';

/** What can be told of a pack by its files and its manifest. */
export const fileChecks: readonly Check[] = [
  { name: 'the manifest says all that people need to know', faults: async ({ kit }) => [...readmeFaults(kit.folder), ...manifestFaults(kit.pack)] },
  { name: 'no file of the pack imports the kernel, or another pack', faults: async ({ kit }) => importFaults(kit.folder) },
];

function readmeFaults(folder: string): readonly string[] {
  const path = join(folder, 'README.md');
  if (existsSync(path) && readFileSync(path, 'utf8').trim() !== '') return [];
  return ['README.md: there is none: say what the pack is for, who does what, and what its settings are'];
}

function manifestFaults(pack: Pack): readonly string[] {
  const titled = [...pack.actions, ...pack.queries, ...pack.evidence, ...pack.jobs, ...pack.dashboards, ...pack.events, pack];
  const untitled = titled.filter(({ title }) => title.trim() === '').map((thing) => `${'id' in thing ? thing.id : thing.type}: it has no title`);
  const { properties = {} }: TSchema & { readonly properties?: Readonly<Record<string, { readonly description?: string }>> } = pack.settings;
  const unsaid = Object.entries(properties).filter(([, { description = '' }]) => description.trim() === '');
  const asked = pack.actions.flatMap(({ policy }) => (isNone(policy) ? [] : [policy.entrypoint]));
  // Other applications ask some (AuthZEN).
  const used = new Set([...asked, ...pack.policies.flatMap(({ answers = {} }) => Object.values(answers))]);
  const declared = pack.policies.flatMap(({ entrypoints }) => entrypoints);
  return [
    ...untitled,
    ...unsaid.map(([name]) => `settings.${name}: it has no description: say what it does, and what holds where it is not set`),
    ...declared
      .filter((entrypoint) => !used.has(entrypoint))
      .map((entrypoint) => `policies: no action asks ${entrypoint}, and it answers nobody else`),
    ...pack.actions.filter(({ route, answer }) => route && !answer).map(({ id }) => `${id}: it has a route and no schema of its answer`),
  ];
}

/** Of an import or an export, a dynamic one and a type's too. */
const IMPORTED = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

function importFaults(folder: string): readonly string[] {
  const files = globSync('**/*.{ts,mts,js,mjs}', { cwd: folder, exclude: (name) => name === 'node_modules' });
  return files.sort().flatMap((file) => {
    const specifiers = [...readFileSync(join(folder, file), 'utf8').matchAll(IMPORTED)].map(([, , specifier]) => specifier ?? '');
    const strange = specifiers.filter((specifier) => isStrange(specifier, join(folder, file), folder));
    return strange.map((specifier) => `${file}: it imports ${specifier}: a pack imports @summit/sdk, its own files, and packages of its own`);
  });
}

function isStrange(specifier: string, file: string, folder: string): boolean {
  if (specifier.startsWith('.')) return !isWithin(folder, resolve(dirname(file), specifier));
  return specifier.startsWith('/') || specifier.startsWith('file:') || specifier === '@summit/kernel' || specifier.startsWith('@summit/kernel/');
}

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import satisfies from 'semver/functions/satisfies.js';
import type { Pack } from '../../sdk/index.ts';
import { manifestOf } from '../../sdk/manifest.ts';
import { kernelRelationships } from '../graph/record.ts';
import { kernelMeters, kernelUsage } from '../metering/types.ts';
import { errorsIn, inWords } from '../validation.ts';
import { shareSdk } from './one-sdk.ts';
import { type FailedPack, PackRegistry } from './registry.ts';

const KERNEL = { id: 'the kernel', usage: kernelUsage, meters: kernelMeters };

const manifestSchema = JSON.parse(readFileSync(new URL('../../sdk/manifest.schema.json', import.meta.url), 'utf8')) as object;

/**
 * Loads packs by path, each with the reason where it cannot be used: it does not import, its manifest is wrong, what it
 * requires is missing or of another version. A pack that fails takes along those that require it, and nothing else.
 */
export async function loadPacks(paths: readonly string[], kernelVersion: string): Promise<PackRegistry> {
  shareSdk();
  const loaded = await Promise.all(paths.map((path) => loadPack(path, kernelVersion)));
  const candidates = loaded.flatMap((result) => ('pack' in result ? [result.pack] : []));
  const failed = loaded.flatMap((result) => ('failed' in result ? [result.failed] : []));
  const folders = loaded.flatMap((result) => ('pack' in result ? [[result.pack.id, result.folder] as const] : []));
  return inOrder(candidates, failed, new Map(folders));
}

/** Dependencies first (Kahn's algorithm); what is left over hangs on something missing or on itself. */
function inOrder(candidates: readonly Pack[], failed: readonly FailedPack[], folders: ReadonlyMap<string, string>): PackRegistry {
  const ordered: Pack[] = [];
  const faulty: FailedPack[] = [];
  let waiting = [...candidates];
  for (;;) {
    const ready = waiting.filter(({ requires }) =>
      Object.entries(requires).every(([id, range]) => ordered.some((pack) => pack.id === id && satisfies(pack.version, range))),
    );
    if (ready.length === 0) break;
    for (const pack of ready) {
      const faults = meteringFaults(pack, ordered);
      if (faults.length === 0) ordered.push(pack);
      else faulty.push({ id: pack.id, reason: faults.join('; ') });
    }
    waiting = waiting.filter((pack) => !ready.includes(pack));
  }
  const left = waiting.map((pack) => ({ id: pack.id, reason: whyNot(pack, candidates, ordered, waiting) }));
  return new PackRegistry(ordered, [...failed, ...faulty, ...left], folders, waiting);
}

function whyNot(pack: Pack, candidates: readonly Pack[], ordered: readonly Pack[], waiting: readonly Pack[]): string {
  const reasons = Object.entries(pack.requires).flatMap(([id, range]) => {
    const found = candidates.find((candidate) => candidate.id === id);
    if (!found) return [`requires ${id} ${range}, which is not there`];
    if (!satisfies(found.version, range)) return [`requires ${id} ${range}, found ${found.version}`];
    if (ordered.includes(found)) return [];
    const cycle = cycleThrough(pack, waiting);
    return [cycle ? `requires itself: ${cycle.join(' → ')}` : `requires ${id}, which failed`];
  });
  return `${pack.id} ${[...new Set(reasons)].join('; ')}`;
}

function cycleThrough(start: Pack, packs: readonly Pack[], path: readonly string[] = [start.id]): readonly string[] | null {
  const current = packs.find(({ id }) => id === path.at(-1));
  for (const next of Object.keys(current?.requires ?? {})) {
    if (next === start.id) return [...path, next];
    if (path.includes(next) || !packs.some(({ id }) => id === next)) continue;
    const cycle = cycleThrough(start, packs, [...path, next]);
    if (cycle) return cycle;
  }
  return null;
}

/** A type of usage and a meter belong to one pack: of two, each event would be counted twice. What nobody reports would be counted as none. */
function meteringFaults(pack: Pack, loaded: readonly Pack[]): readonly string[] {
  const names = namesIn(pack);
  const taken = [KERNEL, ...loaded].flatMap((other) =>
    namesIn(other).flatMap((name) => (names.includes(name) ? [`${name} is metered by ${other.id}`] : [])),
  );
  const twice = names.flatMap((name, index) => (names.indexOf(name) < index ? [`${name} is declared twice`] : []));
  const sources = [KERNEL, pack, ...loaded.filter(({ id }) => id in pack.requires)];
  const types = sources.flatMap(({ usage }) => usage.map(({ type }) => type));
  const unknown = pack.meters.flatMap(({ id, event_type }) =>
    types.includes(event_type) ? [] : [`the meter ${id} counts ${event_type}, which neither it nor a pack that it requires declares`],
  );
  return [...taken, ...twice, ...unknown];
}

function namesIn({ usage, meters }: Pick<Pack, 'usage' | 'meters'>): readonly string[] {
  return [...usage.map(({ type }) => `the usage type ${type}`), ...meters.map(({ id }) => `the meter ${id}`)];
}

async function loadPack(path: string, kernelVersion: string): Promise<{ pack: Pack; folder: string } | { failed: FailedPack }> {
  const fail = (reason: string) => ({ failed: { id: basename(path), reason: `${path}: ${reason}` } });
  let pack: Pack;
  let manifest: unknown;
  try {
    ({ default: pack } = (await import(pathToFileURL(join(path, 'manifest.ts')).href)) as { default: Pack });
    if (typeof pack !== 'object' || pack === null) return fail('manifest.ts has no default export made by definePack');
    manifest = manifestOf(pack);
  } catch (error) {
    return fail(`it does not load: ${(error as Error).message}`);
  }
  const errors = errorsIn(manifestSchema, manifest);
  const taken = Object.keys(pack.relationships ?? {}).filter((name) => name in kernelRelationships);
  if (taken.length > 0) return fail(`the relationships ${taken.join(', ')} are the kernel's own`);
  if (errors.length > 0) return fail(`its manifest is not valid: ${inWords(errors)}`);
  if (!satisfies(kernelVersion, pack.summit)) return fail(`it needs Summit ${pack.summit}, this is ${kernelVersion}`);
  return { pack, folder: path };
}

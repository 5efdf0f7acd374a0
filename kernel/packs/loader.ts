import satisfies from 'semver/functions/satisfies.js';
import type { Pack } from '../../sdk/index.ts';
import { conflictsOf } from './conflicts.ts';
import { type LoadedPack, loadPack } from './load-pack.ts';
import { shareSdk } from './one-sdk.ts';
import { type FailedPack, PackRegistry } from './registry.ts';

/**
 * Loads packs by path, each with the reason where it cannot be used: it does not import, its manifest is wrong, what it
 * requires is missing or of another version, or it declares what another has. A pack that fails takes along those that require
 * it, and nothing else.
 * @param paths absolute, of folders
 */
export async function loadPacks(paths: readonly string[], kernelVersion: string): Promise<PackRegistry> {
  shareSdk();
  const results = await Promise.all(paths.map((path) => loadPack(path, kernelVersion)));
  const failed = results.flatMap((result) => ('failed' in result ? [result.failed] : []));
  const { unique, doubles } = eachOnce(results.flatMap((result) => ('pack' in result ? [result] : [])));
  const folders = new Map(unique.map(({ pack, folder }) => [pack.id, folder]));
  return inOrder(
    unique.map(({ pack }) => pack),
    [...failed, ...doubles],
    folders,
  );
}

/** Of two packs of one id the one that the configuration names first is used. */
function eachOnce(loaded: readonly LoadedPack[]): { unique: readonly LoadedPack[]; doubles: readonly FailedPack[] } {
  const first = new Map<string, LoadedPack>();
  const doubles: FailedPack[] = [];
  for (const one of loaded) {
    const { id } = one.pack;
    const other = first.get(id);
    if (!other) first.set(id, one);
    else
      doubles.push({
        id,
        reason: `${one.folder}: the pack at ${other.folder} is called "${id}" too, and is used: take one of the two out of packs in the configuration`,
      });
  }
  return { unique: [...first.values()], doubles };
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
      const conflicts = conflictsOf(pack, ordered);
      if (conflicts.length === 0) ordered.push(pack);
      else faulty.push({ id: pack.id, reason: conflicts.join('; ') });
    }
    waiting = waiting.filter((pack) => !ready.includes(pack));
  }
  const left = waiting.map((pack) => ({ id: pack.id, reason: whyNot(pack, { candidates, ordered, waiting, failed }) }));
  return new PackRegistry(
    ordered,
    [...failed, ...faulty, ...left],
    folders,
    candidates.filter((pack) => !ordered.includes(pack)),
  );
}

interface Situation {
  /** All that loaded. */
  readonly candidates: readonly Pack[];
  readonly ordered: readonly Pack[];
  readonly waiting: readonly Pack[];
  readonly failed: readonly FailedPack[];
}

function whyNot(pack: Pack, { candidates, ordered, waiting, failed }: Situation): string {
  const reasons = Object.entries(pack.requires).flatMap(([id, range]) => {
    const found = candidates.find((candidate) => candidate.id === id);
    if (!found && failed.some((other) => other.id === id)) return [`requires ${id}, which failed`];
    if (!found) return [`requires ${id} ${range}, which is not there: add it to packs in the configuration`];
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

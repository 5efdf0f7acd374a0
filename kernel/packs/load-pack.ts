import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Pack } from '../../sdk/index.ts';
import { manifestOf } from '../../sdk/manifest.ts';
import { InvalidPack, packFaults } from '../../sdk/pack-faults.ts';
import { errorsIn } from '../validation.ts';
import { faultsOf } from './faults.ts';
import { absenceOf, entryOf } from './locate.ts';
import type { FailedPack } from './registry.ts';

export interface LoadedPack {
  readonly pack: Pack;
  /** Where its files lie, without links. */
  readonly folder: string;
}

/** @param path absolute */
export async function loadPack(path: string, kernelVersion: string): Promise<LoadedPack | { readonly failed: FailedPack }> {
  const because = (reason: string) => `${path}: ${reason}`;
  const nameless = (reason: string) => ({ failed: { id: basename(path), reason: because(reason), guessed: true as const } });
  const entry = entryOf(path);
  if (entry === undefined) return nameless(absenceOf(path));
  let exported: unknown;
  try {
    ({ default: exported } = (await import(pathToFileURL(entry).href)) as { default: unknown });
  } catch (error) {
    const reason = `it does not load: ${whyNotImported(error)}`;
    return error instanceof InvalidPack && isId(error.pack) ? { failed: { id: error.pack, reason: because(reason) } } : nameless(reason);
  }
  if (!isNamed(exported)) return nameless(`${basename(entry)} has no default export made by definePack, with an id`);
  const failed = (reason: string) => ({ failed: { id: exported.id, reason: because(reason) } });
  try {
    const faults = allFaults(exported, path, kernelVersion);
    return faults.length > 0 ? failed(faults.join('; ')) : { pack: exported, folder: realpathSync(path) };
  } catch (error) {
    // A declaration so odd that it cannot even be looked at, or a package.json that is no JSON.
    return failed(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function whyNotImported(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isUnbuilt = 'code' in error && error.code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING';
  return isUnbuilt ? 'an installed package must be JavaScript: its author makes it with summit pack build' : error.message;
}

/** As far as anything can be said of it before it is looked at. */
function isNamed(exported: unknown): exported is Pack {
  return typeof exported === 'object' && exported !== null && 'id' in exported && isId(exported.id);
}

/** Enough of one to be found by. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && id !== '';
}

/** All of one kind at once. What its keys and values are must be right before anything else can be asked. */
function allFaults(pack: Pack, path: string, kernelVersion: string): readonly string[] {
  const keys = packFaults(pack);
  if (keys.length > 0) return keys;
  const values = errorsIn(manifestSchema, manifestOf(pack)).map((error) => `its manifest is not valid: ${error.path} ${error.message}`);
  return values.length > 0 ? values : [...versionFaults(pack, path), ...faultsOf(pack, kernelVersion)];
}

const manifestSchema = JSON.parse(readFileSync(new URL('../../sdk/manifest.schema.json', import.meta.url), 'utf8')) as object;

/** A package says its version twice. */
function versionFaults({ version }: Pack, path: string): readonly string[] {
  const file = join(path, 'package.json');
  if (!existsSync(file)) return [];
  const { version: published } = JSON.parse(readFileSync(file, 'utf8')) as { version?: unknown };
  if (published === undefined || published === version) return [];
  return [`its manifest says version ${version}, and its package.json ${String(published)}: they must be the same`];
}

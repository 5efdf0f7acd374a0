import type { Logger } from 'pino';
import type { Pack } from '../../sdk/index.ts';
import type { TenantFile } from '../config/tenant.ts';
import { expandSkus } from '../skus/tenant-packs.ts';
import { errorsIn, type FieldError } from '../validation.ts';
import type { PackRegistry } from './registry.ts';

type Settings = Readonly<Record<string, unknown>>;

/** Every error in a tenant's settings of a pack: against its schema or, where they are valid by that, in their sense. */
export function settingsErrorsOf(pack: Pack, settings: Settings): readonly FieldError[] {
  try {
    return judged(pack, settings);
  } catch (error) {
    return [{ path: '', message: `cannot be judged: ${messageOf(error)}` }];
  }
}

/** What no settings can hold, of whatever pack and whether it is enabled: they are on record, where numbers are whole. */
export function unrecordableIn(settings: Settings): readonly FieldError[] {
  return fractionsIn(settings, []);
}

/**
 * Takes out each pack that throws where it should judge the settings that a tenant's file has: its fault, and not that of the file.
 * Anybody may read why a pack has failed, so whose settings they were, and what it said of them, is for the log.
 */
export function failThoseThatThrow(packs: PackRegistry, files: readonly TenantFile[], log: Logger): void {
  for (const file of files) {
    for (const [id, { enabled, settings = {} }] of Object.entries(expandSkus(file, packs).packs)) {
      const pack = enabled ? packs.find(id) : undefined;
      try {
        if (pack) judged(pack, settings);
      } catch (error) {
        log.error({ err: error, pack: id, tenant: file.id }, 'settingsErrors of a pack throws on the settings of a tenant');
        packs.fail(id, 'its settingsErrors throws: the log says on what');
      }
    }
  }
}

/** @throws whatever the pack's own `settingsErrors` throws, and TypeError where it answers with no list */
function judged({ settings: schema, settingsErrors }: Pack, settings: Settings): readonly FieldError[] {
  // Ajv fills in defaults, and the settings are kept as they were given.
  const found = errorsIn(schema, structuredClone(settings));
  return found.length > 0 ? found : [...(settingsErrors?.(settings) ?? [])];
}

function fractionsIn(value: unknown, at: readonly string[]): readonly FieldError[] {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return [{ path: at.join('.'), message: `is ${value}: ${WHOLE}` }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => fractionsIn(member, [...at, name]));
}

const WHOLE = 'a number of the settings is whole, and any other is a decimal string, "12.5", which the schema of the pack must allow';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import type { Pack } from '../../sdk/index.ts';
import { errorsIn, type FieldError } from '../validation.ts';

/** Every error in a tenant's settings of a pack: against its schema or, where they are valid by that, in their sense. */
export function settingsErrorsOf({ settings: schema, settingsErrors }: Pack, settings: Readonly<Record<string, unknown>>): readonly FieldError[] {
  // Ajv fills in defaults, and the settings are kept as they were given.
  const found = errorsIn(schema, structuredClone(settings));
  return found.length > 0 ? found : (settingsErrors?.(settings) ?? []);
}

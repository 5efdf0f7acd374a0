import type { Json } from './json.ts';
import { isObject } from './shape.ts';

/** @param pointer RFC 6901 @returns undefined where it leads to nothing, or is none */
export function valueAt(root: Json, pointer: string): Json | undefined {
  const [first, ...steps] = pointer.split('/');
  if (first !== '') return undefined;
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~')).reduce<Json | undefined>(memberOf, root);
}

/** The member of an object, or the item of a list. */
export function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (Array.isArray(value)) return /^(0|[1-9][0-9]{0,8})$/.test(name) ? value[Number(name)] : undefined;
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

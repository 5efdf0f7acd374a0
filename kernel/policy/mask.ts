import { canonicalJson } from '../../sdk/index.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * A copy of a policy's input in which `{"commitment": …}` stands for each value that a pointer names (RFC 6901). What a
 * pointer does not find is left alone.
 * @returns with it the pointers that found something
 */
export function mask(input: Json, pointers: readonly string[], commit: (name: string, value: string) => string): { input: Json; masked: string[] } {
  if (pointers.length === 0) return { input, masked: [] };
  const copy = structuredClone(input);
  const masked = pointers.filter((pointer) => {
    const path = pointer.split('/').slice(1).map(unescaped);
    const name = path.pop() ?? '';
    const parent = path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), copy);
    if (!isObject(parent) || !Object.hasOwn(parent, name)) return false;
    parent[name] = { commitment: commit(`input${pointer}`, canonicalJson(parent[name])) };
    return true;
  });
  return { input: copy, masked };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function unescaped(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

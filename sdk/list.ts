import { Nullable, Strict, type TSchema, Type } from './schema.ts';

/** The query parameters that every list takes beside its filters. */
export const listParameters = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'Items a page, 50 unless said' })),
  cursor: Type.Optional(Type.String({ description: 'next_cursor of the page before' })),
  count: Type.Optional(Type.Boolean({ description: 'false leaves out the total' })),
};

/** `a,b` as a list of values. */
export function valuesOf(parameter: string | undefined): readonly string[] | undefined {
  return parameter?.split(',').map((value) => value.trim());
}

/** The path of a list with these filters; those that are undefined are left out. */
export function pathTo(path: string, filters: Readonly<Record<string, string | boolean | undefined>>): string {
  const given = Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(String(value))}`]));
  return given.length === 0 ? path : `${path}?${given.join('&')}`;
}

/** What a list answers. */
export function pageOf(item: TSchema) {
  return Strict({ items: Type.Array(item), next_cursor: Nullable(Type.String()), total: Type.Optional(Type.Integer({ minimum: 0 })) });
}

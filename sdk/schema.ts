import { type Static, type TObject, type TSchema, Type } from 'typebox';

export { type Static, type TObject, type TSchema, Type };

/** An object that refuses, and names, every member it does not declare. */
export function Strict<P extends Record<string, TSchema>>(properties: P, options: { description?: string; examples?: readonly unknown[] } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** An empty body: `{}` or nothing at all. */
export const Empty = Strict({});

/** Free text that a person wrote. It is stored as an erasable disclosure, never in a receipt. */
export const Comment = Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S', description: 'Free text, 1 to 2,000 characters' });

export const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'UUIDv7' });
export const Timestamp = Type.String({
  format: 'date-time',
  // The years and offsets that the database takes too, and no leap second, which JavaScript does not know.
  pattern: '^[12][0-9]{3}-[^:]*:[0-5][0-9]:[0-5][0-9].*(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$',
  description: 'a time by RFC 3339, such as 2026-01-31T12:00:00Z; answers are UTC with milliseconds',
});

export const Day = Type.String({ format: 'date', pattern: '^[12][0-9]{3}-', description: 'a day such as 2026-11-22' });

const PERIOD = /^[12][0-9]{3}-(0[1-9]|1[0-2])$/;

/** A month of the tenant's calendar. Periods and days sort as texts. */
export const Period = Type.String({ pattern: PERIOD.source, description: 'a month such as 2026-11' });

export function isPeriod(text: string): boolean {
  return PERIOD.test(text);
}

/** A value or null, said in the way that JSON Schema 2020-12 and OpenAPI 3.1 understand. */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

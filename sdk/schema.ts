import { type Static, type TObject, type TSchema, Type } from 'typebox';

export {
  /** The TypeScript type of what a schema takes: `Static<typeof Input>`. */
  type Static,
  /** The schema of an object, as `Strict` and `Type.Object` make it: its `properties` are those of its members. */
  type TObject,
  /** Any schema, where it does not matter of what. */
  type TSchema,
  /**
   * TypeBox's builder of schemas (JSON Schema 2020-12): one declaration gives the TypeScript type, the check of what comes in,
   * the OpenAPI document and the form in the Switchboard.
   *
   * @example
   * ```ts
   * const Input = Strict({
   *   name: Type.String({ minLength: 1, maxLength: 200 }),
   *   tier: Type.Optional(Type.Enum(['gold', 'silver'], { description: 'silver unless said' })),
   * });
   * const input: Static<typeof Input> = { name: 'Globex', tier: 'gold' };
   * assert.ok(accepts(Input, input) && !accepts(Input, { ...input, tier: 'tin' }));
   * ```
   */
  Type,
};

/**
 * An object that refuses, and names, every member it does not declare: what is misspelt is not silently left out.
 *
 * @example
 * ```ts
 * const Input = Strict({ name: Type.String(), note: Type.Optional(Type.String()) });
 * assert.ok(accepts(Input, { name: 'Globex' }));
 * assert.ok(!accepts(Input, { name: 'Globex', Note: 'seen' }));
 * ```
 */
export function Strict<P extends Record<string, TSchema>>(properties: P, options: { description?: string; examples?: readonly unknown[] } = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/**
 * An empty body: `{}` or nothing at all.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Empty, {}) && !accepts(Empty, { force: true }));
 * ```
 */
export const Empty = Strict({});

/**
 * Free text that a person wrote, 1 to 2,000 characters and not blank. Keep it in a column `field.personal()`, and it can be
 * erased.
 *
 * @example
 * ```ts
 * const Rejection = Strict({ comment: Comment });
 * assert.ok(accepts(Rejection, { comment: 'the margin is too thin' }) && !accepts(Rejection, { comment: '  ' }));
 * ```
 */
export const Comment = Type.String({ minLength: 1, maxLength: 2000, pattern: '\\S', description: 'Free text, 1 to 2,000 characters' });

/**
 * An id: UUIDv7 in lowercase, unique across all types.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Id, '019aa000-0000-7000-8000-000000000001') && !accepts(Id, 'Globex'));
 * ```
 */
export const Id = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', description: 'UUIDv7' });
/**
 * A time by RFC 3339, with its offset. Answers and the database have UTC with milliseconds: bring a time into that form before
 * it is compared or stored.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Timestamp, '2026-11-23T10:00:00+01:00') && !accepts(Timestamp, '2026-11-23 10:00'));
 * assert.equal(new Date('2026-11-23T10:00:00+01:00').toISOString(), '2026-11-23T09:00:00.000Z');
 * ```
 */
export const Timestamp = Type.String({
  format: 'date-time',
  // The years and offsets that the database takes too, and no leap second, which JavaScript does not know.
  pattern: '^[12][0-9]{3}-[^:]*:[0-5][0-9]:[0-5][0-9].*(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$',
  description: 'a time by RFC 3339, such as 2026-01-31T12:00:00Z; answers are UTC with milliseconds',
});

/**
 * A day of the calendar, `YYYY-MM-DD`, which has no time zone of its own: `db.calendar()` says what day it is for the tenant.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Day, '2028-02-29') && !accepts(Day, '2026-02-29'));
 * ```
 */
export const Day = Type.String({ format: 'date', pattern: '^[12][0-9]{3}-', description: 'a day such as 2026-11-22' });

const PERIOD = /^[12][0-9]{3}-(0[1-9]|1[0-2])$/;

/**
 * A month of the tenant's calendar, `YYYY-MM`. Periods and days sort as texts.
 *
 * @example
 * ```ts
 * assert.ok(accepts(Period, '2026-11') && !accepts(Period, '2026-13'));
 * assert.ok('2026-09' < '2026-11');
 * ```
 */
export const Period = Type.String({ pattern: PERIOD.source, description: 'a month such as 2026-11' });

/**
 * Whether a text is a month such as 2026-11: for what stands in a path, which no schema checks.
 *
 * @example
 * ```ts
 * assert.ok(isPeriod('2026-11') && !isPeriod('2026-1') && !isPeriod('november'));
 * ```
 */
export function isPeriod(text: string): boolean {
  return PERIOD.test(text);
}

/**
 * A value or null, said in the way that JSON Schema 2020-12 and OpenAPI 3.1 understand. It may not be left out: that is
 * `Type.Optional`.
 *
 * @example
 * ```ts
 * const Answer = Strict({ activated_at: Nullable(Timestamp) });
 * assert.ok(accepts(Answer, { activated_at: null }) && !accepts(Answer, {}));
 * ```
 */
export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

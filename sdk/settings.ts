import type { Static, TSchema } from './schema.ts';

/**
 * A tenant's settings of the pack as its schema types them: in an action, a query, a job or an effect. The kernel has checked them by
 * it when they were set. Defaults of the schema are not filled in, so that what was set is what is on record: say them where you read.
 *
 * @example
 * ```ts
 * const settings = Strict({ review_days: Type.Optional(Type.Integer({ minimum: 1, description: '365 unless said' })) });
 * const { review_days = 365 } = settingsOf(settings, { settings: {} });
 * assert.equal(review_days, 365);
 * ```
 *
 * @param schema that of the manifest's `settings`
 */
export function settingsOf<Schema extends TSchema>(schema: Schema, context: { readonly settings: Readonly<Record<string, unknown>> }): Static<Schema>;
export function settingsOf(_: TSchema, { settings }: { readonly settings: Readonly<Record<string, unknown>> }): unknown {
  return settings;
}

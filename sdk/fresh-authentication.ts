import { type Static, Strict, Type } from './schema.ts';

/**
 * A setting by which a tenant asks for a fresh sign-in, for what is not to be done by whoever finds a browser open.
 *
 * @example
 * ```ts
 * const settings = Strict({ fresh_authentication: Type.Optional(FreshAuthentication) });
 * assert.deepEqual(Object.keys(settings.properties), ['fresh_authentication']);
 * ```
 */
export const FreshAuthentication = Strict(
  {
    max_age_minutes: Type.Integer({ minimum: 1, maximum: 525_600, description: 'So long ago they may have signed in at their issuer' }),
    acr_values: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), {
        minItems: 1,
        maxItems: 10,
        uniqueItems: true,
        description: 'The ways of signing in that will do, as the issuer calls them in the claim acr; any unless said',
      }),
    ),
  },
  { description: 'Nobody is asked to sign in again unless this is set' },
);

/** What a tenant has set. */
export type FreshAuthentication = Static<typeof FreshAuthentication>;

/**
 * What a policy is told of it, to be spread into the `context` of its facts: the library `lib.authentication` judges by it.
 *
 * @param setting none where the tenant does not ask for it @param now of the action's context
 * @example
 * ```ts
 * const setting = { max_age_minutes: 15, acr_values: ['urn:mfa'] };
 * assert.deepEqual(freshAuthenticationFact(setting, '1970-01-01T00:00:01.500Z'), {
 *   fresh_authentication: { now: 1, max_age: 900, acr_values: ['urn:mfa'] },
 * });
 * assert.deepEqual(freshAuthenticationFact(undefined, '1970-01-01T00:00:01.500Z'), {});
 * ```
 */
export function freshAuthenticationFact(setting: FreshAuthentication | undefined, now: string): Readonly<Record<string, unknown>> {
  if (!setting) return {};
  const { max_age_minutes, acr_values } = setting;
  const fact = { now: Math.floor(Date.parse(now) / 1_000), max_age: max_age_minutes * 60 };
  return { fresh_authentication: { ...fact, ...(acr_values ? { acr_values } : {}) } };
}

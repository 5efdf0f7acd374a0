import { FreshAuthentication, freshAuthenticationFact, type Static, Strict, settingsOf, Type } from '@summit/sdk';

/** What a tenant configures: its databases, and how long an unused request lives. */
export const settings = Strict({
  targets: Type.Record(
    Type.String({ pattern: '^[a-z0-9][a-z0-9-]*$' }),
    Strict({
      executor: Type.Enum(['stub']),
      fails: Type.Optional(Type.Boolean({ description: 'The stub reports a failure, for demonstrations' })),
    }),
    { additionalProperties: false, description: 'The databases that access can be asked to, by name' },
  ),
  pending_lapse_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760, description: '168 unless said' })),
  approved_lapse_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760, description: '24 unless said' })),
  fresh_authentication: Type.Optional(FreshAuthentication),
});

export type Settings = Static<typeof settings>;
export type Target = Settings['targets'][string];

interface Configured {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Whether whoever approves or executes must have signed in lately. */
export function asksForFreshAuthentication(context: Configured): boolean {
  return settingsOf(settings, context).fresh_authentication !== undefined;
}

/** What the policy is told of it; nothing where the tenant does not ask for it. */
export function freshness(context: Configured & { readonly now: string }): Readonly<Record<string, unknown>> {
  return freshAuthenticationFact(settingsOf(settings, context).fresh_authentication, context.now);
}

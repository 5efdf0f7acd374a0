import { type Static, Strict, Type } from '@summit/sdk';

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
});

export type Settings = Static<typeof settings>;
export type Target = Settings['targets'][string];

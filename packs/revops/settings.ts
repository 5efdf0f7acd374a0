import { Decimal, decimalOf, FreshAuthentication, freshAuthenticationFact, Strict, settingsOf, Type } from '@summit/sdk';

/** Settings are on record, where numbers are whole. */
const PercentSetting = Type.Union(
  [Type.String({ pattern: '^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)$' }), Type.Integer({ minimum: 0, maximum: 100 })],
  {
    description: 'a percentage as a decimal string such as "12.5", or a whole number',
  },
);

export const Segment = Type.String({
  pattern: '^[a-z0-9][a-z0-9_-]*$',
  maxLength: 63,
  description: 'lower case, such as enterprise',
});

/** What a tenant configures: up to which discount an account executive decides alone, and from which amount a deal is called what. */
export const settings = Strict({
  segments: Type.Optional(
    Type.Record(Segment, Strict({ self_approval_percent: PercentSetting }), {
      additionalProperties: false,
      description: 'By segment. enterprise, mid-market and smb with 20 percent each, unless said',
    }),
  ),
  amount_bands: Type.Optional(
    Type.Array(Strict({ name: Segment, from: Type.String({ pattern: '^[0-9]{1,38}(\\.[0-9]{1,4})?$' }) }), {
      description: 'Each from its amount on, whatever the currency, for the policies of a tenant',
    }),
  ),
  team: Type.Optional(Type.String({ description: 'The team that new opportunities go to; enterprise unless said' })),
  fresh_authentication: Type.Optional(FreshAuthentication),
});

export interface Configured {
  readonly settings: Readonly<Record<string, unknown>>;
}

const DEFAULT_PERCENT = 20;
const DEFAULT_SEGMENTS = ['enterprise', 'mid-market', 'smb'];
const DEFAULT_TEAM = 'enterprise';

/** By segment, up to which discount an account executive decides alone. */
export function segmentsOf(context: Configured): Readonly<Record<string, { readonly self_approval_percent: string }>> {
  const { segments } = settingsOf(settings, context);
  const configured = segments ?? Object.fromEntries(DEFAULT_SEGMENTS.map((name) => [name, { self_approval_percent: DEFAULT_PERCENT }]));
  return Object.fromEntries(
    Object.entries(configured).map(([name, { self_approval_percent }]) => [
      name,
      { self_approval_percent: decimalOf(self_approval_percent, 2, 'self_approval_percent') },
    ]),
  );
}

/** The highest band that the amount reaches; null where it reaches none. */
export function amountBandOf(amount: string, context: Configured): string | null {
  const reached = (settingsOf(settings, context).amount_bands ?? []).filter(({ from }) => new Decimal(amount).gte(from));
  return reached.toSorted((a, b) => new Decimal(a.from).cmp(b.from)).at(-1)?.name ?? null;
}

export function teamOf(context: Configured): string {
  return settingsOf(settings, context).team ?? DEFAULT_TEAM;
}

/** Whether whoever approves or activates must have signed in lately. */
export function asksForFreshAuthentication(context: Configured): boolean {
  return settingsOf(settings, context).fresh_authentication !== undefined;
}

/** What the policy is told of it; nothing where the tenant does not ask for it. */
export function freshness(context: Configured & { readonly now: string }): Readonly<Record<string, unknown>> {
  return freshAuthenticationFact(settingsOf(settings, context).fresh_authentication, context.now);
}

import { type Static, Strict, Type } from '../../sdk/index.ts';
import { RoleName } from './role-name.ts';
import { Slug } from './slug.ts';
import { WebhookEndpoint, webhookErrors } from './webhooks.ts';

/** A file of `config/tenants`. What it says is applied at boot, when it has changed, by the action `config.applied`. */
export const TenantFile = Strict({
  id: Slug,
  title: Type.String({ minLength: 1, maxLength: 200 }),
  demo: Type.Optional(Type.Boolean({ description: 'It is there for demonstrations, and may be seeded with what is made up; never in production' })),
  time_zone: Type.String({ default: 'UTC', description: 'IANA name' }),
  teams: Type.Array(Slug, { uniqueItems: true }),
  users: Type.Array(
    Strict({
      handle: Slug,
      external_id: Type.Optional(
        Type.String({ minLength: 1, maxLength: 255, pattern: '\\S', description: 'By which an issuer of JWTs calls them, such as its claim sub' }),
      ),
      roles: Type.Array(RoleName, { uniqueItems: true }),
      teams: Type.Array(Slug, { uniqueItems: true }),
    }),
  ),
  policies: Type.Optional(
    Type.Record(Type.String(), Type.String({ pattern: '^[0-9a-f]{64}$' }), {
      description: 'By Rego package, the digest of the bundle that decides here; where there is none, the one that comes with the server',
    }),
  ),
  webhooks: Type.Optional(Type.Array(WebhookEndpoint)),
  packs: Type.Record(
    Type.String(),
    Strict({
      enabled: Type.Optional(Type.Boolean({ description: 'May be left out where a SKU that is enabled requires the pack' })),
      settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
});

export type TenantFile = Static<typeof TenantFile>;

/** What the schema cannot say: names that refer to one another, the time zone, and whom to send to. */
export function inconsistenciesOf(tenant: TenantFile, production: boolean): readonly { path: string; message: string }[] {
  const errors: { path: string; message: string }[] = [];
  const externalIds = tenant.users.map(({ external_id }) => external_id);
  const handles = new Set<string>();
  tenant.users.forEach(({ handle, external_id, teams }, index) => {
    if (handles.has(handle)) errors.push({ path: `users.${index}.handle`, message: `"${handle}" is there twice` });
    handles.add(handle);
    if (external_id !== undefined && externalIds.indexOf(external_id) < index)
      errors.push({ path: `users.${index}.external_id`, message: `"${external_id}" is there twice` });
    for (const team of teams) {
      if (!tenant.teams.includes(team)) errors.push({ path: `users.${index}.teams`, message: `"${team}" is not one of the tenant's teams` });
    }
  });
  if (!Intl.supportedValuesOf('timeZone').includes(tenant.time_zone) && tenant.time_zone !== 'UTC') {
    errors.push({ path: 'time_zone', message: `"${tenant.time_zone}" is not an IANA time zone` });
  }
  return [...errors, ...webhookErrors(tenant.webhooks ?? [], production)];
}

import { type Static, Strict, Type } from '../../sdk/index.ts';
import { distrustOf } from './outgoing-url.ts';
import { RoleName } from './role-name.ts';
import { SignIn } from './sign-ins.ts';
import { Slug } from './slug.ts';

/** Signed by a key of which the issuer alone has the secret half: nothing that we could have signed, and never `none`. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

const Claim = Type.String({ minLength: 1, maxLength: 200, description: 'The name of a claim' });

/** Whose JWTs are believed, for whom, and how far. Several may have the same issuer, each for an audience of its own. */
export const Issuer = Strict({
  issuer: Type.String({ minLength: 1, maxLength: 2_000, description: 'The claim iss, to the letter' }),
  audience: Type.String({ minLength: 1, maxLength: 2_000, description: 'What the claim aud must name' }),
  jwks_url: Type.String({ maxLength: 2_000, description: 'Where its public keys are: https, or http to a loopback host' }),
  algorithms: Type.Array(Type.Enum(ALGORITHMS), { minItems: 1, uniqueItems: true, description: 'Those that it signs by' }),
  tenant: Type.Union(
    [
      Slug,
      Strict({
        claim: Claim,
        is: Type.Record(Type.String(), Slug, { description: 'By what the claim says, the tenant that is meant: no other can be' }),
      }),
    ],
    { description: 'a tenant, or {"claim": …, "is": {…}}' },
  ),
  user: Strict({
    claim: Claim,
    is: Type.Enum(['handle', 'external_id'], { description: 'What the claim holds of the person, as the file of the tenant has it' }),
  }),
  groups: Type.Optional(
    Strict(
      {
        claim: Claim,
        roles: Type.Record(Type.String(), Type.Array(RoleName, { uniqueItems: true }), {
          description: 'By group, the roles of the person that count; of no group, none',
        }),
      },
      { description: 'Left out: all roles that the person has' },
    ),
  ),
  sign_in: Type.Optional(SignIn),
});

export type Issuer = Static<typeof Issuer>;

interface Around {
  readonly tenants: readonly string[];
  /** Of our own tokens. */
  readonly origin: string;
  readonly production: boolean;
}

/** What the schema cannot say. */
export function issuerErrors(issuers: readonly Issuer[], { tenants, origin, production }: Around): readonly string[] {
  return issuers.flatMap((entry, index) => {
    const at = `identity.issuers.${index}`;
    const isSame = (other: Issuer) => other.issuer === entry.issuer && other.audience === entry.audience;
    const why = distrustOf(entry.jwks_url, production);
    const unknown = tenantsOf(entry).filter((tenant) => !tenants.includes(tenant));
    return [
      ...(why === null ? [] : [`${at}.jwks_url ${why}`]),
      ...(entry.issuer === origin ? [`${at}.issuer is log.origin, by which Summit signs tokens itself`] : []),
      ...(issuers.findIndex(isSame) < index ? [`${at}: the same issuer and audience are there twice`] : []),
      ...unknown.map((tenant) => `${at}.tenant names "${tenant}", which is no tenant here`),
    ];
  });
}

function tenantsOf({ tenant }: Issuer): readonly string[] {
  return typeof tenant === 'string' ? [tenant] : Object.values(tenant.is);
}

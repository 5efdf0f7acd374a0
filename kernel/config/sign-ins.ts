import { type Static, Strict, Type } from '../../sdk/index.ts';
import type { Issuer } from './issuers.ts';
import { distrustOf } from './outgoing-url.ts';
import { withSecretFiles } from './secret-files.ts';
import { Slug } from './slug.ts';

/** Of an issuer at which people sign in with their browser: who Summit is there, and what it asks for (OpenID Connect Core, section 3.1). */
export const SignIn = Strict(
  {
    id: Slug,
    title: Type.String({ minLength: 1, maxLength: 100, description: 'What its button says: Sign in with …' }),
    client_id: Type.String({ minLength: 1, maxLength: 500, description: 'What the issuer calls Summit' }),
    client_secret_variable: Type.Optional(
      Type.String({
        pattern: '^[A-Z][A-Z0-9_]{0,99}$',
        description: 'The environment variable that holds the secret, or with _FILE names its file; left out for a public client',
      }),
    ),
    client_authentication: Type.Enum(['client_secret_basic', 'client_secret_post'], {
      default: 'client_secret_basic',
      description: 'How the secret is shown to the issuer',
    }),
    scopes: Type.Array(Type.String({ pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]{1,200}$' }), {
      default: ['openid'],
      uniqueItems: true,
      description: 'openid among them',
    }),
    acr_values: Type.Optional(
      Type.Array(Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }), {
        minItems: 1,
        uniqueItems: true,
        description: 'How people are to sign in there, the most wanted first',
      }),
    ),
  },
  { description: 'Left out: no browser is sent there' },
);

export type SignIn = Static<typeof SignIn>;

/** An issuer at which people sign in, with the secret that it knows Summit by. */
export interface SignInIssuer extends SignIn {
  readonly of: Issuer;
  /** null for a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
}

interface Around {
  readonly variables: NodeJS.ProcessEnv;
  /** What relative paths of the environment start from. */
  readonly root: string;
  /** Of the configuration file. */
  readonly path: string;
  readonly production: boolean;
}

/** What of the configuration file says where people sign in. */
interface File {
  readonly identity: { readonly issuers: readonly Issuer[] };
  readonly http: { readonly public_url?: string };
}

/**
 * Those of the issuers at which people sign in.
 * @param file null where it cannot be read @param errors is told of what the schema cannot say, never of a secret
 */
export function signInsOf(file: File | null, { variables, root, path, production }: Around, errors: string[]): readonly SignInIssuer[] {
  const issuers = file?.identity.issuers ?? [];
  const wanted = issuers.flatMap(({ sign_in }) => sign_in?.client_secret_variable ?? []);
  const given = withSecretFiles(variables, [...new Set(wanted)], root, errors);
  const found = issuers.flatMap((of, index) => {
    if (!of.sign_in) return [];
    const isTwice = issuers.findIndex(({ sign_in }) => sign_in?.id === of.sign_in?.id) < index;
    const faults = [...faultsOf(of, of.sign_in, issuers, production), ...(isTwice ? [`sign_in.id "${of.sign_in.id}" is there twice`] : [])];
    errors.push(...faults.map((fault) => `${path}: identity.issuers.${index}.${fault}`));
    return [{ ...of.sign_in, of, clientSecret: secretOf(of.sign_in, given, `${path}: identity.issuers.${index}`, errors) }];
  });
  if (production && found.length > 0 && !file?.http.public_url?.startsWith('https:'))
    errors.push(`${path}: http.public_url must be set in production, and be https, where an issuer signs people in: it leads them back there`);
  return found;
}

function secretOf({ client_secret_variable: variable }: SignIn, given: NodeJS.ProcessEnv, at: string, errors: string[]): string | null {
  if (variable === undefined) return null;
  const secret = given[variable];
  // Where a file was named that cannot be read, that has been said.
  if (!secret && !given[`${variable}_FILE`]) errors.push(`${at}.sign_in: neither ${variable} nor ${variable}_FILE is set in the environment`);
  return secret ?? null;
}

function faultsOf({ issuer }: Issuer, { client_id, scopes }: SignIn, issuers: readonly Issuer[], production: boolean): readonly string[] {
  const why = distrustOf(issuer, production);
  return [
    ...(why === null ? [] : [`issuer ${why}, since people sign in there`]),
    ...(issuers.some((entry) => entry.issuer === issuer && entry.audience === client_id)
      ? ['sign_in.client_id is an audience of that issuer, so that what says who signed in would do as a bearer token: let the two differ']
      : []),
    ...(scopes.includes('openid') ? [] : ['sign_in.scopes must have openid']),
  ];
}

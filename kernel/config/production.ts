import { readFileSync } from 'node:fs';
import { parse } from 'pg-connection-string';
import type { Environment } from './environment.ts';
import type { LogConfig } from './log.ts';

/** What stands in examples, and what people type first. */
const KNOWN_PASSWORDS: ReadonlySet<string> = new Set([
  'admin',
  'changeme',
  'change-me',
  'example',
  'owner',
  'password',
  'postgres',
  'secret',
  'summit',
]);

/** Of 32 random bytes 30 differ, give or take a few. */
const FEWEST_DIFFERENT_BYTES = 16;

/**
 * What is fit for development alone, each with what mends it. What the log needs is said with its own settings, and who may do what in
 * the database is asked there (see `assertAppLogin`); demonstrations are never seeded and nobody signs in by handle, whatever is set.
 */
export function unfitForProduction(env: Environment, log: LogConfig | null): readonly string[] {
  return [...databaseFaults(env), ...tokenFaults(env), ...(log ? secretFaults(log) : [])];
}

function databaseFaults(env: Environment): readonly string[] {
  const { DATABASE_URL: owner, SUMMIT_APP_DATABASE_URL: app, SUMMIT_DIRECT_DATABASE_URL: direct, SUMMIT_DATABASE, SUMMIT_REPLICAS } = env;
  if (owner === undefined) {
    if (SUMMIT_DATABASE !== 'embedded')
      return ['environment: DATABASE_URL must be set in production, or SUMMIT_DATABASE=embedded where one process on one disk is enough'];
    return SUMMIT_REPLICAS === 1
      ? []
      : [`environment: SUMMIT_DATABASE=embedded is for one process, and SUMMIT_REPLICAS is ${SUMMIT_REPLICAS}: set DATABASE_URL`];
  }
  const logins = [loginOf('DATABASE_URL', owner), ...(app === undefined ? [] : [loginOf('SUMMIT_APP_DATABASE_URL', app)])];
  const users = new Set(logins.map((login) => ('user' in login ? login.user : login)));
  return [
    ...(app === undefined
      ? ['environment: SUMMIT_APP_DATABASE_URL must be set in production: a login that is a member of summit_app and owns nothing']
      : users.size === 1
        ? ['environment: SUMMIT_APP_DATABASE_URL and DATABASE_URL log in as the same role: the app needs one of its own, that owns nothing']
        : []),
    ...[...logins, ...(direct === undefined ? [] : [loginOf('SUMMIT_DIRECT_DATABASE_URL', direct)])].flatMap(loginFaults),
  ];
}

interface Login {
  readonly name: string;
  readonly user: string;
  readonly password: string;
}

interface Unreadable {
  readonly name: string;
  readonly why: string;
}

/** Who logs in by a URL, as `pg` itself reads it: a password may have a `%`, and the query may name both. */
function loginOf(name: string, url: string): Login | Unreadable {
  try {
    const { user = '', password = '' } = parse(url);
    return { name, user, password };
  } catch (error) {
    return { name, why: (error as Error).message };
  }
}

function loginFaults(login: Login | Unreadable): readonly string[] {
  if ('why' in login) return [`environment: ${login.name} cannot be read: ${login.why}: what is special in a URL is to be percent-encoded`];
  const { name, user, password } = login;
  const isKnown = password !== '' && (password === user || KNOWN_PASSWORDS.has(password.toLowerCase()));
  return isKnown ? [`environment: ${name} has a password that anybody would try first: give the role a random one`] : [];
}

/** Each replica would make one of its own, and refuse the tokens of the others. */
function tokenFaults({ SUMMIT_REPLICAS, SUMMIT_TOKEN_KEY }: Environment): readonly string[] {
  if (SUMMIT_REPLICAS === 1 || SUMMIT_TOKEN_KEY !== undefined) return [];
  return [
    `environment: SUMMIT_TOKEN_KEY must be set, since SUMMIT_REPLICAS is ${SUMMIT_REPLICAS}: all take the same tokens. openssl genpkey -algorithm ed25519 makes one`,
  ];
}

function secretFaults({ secret }: LogConfig): readonly string[] {
  // That it must be given is said of the setting itself.
  if (secret.create) return [];
  try {
    return new Set(readFileSync(secret.path)).size < FEWEST_DIFFERENT_BYTES
      ? [`log.secret_file: what lies in ${secret.path} is not random. head -c 32 /dev/urandom makes one that is`]
      : [];
  } catch (error) {
    return [`log.secret_file cannot be read: ${(error as Error).message}`];
  }
}

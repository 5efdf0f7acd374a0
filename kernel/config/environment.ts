import { createPrivateKey } from 'node:crypto';
import { type Static, Type } from '../../sdk/index.ts';
import { errorsIn } from '../validation.ts';
import { DEFAULT_DATA_DIR } from './data-dir.ts';
import { withSecretFiles } from './secret-files.ts';
import { TracesEnvironment } from './traces.ts';

const DatabaseUrl = Type.Optional(Type.String({ pattern: '^postgres(ql)?://' }));

const Environment = Type.Object({
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080 }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1' }),
  DATABASE_URL: DatabaseUrl,
  SUMMIT_APP_DATABASE_URL: DatabaseUrl,
  SUMMIT_POOLER: Type.Optional(
    Type.Enum(['transaction'], {
      description: 'What the two lead to is a pooler that gives a connection for a transaction at a time, such as PgBouncer',
    }),
  ),
  SUMMIT_DIRECT_DATABASE_URL: DatabaseUrl,
  SUMMIT_DATABASE: Type.Optional(Type.Enum(['embedded'], { description: 'Asks for the embedded database by name, as production wants it' })),
  SUMMIT_REPLICAS: Type.Integer({ minimum: 1, default: 1, description: 'How many servers work on the database' }),
  SUMMIT_DRAIN_SECONDS: Type.Integer({
    minimum: 0,
    maximum: 300,
    default: 0,
    description: 'How long a server that is told to stop still answers, until its load balancer has heard of it',
  }),
  SUMMIT_TOKEN_KEY: Type.Optional(
    Type.String({ description: 'The Ed25519 key that signs tokens, PKCS #8 in PEM; else one is made in the data directory' }),
  ),
  SUMMIT_DATA_DIR: Type.String({ minLength: 1, default: DEFAULT_DATA_DIR }),
  SUMMIT_CONFIG: Type.String({ minLength: 1, default: 'config/summit.json' }),
  NODE_ENV: Type.Enum(['development', 'production', 'test'], { default: 'development' }),
  SUMMIT_SEED: Type.Enum(['on', 'off'], { default: 'on' }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], { default: 'info' }),
  ...TracesEnvironment,
});

export type Environment = Static<typeof Environment>;

/** What each of these holds is a secret, and may be given as a file instead: by the variable of that name with `_FILE`. */
const SECRETS = ['DATABASE_URL', 'SUMMIT_APP_DATABASE_URL', 'SUMMIT_DIRECT_DATABASE_URL', 'SUMMIT_TOKEN_KEY'];

/** @param root what relative paths start from @param errors is told of every variable that is not valid, never of what it holds */
export function readEnvironment(variables: NodeJS.ProcessEnv, root: string, errors: string[]): Environment {
  const given = withSecretFiles(variables, SECRETS, root, errors);
  // An empty variable is how a shell or a compose file says "not set".
  const environment: unknown = Object.fromEntries(Object.keys(Environment.properties).flatMap((name) => (given[name] ? [[name, given[name]]] : [])));
  errors.push(...errorsIn(Environment, environment, 'url').map(({ path, message }) => `environment: ${path} ${message}`));
  const env = environment as Environment;
  if (env.SUMMIT_DATABASE === 'embedded' && env.DATABASE_URL !== undefined)
    errors.push('environment: SUMMIT_DATABASE asks for the embedded database, and DATABASE_URL names another: leave one of them out');
  if (env.SUMMIT_POOLER !== undefined && env.DATABASE_URL === undefined)
    errors.push('environment: SUMMIT_POOLER says how DATABASE_URL is reached, which is not set: set it, or leave both out');
  if (env.SUMMIT_DIRECT_DATABASE_URL !== undefined && env.SUMMIT_POOLER === undefined)
    errors.push('environment: SUMMIT_DIRECT_DATABASE_URL goes round a pooler, and SUMMIT_POOLER names none: set it, or leave both out');
  if (env.SUMMIT_TOKEN_KEY !== undefined && !isEd25519(env.SUMMIT_TOKEN_KEY))
    errors.push('environment: SUMMIT_TOKEN_KEY is no Ed25519 key, PKCS #8 in PEM: openssl genpkey -algorithm ed25519 makes one');
  return env;
}

function isEd25519(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    // What OpenSSL says of it may quote it.
    return false;
  }
}

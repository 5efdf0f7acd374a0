import { createPublicKey } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Static, Strict, type TSchema, Type } from '../../sdk/index.ts';
import { folderOf, PACK_ENTRY } from '../packs/locate.ts';
import { errorsIn } from '../validation.ts';
import { ConfigError } from './config-error.ts';
import { dataDirOf } from './data-dir.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { Issuer, issuerErrors } from './issuers.ts';
import { type LogConfig, LogFile, logConfigOf } from './log.ts';
import { Networks, networkErrors, withLoopback } from './networks.ts';
import { unfitForProduction } from './production.ts';
import { type RateLimits, rateLimitErrors, rateLimitFields, rateLimitsOf } from './rate-limits.ts';
import { withFiles } from './referenced-files.ts';
import { type SignInIssuer, signInsOf } from './sign-ins.ts';
import { inconsistenciesOf, TenantFile } from './tenant.ts';
import { type TracesConfig, tracesConfigOf } from './traces.ts';

export { ConfigError };

const ConfigFile = Strict({
  log: LogFile,
  packs: Type.Array(
    Type.String({
      pattern: PACK_ENTRY.source,
      description: 'a folder from this file, beginning with ./ or ../ or /, or the name of an npm package that is installed beside it',
    }),
  ),
  policies: Strict({
    folder: Type.String({ description: 'Folder of the compiled policy bundles, from this file' }),
    confirmation: Type.Enum(['in-production', 'always', 'never'], {
      default: 'in-production',
      description: 'Whether a second person must confirm a bundle that is switched on while the server runs',
    }),
    store_evaluations: Type.Boolean({
      default: true,
      description: 'Whether each AuthZEN evaluation is a decision on record, metered and with a receipt, before it is answered',
    }),
    trusted_keys: Type.Record(Type.String(), Type.String({ pattern: '^-----BEGIN PUBLIC KEY-----' }), {
      default: {},
      description: 'Ed25519 public keys in PEM, by key id; where there are any, bundles that are switched on must be signed by one',
    }),
  }),
  slo: Type.Object(
    { policy_decision_p95_ms: Type.Number({ exclusiveMinimum: 0, default: 50, description: 'So long may 95 of 100 policy decisions take' }) },
    { additionalProperties: false, default: {} },
  ),
  identity: Type.Object(
    { issuers: Type.Array(Issuer, { default: [], description: 'Whose JWTs are believed as bearer tokens, and where people sign in' }) },
    { additionalProperties: false, default: {} },
  ),
  tenants: Type.String({ description: 'Folder of tenant files, from this file' }),
  webhooks: Type.Object(
    {
      allowed_networks: Networks,
      give_up_after_hours: Type.Integer({ minimum: 1, maximum: 720, default: 72, description: 'So long is a webhook tried again that nobody takes' }),
    },
    { additionalProperties: false, default: {}, description: 'Where webhooks may go beside the internet, and for how long they are tried' },
  ),
  http: Strict({
    body_limit_bytes: Type.Integer({ minimum: 1024 }),
    outcome_wait_ms: Type.Integer({ minimum: 0, maximum: 30_000 }),
    public_url: Type.Optional(
      Type.String({ pattern: '^https?://[^/]+$', description: 'Where clients reach the server, if a proxy stands before it' }),
    ),
    ...rateLimitFields,
    trusted_proxies: Type.Array(Type.String(), {
      default: [],
      description: 'Networks of the proxies before the server, such as 10.20.0.0/16: what they say in X-Forwarded-For is believed',
    }),
    session_minutes: Type.Integer({ minimum: 1, maximum: 525_600, default: 720, description: 'How long a sign-in lasts, used or not' }),
    heartbeat_ms: Type.Integer({
      minimum: 100,
      maximum: 300_000,
      default: 15_000,
      description: 'How often an event stream says that it is there: more often than a proxy gives up on what is silent',
    }),
  }),
});

export interface Config extends RateLimits {
  readonly environment: Environment;
  readonly dataDir: string;
  readonly origin: string;
  readonly log: LogConfig;
  /** null where traces are not exported. */
  readonly traces: TracesConfig | null;
  /** Folders, absolute. */
  readonly packPaths: readonly string[];
  readonly policies: {
    readonly folder: string;
    readonly confirm: boolean;
    readonly storeEvaluations: boolean;
    readonly trustedKeys: Readonly<Record<string, string>>;
  };
  /** So many milliseconds may 95 of 100 policy decisions take. */
  readonly policyDecisionTargetMs: number;
  readonly issuers: readonly Issuer[];
  /** Those at which people sign in with their browser. */
  readonly signIns: readonly SignInIssuer[];
  readonly tenants: readonly TenantFile[];
  /** Where webhooks may go beside the public internet. */
  readonly webhookNetworks: readonly string[];
  /** Hours for which a webhook is tried again. */
  readonly webhookGiveUpAfterHours: number;
  readonly bodyLimit: number;
  readonly outcomeWaitMs: number;
  readonly publicUrl: string | null;
  /** Networks. */
  readonly trustedProxies: readonly string[];
  readonly sessionMinutes: number;
  readonly heartbeatMs: number;
  /** Whether a start fills the tenants that are there for demonstrations, where that was not done before. */
  readonly seedsAtStart: boolean;
}

/** @param root what relative paths of the environment start from @throws ConfigError listing every error */
export function loadConfig(variables: NodeJS.ProcessEnv, root: string): Config {
  const errors: string[] = [];
  const env = readEnvironment(variables, root, errors);
  const production = env.NODE_ENV === 'production';
  const traces = tracesConfigOf(env);
  errors.push(...traces.errors.map((error) => `environment: ${error}`));
  const dataDir = dataDirOf(variables, root);
  const path = resolve(root, env.SUMMIT_CONFIG ?? 'config/summit.json');
  const file = readJson<Static<typeof ConfigFile>>(path, ConfigFile, errors);
  const base = dirname(path);
  errors.push(
    ...Object.entries(file?.policies.trusted_keys ?? {}).flatMap(([id, pem]) =>
      isEd25519(pem) ? [] : [`${path}: policies.trusted_keys.${id} is no Ed25519 public key`],
    ),
  );
  const log = file ? logConfigOf(file.log, { base, dataDir, production, replicas: env.SUMMIT_REPLICAS }) : null;
  errors.push(...(log?.errors ?? []).map((error) => `${path}: ${error}`));
  if (production) errors.push(...unfitForProduction(env, log?.config ?? null));
  const tenants = file ? readTenants(resolve(base, file.tenants), production, errors) : [];
  const around = { tenants: tenants.map(({ id }) => id), origin: file?.log.origin ?? '', production };
  errors.push(...issuerErrors(file?.identity.issuers ?? [], around).map((error) => `${path}: ${error}`));
  const signIns = signInsOf(file, { variables, root, path, production }, errors);
  const inFile = [
    ...networkErrors('webhooks.allowed_networks', file?.webhooks.allowed_networks),
    ...networkErrors('http.trusted_proxies', file?.http.trusted_proxies),
    ...rateLimitErrors(file?.http),
  ];
  errors.push(...inFile.map((error) => `${path}: ${error}`));
  if (errors.length > 0 || !file || !log) throw new ConfigError(errors);
  return {
    environment: env,
    dataDir,
    origin: file.log.origin,
    log: log.config,
    traces: traces.config,
    packPaths: file.packs.map((entry) => folderOf(entry, base)),
    policies: {
      folder: resolve(base, file.policies.folder),
      confirm: file.policies.confirmation === 'always' || (file.policies.confirmation === 'in-production' && production),
      storeEvaluations: file.policies.store_evaluations,
      trustedKeys: file.policies.trusted_keys,
    },
    policyDecisionTargetMs: file.slo.policy_decision_p95_ms,
    issuers: file.identity.issuers,
    signIns,
    tenants,
    webhookNetworks: withLoopback(file.webhooks.allowed_networks, production),
    webhookGiveUpAfterHours: file.webhooks.give_up_after_hours,
    bodyLimit: file.http.body_limit_bytes,
    outcomeWaitMs: file.http.outcome_wait_ms,
    publicUrl: file.http.public_url ?? null,
    ...rateLimitsOf(file.http),
    trustedProxies: file.http.trusted_proxies,
    sessionMinutes: file.http.session_minutes,
    heartbeatMs: file.http.heartbeat_ms,
    seedsAtStart: env.NODE_ENV === 'development' && env.SUMMIT_SEED === 'on',
  };
}

function isEd25519(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'ed25519';
  } catch {
    // What is no key is none of that type either.
    return false;
  }
}

function readTenants(folder: string, production: boolean, errors: string[]): readonly TenantFile[] {
  const names = list(folder, errors)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const tenants = names.flatMap((name) => {
    const tenant = readJson<TenantFile>(join(folder, name), TenantFile, errors);
    if (!tenant) return [];
    if (`${tenant.id}.json` !== name) errors.push(`${join(folder, name)}: id is "${tenant.id}", so the file must be called ${tenant.id}.json`);
    errors.push(...inconsistenciesOf(tenant, production).map(({ path, message }) => `${join(folder, name)}: ${path} ${message}`));
    return [tenant];
  });
  return tenants;
}

function list(folder: string, errors: string[]): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    errors.push(`${folder}: ${(error as Error).message}`);
    return [];
  }
}

function readJson<T>(path: string, schema: TSchema, errors: string[]): T | null {
  let value: unknown;
  try {
    value = withFiles(JSON.parse(readFileSync(path, 'utf8')), path, errors);
  } catch (error) {
    errors.push(`${path}: ${(error as Error).message}`);
    return null;
  }
  const found = errorsIn(schema, value);
  errors.push(...found.map(({ path: field, message }) => `${path}: ${field} ${message}`));
  return found.length > 0 ? null : (value as T);
}

import { join, relative, resolve, sep } from 'node:path';
import { type Static, Strict, Type } from '../../sdk/index.ts';

const Url = Type.String({ pattern: '^https?://[^ ]+$' });

/** The part of the configuration file that says how logs are named, signed, guarded and witnessed. */
export const LogFile = Strict({
  origin: Type.String({ pattern: '^[^\\s+]+$', description: 'Names the logs, without spaces or +: <origin>/<tenant>' }),
  secret_file: Type.Optional(Type.String({ description: 'From this file: 32 random bytes or more that the keys are derived from' })),
  signer: Type.Optional(
    Strict(
      { url: Url, token_file: Type.Optional(Type.String({ description: 'From this file: the bearer token it wants' })) },
      { description: 'Signs checkpoints and bundles in place of the secret' },
    ),
  ),
  guard: Type.Optional(
    Type.Union([
      Strict({
        folder: Type.String({ description: 'From this file: on storage that all replicas share, and that no backup of the database brings back' }),
        shared: Type.Optional(Type.Boolean({ description: 'Says that it is on such storage, where there are several replicas' })),
      }),
      Strict({ witness: Type.String({ description: 'The name of a witness, without which nothing is signed' }) }),
    ]),
  ),
  witnesses: Type.Array(Strict({ name: Type.String({ pattern: '^[^\\s#]+$' }), vkey: Type.String(), url: Url }), { default: [] }),
  quorum: Type.Optional(Type.Integer({ minimum: 0, description: 'Of the witnesses, how many an auditor should want; all of them unless said' })),
});

export interface LogConfig {
  /** `create` where a secret is made at first start: in development only. */
  readonly secret: { readonly path: string; readonly create: boolean };
  readonly signer: { readonly url: string; readonly tokenFile: string | null } | null;
  readonly guard: { readonly folder: string; readonly shared: boolean } | { readonly witness: string };
  readonly witnesses: readonly { readonly name: string; readonly vkey: string; readonly url: string }[];
  readonly quorum: number;
}

interface Surroundings {
  /** The folder of the configuration file. */
  readonly base: string;
  readonly dataDir: string;
  readonly production: boolean;
  readonly replicas: number;
}

/** In production nothing that proves anything may come about by itself, or lie where a backup brings it back. */
export function logConfigOf(
  file: Static<typeof LogFile>,
  { base, dataDir, production, replicas }: Surroundings,
): { config: LogConfig; errors: readonly string[] } {
  const names = file.witnesses.map(({ name }) => name);
  const config: LogConfig = {
    secret:
      file.secret_file === undefined
        ? { path: join(dataDir, 'keys', 'log.secret'), create: true }
        : { path: resolve(base, file.secret_file), create: false },
    signer: file.signer
      ? { url: file.signer.url, tokenFile: file.signer.token_file === undefined ? null : resolve(base, file.signer.token_file) }
      : null,
    guard: guardOf(file.guard, base, dataDir),
    witnesses: file.witnesses,
    quorum: file.quorum ?? names.length,
  };
  const { guard } = config;
  const errors = [
    ...names.flatMap((name, index) => (names.indexOf(name) < index ? [`log.witnesses.${index}.name ${name} is there twice`] : [])),
    ...names.flatMap((name, index) => (name === 'none' ? [`log.witnesses.${index}.name none means that there is none`] : [])),
    ...(config.quorum > names.length ? [`log.quorum is ${config.quorum}, and there are ${names.length} witnesses`] : []),
    ...('witness' in guard && !names.includes(guard.witness) ? [`log.guard.witness ${guard.witness} is not one of log.witnesses`] : []),
    ...(production && config.secret.create ? ['log.secret_file must be set in production: all replicas sign with the same keys'] : []),
    ...(production && 'folder' in guard && isInside(guard.folder, dataDir)
      ? ['log.guard must be set in production, to a witness or to a folder outside of the data directory: what lies there comes back with its backup']
      : []),
    ...(production && replicas > 1 && 'folder' in guard && !guard.shared
      ? [
          `log.guard.folder must be on storage that all ${replicas} replicas share (SUMMIT_REPLICAS), or the log stands still: ` +
            'say "shared": true where it is, or name a witness',
        ]
      : []),
  ];
  return { config, errors };
}

function guardOf(guard: Static<typeof LogFile>['guard'], base: string, dataDir: string): LogConfig['guard'] {
  if (!guard) return { folder: join(dataDir, 'guard'), shared: false };
  return 'folder' in guard ? { folder: resolve(base, guard.folder), shared: guard.shared ?? false } : guard;
}

function isInside(path: string, folder: string): boolean {
  const [first] = relative(folder, path).split(sep);
  return first !== '..';
}

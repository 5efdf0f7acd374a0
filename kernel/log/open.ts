import { readFileSync } from 'node:fs';
import { parseVkey } from '../../sdk/verify/note.ts';
import { type Config, ConfigError } from '../config/config.ts';
import { FileGuard, type Guard } from './guard.ts';
import { NoteSigner } from './note-signer.ts';
import type { Pinned } from './policy-file.ts';
import { RemoteSigner, type SealingKeys, SecretSigner, type WebhookSecrets } from './signer.ts';
import type { Witness } from './witness-client.ts';
import { WitnessGuard } from './witness-guard.ts';

/** What signs, guards and witnesses the logs, as configured. */
export interface LogFoundations {
  /** Signs what cannot wait for another machine: promises. */
  readonly promiseSigner: NoteSigner;
  /** Signs checkpoints and bundles. */
  readonly checkpointSigner: NoteSigner;
  readonly guard: Guard;
  readonly witnesses: readonly Witness[];
  readonly pinned: Pinned;
  /** Derived from the secret that the keys come from. */
  readonly webhookSecrets: WebhookSecrets;
  /** Derived from the same. */
  readonly sealingKeys: SealingKeys;
}

/** A key of a witness, in a vkey (C2SP tlog-cosignature). */
const COSIGNATURE = 4;

/** @throws ConfigError for a key that is none; Error where a secret cannot be read */
export async function openLog({ log, origin }: Pick<Config, 'log' | 'origin'>): Promise<LogFoundations> {
  const secretSigner = log.secret.create ? SecretSigner.openOrCreate(log.secret.path) : SecretSigner.open(log.secret.path);
  const remote =
    log.signer && new RemoteSigner(log.signer.url, log.signer.tokenFile === null ? null : readFileSync(log.signer.tokenFile, 'utf8').trim());
  const witnesses = await Promise.all(log.witnesses.map(witnessOf));
  const promiseSigner = new NoteSigner(secretSigner);
  const checkpointSigner = remote ? new NoteSigner(remote) : promiseSigner;
  return {
    promiseSigner,
    checkpointSigner,
    guard: guardOf(log.guard, witnesses),
    witnesses,
    pinned: { host: origin, checkpointSigner, promiseSigner, witnesses, quorum: log.quorum },
    webhookSecrets: secretSigner,
    sealingKeys: secretSigner,
  };
}

function guardOf(guard: Config['log']['guard'], witnesses: readonly Witness[]): Guard {
  if ('folder' in guard) return new FileGuard(guard.folder);
  const witness = witnesses.find(({ name }) => name === guard.witness);
  if (!witness) throw new ConfigError([`log.guard.witness ${guard.witness} is not one of log.witnesses`]);
  return new WitnessGuard(witness);
}

async function witnessOf({ name, vkey, url }: Config['log']['witnesses'][number], index: number): Promise<Witness> {
  const key = await parseVkey(vkey).catch((error: Error) => {
    throw new ConfigError([`log.witnesses.${index}.vkey: ${error.message}`]);
  });
  if (key.type !== COSIGNATURE) throw new ConfigError([`log.witnesses.${index}.vkey is no key of a witness: its type is ${key.type}`]);
  return { name, key, url };
}

import { vkeyOf } from '../../sdk/verify/note.ts';
import type { Transaction } from '../database/database.ts';
import { bundleKeyName, logOrigin, promiseKeyName, tenantOrigin } from './names.ts';
import type { NoteSigner } from './note-signer.ts';
import type { Witness } from './witness-client.ts';

/** Whose keys an auditor pins. */
export interface Pinned {
  readonly host: string;
  readonly checkpointSigner: NoteSigner;
  readonly promiseSigner: NoteSigner;
  readonly witnesses: readonly Witness[];
  readonly quorum: number;
}

/** The file that an auditor pins (C2SP tlog-policy): the keys of every epoch of a tenant's log, and which witnesses must have seen it. */
export async function policyFile(
  tx: Transaction,
  tenant: string,
  { host, checkpointSigner, promiseSigner, witnesses, quorum }: Pinned,
): Promise<string> {
  const later = await tx.query<{ epoch: number }>('SELECT epoch FROM log_epochs WHERE tenant_id = $1 ORDER BY epoch', [tenant]);
  const origins = [{ epoch: 1 }, ...later].map(({ epoch }) => logOrigin(tenantOrigin(host, tenant), epoch));
  const logs = await Promise.all(
    origins.map(async (origin) => [
      `log ${vkeyOf(await checkpointSigner.key(origin))}`,
      `# promise ${vkeyOf(await promiseSigner.key(promiseKeyName(origin)))}`,
      `# bundle ${vkeyOf(await checkpointSigner.key(bundleKeyName(origin)))}`,
    ]),
  );
  const lines = [
    `# Who signs for tenant ${tenant}. Get this file once, by a way that you trust, and keep it.`,
    ...logs.flat(),
    ...witnesses.map(({ name, key, url }) => `witness ${name} ${vkeyOf(key)} ${url}`),
    ...quorumLines(
      witnesses.map(({ name }) => name),
      quorum,
    ),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function quorumLines(names: readonly string[], quorum: number): readonly string[] {
  if (quorum === 0) return ['quorum none'];
  const [only] = names;
  return names.length === 1 ? [`quorum ${only}`] : [`group summit-witnesses ${quorum} ${names.join(' ')}`, 'quorum summit-witnesses'];
}

import { verifyNote } from '../../sdk/verify/note.ts';
import { type LogStanding, logStanding, setBack } from '../log/standing.ts';
import { type Finding, findingsOf } from './finding.ts';
import type { Patient } from './patient.ts';

const { ok, failed } = findingsOf('log');
const RUNBOOK = 'docs/runbook.md, Backup and restore, says what it may mean and how the log goes on.';

/** Whether what signs and guards the logs is what has signed and guarded what the database holds. */
export async function examineLogs(patient: Patient): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const tenants = await patient.database.transaction('summit', 'read', (tx) => tx.query<{ id: string }>('SELECT id FROM tenants ORDER BY id'));
  for (const { id } of tenants) {
    const fault = await faultOf(patient, id);
    if (fault) found.push(fault);
  }
  return found.length > 0 ? found : [ok(`signed by the configured key, and as the guard knows it, for each of the tenants: ${tenants.length}`)];
}

async function faultOf({ database, guard, pinned, config, halted }: Patient, tenant: string): Promise<Finding | null> {
  const reason = halted.get(tenant);
  if (reason !== undefined) return failed(`the log of ${tenant} stands still: ${reason}`, RUNBOOK);
  const standing = await logStanding({ database, guard, host: pinned.host }, tenant);
  const behind = setBack(standing);
  if (behind !== null) return failed(`the log of ${tenant} ${behind}`, RUNBOOK);
  const { signed, guarded, origin } = standing;
  if (signed !== null && guarded === null && 'folder' in config.log.guard) {
    return failed(
      `the guard in ${config.log.guard.folder} knows nothing of ${origin}, of which ${signed.size} leaves were signed`,
      'Mount the folder that guarded it, the same for all replicas; where that is lost, its newest copy.',
    );
  }
  return signatureFault(pinned, standing);
}

async function signatureFault(pinned: Patient['pinned'], { origin, signed }: LogStanding): Promise<Finding | null> {
  if (signed === null) return null;
  const key = await pinned.checkpointSigner.key(origin);
  const { verified } = await verifyNote(signed.note, [key]);
  if (verified.length > 0) return null;
  return failed(
    `the newest checkpoint of ${origin} was signed by another key than the configured one`,
    'Put back the secret (log.secret_file) or the signer that it was signed with: under other keys it must be another log (log.origin).',
  );
}

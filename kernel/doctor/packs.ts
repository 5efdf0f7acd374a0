import { packErrorsIn } from '../packs/tenant-errors.ts';
import { type Finding, findingsOf } from './finding.ts';
import type { Patient } from './patient.ts';

const { ok, failed } = findingsOf('packs');
const MEND = 'Mend it and restart: docs/runbook.md says more. All else works meanwhile.';

/** Packs that failed, for want of a policy or otherwise, and what tenants' files ask of packs that cannot be had. */
export function examinePacks({ packs, config }: Pick<Patient, 'packs' | 'config'>): readonly Finding[] {
  const found = [
    ...packs.failed.map(({ id, reason }) => failed(`${id} is disabled: ${reason}`, MEND)),
    ...config.tenants.flatMap((file) =>
      packErrorsIn(file, packs).map((error) => failed(error, 'Mend the tenant file: with it as it is, no server starts.')),
    ),
  ];
  return found.length > 0 ? found : [ok(`${config.packPaths.length} packs, each with the policies that it needs`)];
}

import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Patient } from '../doctor/patient.ts';
import type { TransparencyLog } from '../log/log.ts';
import { VERSION } from '../version.ts';

export interface DoctorCommandServices extends Omit<Patient, 'halted'> {
  readonly transparencyLog: TransparencyLog;
}

/** What a running server says to `summit doctor`. */
export function createDoctorCommands({ transparencyLog, config, packs, database, guard, pinned }: DoctorCommandServices) {
  return {
    async doctor(): Promise<{ version: string; findings: readonly Finding[] }> {
      const { halted } = transparencyLog;
      return { version: VERSION, findings: await examine({ config, packs, database, guard, pinned, halted }) };
    },
  };
}

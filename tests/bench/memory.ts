import { readFileSync } from 'node:fs';

/** Resident memory in MiB; NaN where the system does not tell. */
export interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** As Linux tells it; elsewhere there is nothing to read. */
export function memoryOf(pid: number | undefined): Memory {
  const field = (name: string) => {
    try {
      return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    } catch {
      return Number.NaN;
    }
  };
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

export function mebibytes(size: number): string {
  return Number.isNaN(size) ? 'unknown' : `${Math.round(size)} MiB`;
}

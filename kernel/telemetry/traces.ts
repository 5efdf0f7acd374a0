import type { Logger } from 'pino';
import type { TracesConfig } from '../config/traces.ts';

export interface TraceExport {
  /** Sends what has not been sent, and gives the process back as it was. Never throws. */
  stop(): Promise<void>;
}

/** Exports the traces of this process where that is configured. @returns null where it is not: nothing of the SDK is loaded, and no span is made */
export async function openTraces(config: TracesConfig | null, log: Logger): Promise<TraceExport | null> {
  if (config === null) return null;
  const { exportTraces } = await import('./export.ts');
  return exportTraces(config, log);
}

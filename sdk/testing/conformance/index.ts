import { basename } from 'node:path';
import { suite } from 'uvu';
import { pathOf } from '../pack-folders.ts';
import type { Check } from './check.ts';
import { actionChecks } from './checks/actions.ts';
import { dashboardChecks } from './checks/dashboards.ts';
import { evidenceChecks } from './checks/evidence.ts';
import { failureChecks } from './checks/failures.ts';
import { fileChecks } from './checks/files.ts';
import { idempotencyChecks } from './checks/idempotency.ts';
import { jobChecks } from './checks/jobs.ts';
import { queryChecks } from './checks/queries.ts';
import { recordChecks } from './checks/records.ts';
import { tableChecks } from './checks/tables.ts';
import type { ConformanceOptions } from './options.ts';
import { openStage, type Stage } from './stage.ts';

export type { ConformanceOptions, Input, InputsOf } from './options.ts';

/** In their order: evidence before decisions are made up, and the records of it all at the end. */
const CHECKS: readonly Check[] = [
  ...fileChecks,
  ...actionChecks,
  ...evidenceChecks,
  ...queryChecks,
  ...dashboardChecks,
  ...jobChecks,
  ...idempotencyChecks,
  ...failureChecks,
  ...tableChecks,
  ...recordChecks,
];

/**
 * The suite that every pack must pass, as a suite of uvu that is named after the pack's folder: every action with a route allowed, denied, thrown,
 * replayed, at once with another, by another tenant, with the pack switched off; every transition with its receipt, every decision
 * with its reasons, evidence that verifies, a manifest that is complete, no import of the kernel.
 *
 * @example
 * conforms(new URL('..', import.meta.url));
 *
 * @example
 * conforms(new URL('..', import.meta.url), {
 *   settings: { 'vendor-risk': { critical_from: 80 } },
 *   inputs: { 'vendor-risk.vendor.create': [{ name: 'Globex', score: 10 }, { name: 'Initech', score: 90 }] },
 *   unreached: { 'vendor-risk.vendor suspended → closed': 'the register closes it, which no test has' },
 * });
 *
 * @param folder the pack's: `new URL('..', import.meta.url)` from its tests
 */
export function conforms(folder: string | URL, options: ConformanceOptions = {}): void {
  const test = suite(`${basename(pathOf(folder))} conforms`);
  let stage: Stage | undefined;
  test('it starts, and its subjects can be taken through their states', async () => {
    stage = await openStage(folder, options);
  });
  for (const { name, faults } of CHECKS) {
    test(name, async () => report(stage ? await faults(stage) : ['it could not be looked at, since the pack did not start']));
  }
  test.after(() => stage?.kit.close());
  test.run();
}

/** What does not hold, by the name of what should: nothing of a pack that conforms. @throws Error where the pack does not even start */
export async function nonconformities(folder: string | URL, options: ConformanceOptions = {}): Promise<ReadonlyMap<string, readonly string[]>> {
  const stage = await openStage(folder, options);
  try {
    const found = new Map<string, readonly string[]>();
    for (const { name, faults } of CHECKS) {
      const said = await faults(stage);
      if (said.length > 0) found.set(name, said);
    }
    return found;
  } finally {
    await stage.kit.close();
  }
}

/** As one failure, whose place in the code tells its author nothing. */
function report(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const error = new Error(faults.map((fault) => `\n      · ${fault}`).join(''));
  error.stack = '';
  throw error;
}

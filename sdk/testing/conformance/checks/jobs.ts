import { runWhenDue, whileDue } from '../absence.ts';
import { type Check, faultsOfEach } from '../check.ts';
import { newestReceipt, outcomesAfter } from '../history.ts';
import type { Stage } from '../stage.ts';
import { switchedOff } from './actions.ts';

export const jobChecks: readonly Check[] = [
  { name: 'every job runs, and acts where something is due', faults: runningFaults },
  { name: 'switched off, the pack does nothing by itself, whatever is due', faults: idleFaults },
];

/** A job that is never due does nothing that could be wrong. */
async function runningFaults({ kit, options, walk }: Stage): Promise<readonly string[]> {
  const { jobs } = kit.pack;
  const { undue = {} } = options;
  const stray = Object.keys(undue).filter((id) => !jobs.some((job) => job.id === id));
  const faults = await faultsOfEach(
    jobs,
    ({ id }) => id,
    async (job) => {
      const { id } = job;
      const hasActed = (await runWhenDue(kit, job)) > 0 || walk.jobs.some((known) => known.job.id === id);
      if (hasActed) return id in undue ? 'the option undue names it, and it acted' : null;
      return id in undue ? null : `nothing was ever due for it: give inputs that lead there, or say in the option undue['${id}'] why none can`;
    },
  );
  return [...stray.map((id) => `${id}: the option undue names it, and the pack has no such job`), ...faults];
}

/** Where the suite knows what makes a job due, that is made first. */
async function idleFaults(stage: Stage): Promise<readonly string[]> {
  const { kit, walk } = stage;
  return faultsOfEach(
    kit.pack.jobs,
    ({ id }) => id,
    async (job) => {
      const { id, action } = job;
      const known = walk.jobs.find((candidate) => candidate.job.id === id);
      if (known) {
        await walk.follow(known.before);
        kit.advance({ days: known.days });
      }
      const idle = () =>
        switchedOff(stage, async () => {
          const before = await newestReceipt(kit);
          const acted = await kit.runJob(id);
          const done = await outcomesAfter(kit, before, action.id);
          return acted === 0 && done.length === 0 ? null : `it acts on ${acted} subjects`;
        });
      return whileDue(kit, job, idle);
    },
  );
}

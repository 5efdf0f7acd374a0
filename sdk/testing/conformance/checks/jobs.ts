import { type Check, faultsOfEach } from '../check.ts';
import { newestReceipt, outcomesAfter } from '../history.ts';
import type { Stage } from '../stage.ts';
import { switchedOff } from './actions.ts';

export const jobChecks: readonly Check[] = [
  {
    name: 'every job runs',
    faults: ({ kit }) =>
      faultsOfEach(
        kit.pack.jobs,
        ({ id }) => id,
        async ({ id }) => {
          await kit.runJob(id);
          return null;
        },
      ),
  },
  { name: 'switched off, the pack does nothing by itself, whatever is due', faults: idleFaults },
];

/** Where the suite knows what makes a job due, that is made first. */
async function idleFaults(stage: Stage): Promise<readonly string[]> {
  const { kit, walk } = stage;
  return faultsOfEach(
    kit.pack.jobs,
    ({ id }) => id,
    async ({ id, action }) => {
      const known = walk.jobs.find(({ job }) => job.id === id);
      if (known) {
        await walk.follow(known.before);
        kit.advance({ days: known.days });
      }
      return switchedOff(stage, async () => {
        const before = await newestReceipt(kit);
        const acted = await kit.runJob(id);
        const done = await outcomesAfter(kit, before, action.id);
        return acted === 0 && done.length === 0 ? null : `it acts on ${acted} subjects`;
      });
    },
  );
}

import { Day, type Job, type JobCommand, Period, Problem, Strict, Type } from '../../sdk/index.ts';
import { TenantFile } from '../config/tenant.ts';
import type { JobScheduler } from '../jobs/jobs.ts';
import type { PackRegistry } from '../packs/registry.ts';
import type { Tenants } from '../tenancy/tenants.ts';
import { assertValid } from '../validation.ts';

const RunJob = Strict({
  name: Type.String({ minLength: 1 }),
  tenant: Type.Optional(TenantFile.properties.id),
  day: Type.Optional(Day),
  period: Type.Optional(Period),
});

export interface JobCommandServices {
  readonly jobs: JobScheduler;
  readonly packs: PackRegistry;
  readonly tenants: Tenants;
}

/** What `summit run` is made of. */
export function createJobCommands({ jobs, packs, tenants }: JobCommandServices) {
  return {
    /** Runs a job by hand, for one tenant or for each that has its pack. */
    async runJob(input: unknown): Promise<{ runs: readonly object[] }> {
      assertValid(RunJob, input);
      const { pack, job, command } = commandNamed(packs, input.name);
      const value = input[command.option];
      if (value === undefined) throw missing(input.name, command);
      if (input.tenant !== undefined) await tenants.require(input.tenant);
      const runs: object[] = [];
      for (const tenant of input.tenant === undefined ? await tenants.ids() : [input.tenant]) {
        const run = await jobs.runByHand(pack, job, command, value, tenant).catch((error: unknown) => {
          // Of several tenants, one that cannot be does not hold up the others.
          if (input.tenant !== undefined || !(error instanceof Problem) || error.code !== 'invalid-state') throw error;
          return { error: error.message };
        });
        if (run) runs.push({ tenant, ...run });
      }
      return { runs };
    },
  };
}

interface Named {
  readonly pack: string;
  readonly job: Job;
  readonly command: JobCommand;
}

/** @throws Problem `not-found` naming those that there are */
function commandNamed(packs: PackRegistry, name: string): Named {
  const known = packs.all.flatMap(({ id, jobs }) => jobs.flatMap((job): Named[] => (job.command ? [{ pack: id, job, command: job.command }] : [])));
  const found = known.find(({ command }) => command.name === name);
  if (found) return found;
  throw new Problem('not-found', `There is no job ${name} to run by hand. There are ${known.map(({ command }) => command.name).join(', ')}.`);
}

function missing(name: string, { option }: JobCommand): Problem {
  return new Problem('invalid-input', `${name} needs --${option}`, { errors: [{ path: option, message: 'is required' }] });
}

import type { Job } from '../../work.ts';
import type { RiggedPack } from '../kit.ts';
import { OPERATOR } from '../people.ts';

/**
 * Does some work when a job is due: one that sees to what leavers leave behind, once everybody has left but the
 * operator, who switches packs. They come back as they were.
 */
export async function whileDue<T>(kit: RiggedPack, { afterDeparture }: Pick<Job, 'afterDeparture'>, work: () => Promise<T>): Promise<T> {
  if (!afterDeparture) return work();
  const { tenants, config } = kit.summit.services;
  const file = config.tenants.find((tenant) => tenant.id === kit.tenant);
  if (!file) throw new Error(`the kit has no file of ${kit.tenant}`);
  await tenants.apply([{ ...file, users: file.users.filter(({ handle }) => handle === OPERATOR) }]);
  try {
    return await work();
  } finally {
    await tenants.apply([file]);
  }
}

/** @returns how many subjects it acted on */
export function runWhenDue(kit: RiggedPack, job: Pick<Job, 'id' | 'afterDeparture'>): Promise<number> {
  return whileDue(kit, job, () => kit.runJob(job.id));
}

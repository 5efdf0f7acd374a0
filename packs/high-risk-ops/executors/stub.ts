import type { TargetExecutor } from './executor.ts';

/** Grants nothing and says so in the log: for demonstrations, and until a target is given a real executor. */
export const stub: TargetExecutor = {
  async grant({ id, target, durationMinutes }, { fails }, log) {
    if (fails) throw new Error(`${target} is configured to fail`);
    log.info({ request: id, target, duration_minutes: durationMinutes }, 'grant DB access (stub: no database was touched)');
  },
};

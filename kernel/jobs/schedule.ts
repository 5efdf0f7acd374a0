import { Job } from 'node-schedule';

/** Whether a cron expression means any time. */
export function isSchedule(rule: string): boolean {
  const job = new Job(() => undefined);
  const scheduled = job.schedule({ rule, tz: 'UTC' });
  job.cancel();
  return scheduled;
}

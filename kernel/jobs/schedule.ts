import cronParser from 'cron-parser';
import { scheduleJob } from 'node-schedule';

/** Whether a rule is a cron expression that means any time: read as node-schedule reads it, and not scheduled for that. */
export function isSchedule(rule: string): boolean {
  try {
    cronParser.parseExpression(rule, { tz: 'UTC' });
    return true;
  } catch {
    return false;
  }
}

/** @returns when a rule means next by the clock as it is, which may be set; null for never again */
export function nextTime(rule: string): Date | null {
  const job = scheduleJob({ rule, tz: 'UTC' }, () => undefined);
  const next = job?.nextInvocation() ?? null;
  // Its timer is not waited for: one that fires before the clock is there is armed anew out of reach of cancel and reschedule.
  job?.cancel();
  return next && new Date(next.getTime());
}

import cronParser from 'cron-parser';

/** Whether a rule is a cron expression that means any time: read as node-schedule reads it, and not scheduled for that. */
export function isSchedule(rule: string): boolean {
  try {
    cronParser.parseExpression(rule, { tz: 'UTC' });
    return true;
  } catch {
    return false;
  }
}

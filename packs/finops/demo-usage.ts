import { sha256 } from '@summit/sdk';
import { dayAfter, firstDayOf, periodOf } from './period.ts';

/** A day of the working week; the customer grows by so much each month. */
const DECISIONS = 41_000;
const GROWTH = 1.07;
/** From Sunday on. */
const WEEKDAYS = [0.16, 0.94, 1.08, 1.1, 1.04, 0.88, 0.2];
const DECISIONS_PER_RUN = 8.6;
/** So far a day is above or below what it would be. */
const NOISE = 0.12;

/**
 * What is reported of a month up to yesterday: CloudEvents of two meters for each day, which say that they are made up. They come out the
 * same whenever they are made.
 * @param months for how many the customer has been there
 */
export function demoUsage(period: string, today: string, months: number) {
  const events: ReturnType<typeof usage>[] = [];
  for (let day = firstDayOf(period); periodOf(day) === period && day < today; day = dayAfter(day, 1)) {
    const decisions = Math.round(DECISIONS * GROWTH ** months * rhythmOf(day));
    events.push(usage(day, 'policy_decision', decisions), usage(day, 'workflow_run', Math.round(decisions / DECISIONS_PER_RUN)));
  }
  return events;
}

function usage(day: string, type: string, quantity: number) {
  return {
    specversion: '1.0',
    id: `${type}-${day}`,
    source: '/summit-demo',
    type,
    // In that day from Honolulu to Auckland.
    time: `${day}T10:30:00Z`,
    subject: 'made up, for demonstrations',
    data: { quantity: String(quantity), demo: 'true' },
  };
}

function rhythmOf(day: string): number {
  const weekday = WEEKDAYS[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 1;
  const drawn = Number.parseInt(sha256(day).slice(0, 8), 16) / 0xffffffff;
  return weekday * (1 + NOISE * (2 * drawn - 1));
}

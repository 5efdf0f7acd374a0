import { isPeriod, Problem } from '@summit/sdk';

export function periodOf(day: string): string {
  return day.slice(0, 7);
}

export function nextPeriod(period: string): string {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return month === 12 ? `${year + 1}-01` : `${year}-${String(month + 1).padStart(2, '0')}`;
}

export function firstDayOf(period: string): string {
  return `${period}-01`;
}

export function lastDayOf(period: string): string {
  return dayAfter(firstDayOf(nextPeriod(period)), -1);
}

export function dayAfter(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}

/** What stands in a path. @throws Problem `invalid-input` */
export function periodIn(text: string | undefined): string {
  if (text !== undefined && isPeriod(text)) return text;
  const message = 'is not valid: a month such as 2026-11';
  throw new Problem('invalid-input', `period ${message}`, { errors: [{ path: 'period', message }] });
}

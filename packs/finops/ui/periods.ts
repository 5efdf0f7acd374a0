/** Months such as `2026-11`, and days such as `2026-11-22`, of a time zone. */

const MONTHS_OFFERED = 24;

export function currentPeriod(timeZone: string, now = new Date()): string {
  return dayIn(timeZone, now).slice(0, 7);
}

export function neighbour(period: string, by: number): string {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + by)).toISOString().slice(0, 7);
}

/** Newest first, from this month on, and the one that is chosen in any case. */
export function periodsToChoose(chosen: string, current: string): readonly string[] {
  const offered = Array.from({ length: MONTHS_OFFERED }, (_, back) => neighbour(current, -back));
  return offered.includes(chosen) ? offered : [...offered, chosen].sort().reverse();
}

export function isPeriod(text: string | undefined): text is string {
  return text !== undefined && /^[12]\d{3}-(0[1-9]|1[0-2])$/.test(text);
}

/** Of a month as far as it has come. */
export function daysOf(period: string, timeZone: string, now = new Date()): readonly string[] {
  const today = dayIn(timeZone, now);
  const [year = 0, month = 1] = period.split('-').map(Number);
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return Array.from({ length }, (_, index) => `${period}-${String(index + 1).padStart(2, '0')}`).filter((day) => day <= today);
}

/** The moments between which a day lies; at a change of the clocks it is shorter or longer than others. */
export function boundsOf(day: string, timeZone: string): { readonly since: string; readonly before: string } {
  const [year = 0, month = 1, number = 1] = day.split('-').map(Number);
  return { since: midnight(year, month, number, timeZone), before: midnight(year, month, number + 1, timeZone) };
}

function midnight(year: number, month: number, day: number, timeZone: string): string {
  const utc = Date.UTC(year, month - 1, day);
  // By the clock of the place at about that time, and once more, since the clock may change in between.
  const first = utc - offsetOf(timeZone, utc);
  return new Date(utc - offsetOf(timeZone, first)).toISOString();
}

/** How far the clocks of a time zone are ahead of UTC, in milliseconds. */
function offsetOf(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) =>
    Number(parts.find(({ type }) => type === name)?.value),
  );
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

function dayIn(timeZone: string, now: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

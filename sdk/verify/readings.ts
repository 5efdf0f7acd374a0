import { isSameQuantity } from '../rating/index.ts';
import { aggregated } from './aggregation.ts';
import type { BillingRows, Reading, Row } from './billing-rows.ts';
import type { UsageEvent, UsageQuery } from './bundle.ts';
import type { Findings } from './findings.ts';
import { type Calendar, calendarOf } from './local-day.ts';
import type { ShownEvent } from './usage.ts';

/** A tenant moves from one time zone to another now and then; for each, the day of each event is looked up. */
const MOST_ZONES = 8;

/** Quantities that count as no event. */
const ZERO = /^-?0(\.0+)?$/;

/**
 * Each event that is shown is counted in a reading, or came so late that an adjustment names it; and of those days of which all
 * events are shown, each reading comes out of them.
 * @returns how many readings come out as they are
 * @throws TypeError for time zones that are not known here, or too many
 */
export function judgeReadings(usage: UsageQuery | undefined, rows: BillingRows, shown: readonly ShownEvent[], findings: Findings): number {
  if (!usage) return 0;
  const late = new Set([...rows.adjustments.values()].flatMap(({ value }) => value.event_ids));
  const counted = shown.filter(({ event, isAsked }) => isAsked && !late.has(event.id) && !ZERO.test(event.quantity));
  const slots = slotsOf([...rows.readings.values()], counted, findings);
  if (usage.events !== 'all') return 0;
  const corrected = correctedBy(shown, late);
  const asked = currentOf(rows).filter(({ value }) => isAsked(value, usage));
  const problems = asked.map(({ value, path }) => {
    const events = (slots.get(slotOf(value)) ?? []).filter(({ id }) => !corrected.has(id));
    const problem = problemOf(value, events);
    if (problem !== null) findings.add('INVALID', 'reading-differs', `${path}: ${problem}`, path);
    return problem;
  });
  return problems.filter((problem) => problem === null).length;
}

/** The events by where they belong: those of a type, on a day of a calendar. */
function slotsOf(readings: readonly Row<Reading>[], counted: readonly ShownEvent[], findings: Findings): ReadonlyMap<string, readonly UsageEvent[]> {
  const calendars = calendarsOf(readings);
  const slots = new Map(readings.map(({ value }) => [slotOf(value), [] as UsageEvent[]]));
  for (const { event, path } of counted) {
    const places = [...calendars].map(([time_zone, dayOf]) => slotOf({ time_zone, event_type: event.type, day: dayOf(event.timestamp) }));
    for (const place of places) slots.get(place)?.push(event);
    if (places.some((place) => slots.has(place))) continue;
    const message = `${path}: the event ${event.id} is in no reading that is here, and no adjustment names it`;
    findings.add('INVALID', 'event-not-counted', message, path);
  }
  return slots;
}

/** An event that corrects another takes its place. What an adjustment names came after the readings, and corrects nothing in them. */
function correctedBy(shown: readonly ShownEvent[], late: ReadonlySet<string>): ReadonlySet<string> {
  const others = shown.filter(({ event }) => !late.has(event.id) && event.corrects !== event.id);
  return new Set(others.flatMap(({ event }) => event.corrects ?? []));
}

function calendarsOf(readings: readonly { readonly value: Reading }[]): ReadonlyMap<string, Calendar> {
  const zones = new Set(readings.map(({ value }) => value.time_zone));
  if (zones.size > MOST_ZONES) throw new TypeError(`they are of ${zones.size} time zones, at most ${MOST_ZONES} are read`);
  return new Map([...zones].map((zone) => [zone, calendarOf(zone)]));
}

function slotOf({ day, time_zone, event_type }: Pick<Reading, 'day' | 'time_zone' | 'event_type'>): string {
  return JSON.stringify([day, time_zone, event_type]);
}

/** All events of its day are here, where all are. */
function isAsked({ event_type, day, time_zone }: Reading, { types, from_day, to_day, ...usage }: UsageQuery): boolean {
  return types.includes(event_type) && day >= from_day && day <= to_day && time_zone === usage.time_zone;
}

function problemOf({ aggregation, quantity, event_count }: Reading, events: readonly UsageEvent[]): string | null {
  if (event_count !== events.length) return `it counts ${event_count} events, and ${events.length} of them are here`;
  const quantities = events.map((event) => event.quantity);
  const found = aggregation === 'count' ? `${events.length}` : aggregated(aggregation, quantities);
  return isSameQuantity(found, quantity) ? null : `its quantity is ${quantity}, and its events come to ${found}`;
}

/** Of a day that was read again, the newest reading, and that from which the invoice is made. */
function currentOf({ readings, rated }: BillingRows): readonly Row<Reading>[] {
  const billed = new Set([...rated.values()].flatMap(({ value }) => value.reading_ids));
  const newest = new Map<string, number>();
  const keyOf = ({ day, meter, event_type, time_zone }: Reading) => JSON.stringify([day, meter, event_type, time_zone]);
  for (const { value } of readings.values()) newest.set(keyOf(value), Math.max(value.revision, newest.get(keyOf(value)) ?? 0));
  return [...readings.values()].filter(({ value }) => billed.has(value.id) || newest.get(keyOf(value)) === value.revision);
}

import { isSameQuantity } from '../rating/index.ts';
import { aggregated } from './aggregation.ts';
import type { Aggregation, BillingRows, Reading, Row } from './billing-rows.ts';
import type { UsageQuery } from './bundle.ts';
import type { Findings } from './findings.ts';
import { type Calendar, calendarOf } from './local-day.ts';
import type { ShownEvent } from './usage.ts';

/** A tenant moves from one time zone to another now and then; for each, the day of each event is looked up. */
const MOST_ZONES = 4;

/** Quantities that count as no event. */
const ZERO = /^-?0(\.0+)?$/;

/**
 * Each event that is shown is counted in a reading, or came so late that an adjustment names it; and of those days of which all
 * events are shown, each reading comes out of them.
 * @returns how many readings come out as they are
 * @throws TypeError for time zones that are not known here, or too many
 */
export function judgeReadings(usage: UsageQuery | undefined, rows: BillingRows, shown: readonly ShownEvent[], findings: Findings): number {
  judgeAsked(usage, rows, findings);
  if (!usage) return 0;
  const late = new Set([...rows.adjustments.values()].flatMap(({ value }) => value.event_ids));
  const counted = shown.filter(({ event, isAsked }) => isAsked && !late.has(event.id) && !ZERO.test(event.quantity));
  const slots = slotsOf([...rows.readings.values()], counted, correctedBy(shown, late), findings);
  if (usage.events !== 'all') return 0;
  const types = new Set(usage.types);
  const asked = currentOf(rows).filter(({ value }) => types.has(value.event_type) && isWithin(value, usage));
  const problems = asked.map(({ value, path }) => {
    const problem = problemOf(value, slots.get(slotOf(value)));
    if (problem !== null) findings.add('INVALID', 'reading-differs', `${path}: ${problem}`, path);
    return problem;
  });
  return problems.filter((problem) => problem === null).length;
}

/** Of all that is billed the events were asked for: else whoever bills leaves out a meter's readings, and nothing is missing. */
function judgeAsked(usage: UsageQuery | undefined, { rated }: BillingRows, findings: Findings): void {
  for (const { value, path } of rated.values()) {
    if (value.adjusts !== null || (usage?.types.includes(value.event_type) && isWhole(value.period, usage))) continue;
    const message = `${path}: of ${value.event_type}, which is billed, not all events of ${value.period} were asked for`;
    findings.add('INVALID', 'usage-not-asked', message, path);
  }
}

/** Days sort as texts. */
function isWhole(period: string, { from_day, to_day }: UsageQuery): boolean {
  const [year = 0, month = 0] = period.split('-').map(Number);
  return from_day <= `${period}-01` && to_day >= `${period}-${new Date(Date.UTC(year, month, 0)).getUTCDate()}`;
}

/** The effective events of a type, on a day of a calendar. Any number of readings may be made from them, so each sum is made once. */
class Slot {
  readonly #quantities: string[] = [];
  readonly #made = new Map<Aggregation, string>();

  add(quantity: string): void {
    this.#quantities.push(quantity);
  }

  get count(): number {
    return this.#quantities.length;
  }

  /** To be asked for after the last is added. */
  quantityBy(aggregation: Aggregation): string {
    const made = this.#made.get(aggregation) ?? (aggregation === 'count' ? `${this.count}` : aggregated(aggregation, this.#quantities));
    this.#made.set(aggregation, made);
    return made;
  }
}

function slotsOf(
  readings: readonly Row<Reading>[],
  counted: readonly ShownEvent[],
  corrected: ReadonlySet<string>,
  findings: Findings,
): ReadonlyMap<string, Slot> {
  const calendars = calendarsOf(readings);
  const slots = new Map(readings.map(({ value }) => [slotOf(value), new Slot()]));
  for (const { event, path } of counted) {
    const { id, type, timestamp, quantity } = event;
    const own = [...calendars].map(([time_zone, dayOf]) => slots.get(slotOf({ time_zone, event_type: type, day: dayOf(timestamp) })));
    const found = own.filter((slot) => slot !== undefined);
    if (!corrected.has(id)) for (const slot of found) slot.add(quantity);
    if (found.length > 0) continue;
    const message = `${path}: the event ${id} is in no reading that is here, and no adjustment names it`;
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
function isWithin({ day, time_zone }: Reading, usage: UsageQuery): boolean {
  return day >= usage.from_day && day <= usage.to_day && time_zone === usage.time_zone;
}

function problemOf({ aggregation, quantity, event_count }: Reading, slot: Slot | undefined): string | null {
  const count = slot?.count ?? 0;
  if (event_count !== count) return `it counts ${event_count} events, and ${count} of them are here`;
  const found = slot?.quantityBy(aggregation) ?? '0';
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

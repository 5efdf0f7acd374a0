import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Adjustment, count, type Ledger, newMeters, type Reading } from '../packs/finops/counting.ts';
import { dayAfter, firstDayOf, lastDayOf, nextPeriod, periodIn, periodOf } from '../packs/finops/period.ts';
import { periodQuantity } from '../packs/finops/rating.ts';
import { type ActionContext, type Aggregation, type DayChange, type DayUsage, defineMeter, type Meter, Problem } from '../sdk/index.ts';

const test = suite('Counting usage');

/** Each type has a meter of each kind, as a pack might declare them. */
const TYPES = ['call', 'byte'];
const AGGREGATIONS: readonly Aggregation[] = ['count', 'sum', 'max'];
const meters: readonly Meter[] = TYPES.flatMap((event_type) =>
  AGGREGATIONS.map((aggregation) => defineMeter({ id: `${event_type}_${aggregation}`, title: event_type, event_type, aggregation })),
);

/** Around the ends of months, so that some are closed while others are open. */
const DAYS = ['2025-12-30', '2025-12-31', '2026-01-01', '2026-01-31', '2026-02-28', '2026-03-01'];

interface Event {
  readonly id: string;
  readonly type: string;
  readonly day: string;
  readonly quantity: string;
  /** The event whose place it takes. */
  readonly corrects: Event | null;
}

/** What stands in the log: an event, or that a period is closed there. */
type Step = { readonly event: Event } | { readonly close: string };

const quantity = fc.oneof(
  fc.constantFrom('0', '1', '2', '0.1', '0.000000000001', '9'.repeat(40)),
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 40n }), fc.constantFrom('', '.5', '.25', '.000000000001')).map(([units, places]) => `${units}${places}`),
);

const drawn = fc.record({
  type: fc.constantFrom(...TYPES),
  day: fc.constantFrom(...DAYS),
  quantity,
  /** Which of the events before it is corrected, and whether the correction keeps its day. */
  corrects: fc.option(fc.nat(), { freq: 2 }),
  keepsDay: fc.boolean(),
});

const log: fc.Arbitrary<readonly Step[]> = fc
  .array(fc.oneof({ weight: 9, arbitrary: drawn }, { weight: 1, arbitrary: fc.constantFrom('2025-11', '2025-12', '2026-01', '2026-02') }), {
    maxLength: 40,
  })
  .map((drawings) => {
    const steps: Step[] = [];
    let standing: readonly Event[] = [];
    for (const [index, drawing] of drawings.entries()) {
      if (typeof drawing === 'string') {
        steps.push({ close: drawing });
        continue;
      }
      const { type, day, quantity: reported, corrects, keepsDay } = drawing;
      const target = corrects === null || standing.length === 0 ? null : (standing[corrects % standing.length] ?? null);
      const own = target ? { type: target.type, day: keepsDay ? target.day : day } : { type, day };
      const event = { id: `e-${index}`, ...own, quantity: reported, corrects: target };
      standing = [...standing.filter((other) => other !== target), event];
      steps.push({ event });
    }
    return steps;
  });

/** What is done after a step: all that has come is counted, or one portion of the log ends, and is counted with the next. */
type Cut = 'count' | 'portion' | 'none';
const cuts: fc.Arbitrary<fc.Stream<Cut>> = fc.infiniteStream(fc.constantFrom<Cut>('count', 'portion', 'none'));

const PLACES = 12;

function unitsOf(decimal: string): bigint {
  const [whole = '', places = ''] = decimal.replace('-', '').split('.');
  return BigInt(whole + places.padEnd(PLACES, '0')) * (decimal.startsWith('-') ? -1n : 1n);
}

function decimalOf(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(PLACES + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

const total = (all: readonly bigint[]) => all.reduce((sum, each) => sum + each, 0n);
const highest = (all: readonly bigint[]) => all.reduce((most, each) => (each > most ? each : most), 0n);

const standingOf = (events: readonly Event[]) => events.filter((event) => !events.some(({ corrects }) => corrects === event));

/** Of one day, from the events that nobody has corrected. */
function recounted(events: readonly Event[], { event_type, aggregation }: Meter, day: string): bigint {
  const quantities = standingOf(events).flatMap((event) => (event.type === event_type && event.day === day ? [unitsOf(event.quantity)] : []));
  if (aggregation === 'count') return unitsOf(String(quantities.filter((units) => units !== 0n).length));
  return aggregation === 'sum' ? total(quantities) : highest(quantities);
}

/** What the log brings after `before`, as kernel/metering/roll-up.ts tells it. */
function dayChanges(before: readonly Event[], added: readonly Event[], namedBefore: string | null): readonly DayChange[] {
  const removed = added.flatMap(({ corrects }) => corrects ?? []);
  const touched = [...new Set([...added, ...removed].map(({ type, day }) => JSON.stringify([type, day])))];
  return touched.map((key): DayChange => {
    const [event_type, day] = JSON.parse(key) as [string, string];
    const isOf = (event: Event) => event.type === event_type && event.day === day;
    const [come, gone] = [added.filter(isOf), removed.filter(isOf)];
    const of = gone.length > 0 ? standingOf([...before, ...added]).filter(isOf) : come;
    const units = of.map((event) => unitsOf(event.quantity));
    const counted = (events: readonly Event[]) => events.filter((event) => unitsOf(event.quantity) !== 0n).length;
    const summed = (events: readonly Event[]) => total(events.map((event) => unitsOf(event.quantity)));
    return {
      ...{ event_type, day, count: counted(come) - counted(gone), sum: decimalOf(summed(come) - summed(gone)) },
      ...{ max: units.length === 0 ? null : decimalOf(highest(units)), is_max_of_day: gone.length > 0 },
      event_ids:
        namedBefore !== null && day < namedBefore
          ? added.filter((event) => isOf(event) || gone.some((other) => other === event.corrects)).map(({ id }) => id)
          : [],
    };
  });
}

/** The books, kept as the actions of the pack keep them, with nothing running. */
class Books {
  ledger: Ledger | null = null;
  events: readonly Event[] = [];
  /** The last revision of each. */
  readings: readonly Reading[] = [];
  adjustments: readonly Adjustment[] = [];
  /** Readings that were made for a period that was closed already: there must be none. */
  rewritten = 0;
  closed: readonly string[] = [];
  /** Those that packs declare. */
  meters: readonly Meter[] = meters;
  #next = 0;

  enter(portions: readonly (readonly Event[])[], close: string | null): void {
    const closed = this.ledger?.closed_through ?? null;
    const missed = this.#missed();
    const changes = portions.flatMap((added) => {
      const before = this.events;
      this.events = [...before, ...added];
      return dayChanges(before, added, closed === null ? null : firstDayOf(nextPeriod(closed)));
    });
    const days = [...missed, ...changes].map(({ day }) => day);
    const counted = count(
      {
        ...{ ledger: this.ledger, calendar: { time_zone: 'UTC', today: '2026-03-05' } },
        ...{ meters: this.meters, missed, changes, isFar: false },
        through: { epoch: 1, size: this.events.length },
        readings: this.readings.filter(({ day }) => days.includes(day)),
        adjustments: this.adjustments.filter(({ period }) => days.map(periodOf).includes(period)),
      },
      close,
      this.#context(),
    );
    this.ledger = counted.ledger?.after ?? this.ledger;
    this.closed = [...this.closed, ...counted.closes.map(({ period }) => period)];
    const isWritten = ({ id }: { id: string }) => counted.rows.some(({ row }) => row.id === id);
    for (const reading of counted.readings.filter(isWritten)) this.#revise(reading, closed);
    this.adjustments = [...this.adjustments, ...counted.adjustments.filter(isWritten)];
  }

  /** Of open days, what meters that come in have not counted. */
  #missed(): readonly DayUsage[] {
    const { ledger } = this;
    const types = newMeters(this.meters, ledger).map(({ event_type }) => event_type);
    const isMissed = ({ event_type, day }: DayUsage) => types.includes(event_type) && periodOf(day) > (ledger?.closed_through ?? '');
    return dayChanges([], this.events, null).filter(isMissed);
  }

  #revise(reading: Reading, closed: string | null): void {
    if (closed !== null && reading.period <= closed) this.rewritten += 1;
    const before = this.readings.find(({ day, meter }) => day === reading.day && meter === reading.meter);
    assert.is(reading.revision, (before?.revision ?? 0) + 1, 'revisions follow one another');
    this.readings = [...this.readings.filter((other) => other !== before), reading];
  }

  /** With what came too late. */
  of(meter: Meter, day: string): bigint {
    const rows = [...this.readings, ...this.adjustments].filter((row) => row.meter === meter.id && row.day === day);
    return total(rows.map((row) => unitsOf(row.quantity)));
  }

  #context(): ActionContext<unknown> {
    return {
      ...{ tenant: 't', actor: { id: 'system', handle: 'system', roles: [], system: true }, input: {}, settings: {} },
      ...{ now: '2026-03-05T12:00:00.000Z', subjectId: 'subject', newId: () => `id-${this.#next++}`, decision: null, approval: null },
    };
  }
}

/** When a period is closed, all that has come is counted. */
function booksOf(steps: readonly Step[], cut: () => Cut): Books {
  const books = new Books();
  let portions: Event[][] = [[]];
  for (const step of steps) {
    if ('event' in step) portions.at(-1)?.push(step.event);
    const after = 'close' in step ? 'count' : cut();
    if (after === 'portion') portions.push([]);
    if (after !== 'count') continue;
    books.enter(portions, 'close' in step ? step.close : null);
    portions = [[]];
  }
  books.enter(portions, null);
  return books;
}

/** What does not depend on when it was counted. */
function contentOf({ readings, adjustments, ledger }: Books): unknown {
  const quantities = readings.map(({ day, meter, quantity: of, event_count }) => JSON.stringify([day, meter, of, event_count]));
  const late = Map.groupBy(adjustments, ({ day, meter, billed_in }) => JSON.stringify([day, meter, billed_in]));
  const adjusted = [...late].map(([key, rows]) => [
    key,
    decimalOf(total(rows.map((row) => unitsOf(row.quantity)))),
    rows.reduce((sum, { event_count }) => sum + event_count, 0),
    rows.flatMap(({ event_ids }) => event_ids).sort(),
  ]);
  return [quantities.sort(), adjusted.map((row) => JSON.stringify(row)).sort(), ledger?.closed_through ?? null];
}

test('readings and adjustments come to what the events come to, whatever is corrected, late, or counted when', () => {
  fc.assert(
    fc.property(log, cuts, (steps, cut) => {
      const books = booksOf(steps, () => cut.next().value);
      for (const meter of meters) {
        for (const day of DAYS) assert.is(books.of(meter, day), recounted(books.events, meter, day), `${meter.id} ${day}`);
      }
    }),
    { numRuns: 300 },
  );
});

test('a meter that a pack brings in later, or brings back, makes up for the days of the periods that are open', () => {
  fc.assert(
    fc.property(log, log, fc.subarray([...meters]), (before, after, known) => {
      const books = new Books();
      books.meters = known;
      for (const step of before) books.enter('event' in step ? [[step.event]] : [], 'close' in step ? step.close : null);
      const closed = books.ledger?.closed_through ?? '';
      books.meters = meters;
      const later = after.flatMap((step) => ('event' in step && step.event.corrects === null ? [step.event] : []));
      books.enter([later], null);
      for (const meter of meters) {
        for (const day of DAYS.filter((each) => periodOf(each) > closed))
          assert.is(books.of(meter, day), recounted(books.events, meter, day), `${meter.id} ${day}`);
      }
    }),
    { numRuns: 200 },
  );
});

test('the readings of a closed period never change: what comes later is an adjustment, for the first period that is open', () => {
  fc.assert(
    fc.property(log, (steps) => {
      const books = new Books();
      for (const step of steps) {
        const closed = books.ledger?.closed_through ?? null;
        const isKept = ({ period }: Reading) => closed !== null && period <= closed;
        const [kept, known] = [books.readings.filter(isKept), books.adjustments.length];
        if ('close' in step) books.enter([], step.close);
        else books.enter([[step.event]], null);
        assert.equal(books.readings.filter(isKept), kept);
        assert.is(books.rewritten, 0);
        for (const { period, billed_in } of books.adjustments.slice(known)) {
          assert.ok(closed !== null && period <= closed);
          assert.is(billed_in, nextPeriod(closed));
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('it makes no difference in how many portions the log is read', () => {
  fc.assert(
    fc.property(log, cuts, (steps, cut) => {
      const counted = (cut: () => Cut) => contentOf(booksOf(steps, cut));
      const atOnce = counted(() => 'none');
      assert.equal(
        counted(() => 'count'),
        atOnce,
      );
      assert.equal(
        counted(() => 'portion'),
        atOnce,
      );
      assert.equal(
        counted(() => cut.next().value),
        atOnce,
      );
    }),
    { numRuns: 200 },
  );
});

test('an adjustment names every event that came too late for its day, or for the day of what it corrects', () => {
  fc.assert(
    fc.property(log, cuts, (steps, cut) => {
      const books = booksOf(steps, () => cut.next().value);
      let closed = '';
      const late = new Set<string>();
      for (const step of steps) {
        if ('close' in step) closed = step.close > closed ? step.close : closed;
        else if ([step.event, step.event.corrects].some((event) => event && periodOf(event.day) <= closed)) late.add(step.event.id);
      }
      assert.equal(new Set(books.adjustments.flatMap(({ event_ids }) => event_ids)), late);
    }),
  );
});

test('where nothing has come nothing is written, unless a period is closed', () => {
  const books = new Books();
  books.enter([], null);
  assert.is(books.ledger, null);
  books.enter([], '2025-12');
  const { version } = books.ledger ?? {};
  assert.is(version, 1);
  books.enter([], '2025-11');
  assert.equal([books.ledger?.version, books.ledger?.closed_through], [1, '2025-12'], 'a period is not opened again by an earlier one');
  books.enter([], '2026-02');
  assert.equal(books.closed, ['2025-12', '2026-01', '2026-02'], 'those between are closed along with it');
});

const dayOf = fc.constantFrom(...DAYS);
const row = fc.record({ day: dayOf, quantity });
const signed = fc.record({ day: dayOf, quantity: fc.tuple(fc.constantFrom('', '-'), quantity).map(([sign, of]) => sign + of) });

test('a count and a sum of a period add up, with what adjusts them', () => {
  fc.assert(
    fc.property(fc.array(row), fc.array(signed), fc.constantFrom('count' as const, 'sum' as const), (readings, adjustments, aggregation) => {
      const expected = total([...readings, ...adjustments].map((each) => unitsOf(each.quantity)));
      assert.is(unitsOf(periodQuantity(aggregation, readings, adjustments)), expected);
    }),
  );
});

test('a maximum of a period is that of its highest day, as it is adjusted', () => {
  fc.assert(
    fc.property(fc.array(row), fc.array(signed), (readings, adjustments) => {
      const ofDay = (day: string) => total([...readings, ...adjustments].flatMap((each) => (each.day === day ? [unitsOf(each.quantity)] : [])));
      assert.is(unitsOf(periodQuantity('max', readings, adjustments)), highest(DAYS.map(ofDay)));
    }),
  );
  assert.is(periodQuantity('max', [], []), '0');
});

test('periods follow one another over the ends of years, and end on the last day of their month', () => {
  const period = fc.tuple(fc.integer({ min: 1000, max: 2998 }), fc.integer({ min: 1, max: 12 })).map(([year, month]) => {
    return `${year}-${String(month).padStart(2, '0')}`;
  });
  fc.assert(
    fc.property(period, (of) => {
      const next = nextPeriod(of);
      assert.ok(of < next, 'they sort as texts');
      assert.is(dayAfter(lastDayOf(of), 1), firstDayOf(next));
      assert.equal([periodOf(firstDayOf(of)), periodOf(lastDayOf(of)), periodIn(of)], [of, of, of]);
    }),
  );
  assert.is(nextPeriod('2025-12'), '2026-01');
  for (const [of, last] of [
    ['2024-02', '2024-02-29'],
    ['2025-02', '2025-02-28'],
    ['2000-02', '2000-02-29'],
    ['2100-02', '2100-02-28'],
    ['2026-12', '2026-12-31'],
    ['2026-04', '2026-04-30'],
  ] as const) {
    assert.is(lastDayOf(of), last);
  }
});

test('a day so many days on, or back, is what a calendar says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: -40, max: 40 }), (start, days) => {
      const day = (number: number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
      assert.is(dayAfter(day(start), days), day(start + days));
    }),
  );
});

test('what is no period is refused', () => {
  for (const text of [undefined, '', '2026', '2026-1', '2026-00', '2026-13', '2026-011', '3026-01', '2026-01-01', ' 2026-01', '2026-01\n']) {
    assert.throws(
      () => periodIn(text),
      (error: unknown) => error instanceof Problem && error.code === 'invalid-input',
      JSON.stringify(text),
    );
  }
});

test.run();

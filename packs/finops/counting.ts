import {
  type ActionContext,
  type Calendar,
  change,
  create,
  type DayChange,
  type DayUsage,
  Decimal,
  type Insertion,
  insert,
  type LogPosition,
  type Meter,
  type Row,
  type SubjectChange,
} from '@summit/sdk';
import { MeterAdjustment, MeterReading, PeriodClose, UsageLedger } from './entities.ts';
import { nextPeriod, periodOf } from './period.ts';

export type Ledger = Row<typeof UsageLedger>;
export type Reading = Row<typeof MeterReading>;
export type Adjustment = Row<typeof MeterAdjustment>;

/** The books, and what the log has brought since they were last written. */
export interface Uncounted {
  /** null before usage is counted for the first time. */
  readonly ledger: Ledger | null;
  readonly calendar: Calendar;
  readonly meters: readonly Meter[];
  /** What the events before the ledger's position came to on open days, for meters that have not counted them. */
  readonly missed: readonly DayUsage[];
  readonly changes: readonly DayChange[];
  readonly through: LogPosition;
  /** So much has come that the place is worth being kept, even where no usage is in it. */
  readonly isFar: boolean;
  /** The last revision of the days that change, and of those that are to be rated. */
  readonly readings: readonly Reading[];
  readonly adjustments: readonly Adjustment[];
}

export interface Counted {
  /** null where nothing is to be written. */
  readonly ledger: SubjectChange<Ledger> | null;
  readonly rows: readonly Insertion[];
  /** As they are now. */
  readonly readings: readonly Reading[];
  readonly adjustments: readonly Adjustment[];
  readonly closes: readonly Row<typeof PeriodClose>[];
}

/**
 * Enters usage into the books. What is of an open period makes another revision of its day; what is of a closed one is an adjustment,
 * to be billed in the first period that is open.
 * @param close a period to close once all is entered; null for none
 */
export function count(books: Uncounted, close: string | null, at: ActionContext<unknown>): Counted {
  const { ledger: before, through, changes, calendar, meters } = books;
  const closing = close !== null && (before?.closed_through ?? '') < close ? close : null;
  if (changes.length === 0 && books.missed.length === 0 && closing === null && !(before && books.isFar)) {
    return { ledger: null, rows: [], readings: books.readings, adjustments: books.adjustments, closes: [] };
  }
  const counting = meters.map(({ id }) => id).sort();
  const place = { log_epoch: through.epoch, log_size: through.size, closed_through: closing ?? before?.closed_through ?? null, meters: counting };
  const { time_zone, today: opened_on } = calendar;
  const ledger = before
    ? change(UsageLedger, at, before, place)
    : create(UsageLedger, at, { id: at.newId(), status: 'open', ...place, time_zone, opened_on });
  const made = { ledger_id: ledger.after.id, ledger_version: ledger.after.version };
  const entered = new Entries(books, made, at);
  for (const each of books.missed) entered.makeUp(each);
  for (const each of changes) entered.enter(each);
  const closes = periodsTo(closing, before?.closed_through ?? null).map((period) =>
    insert(PeriodClose, at, { id: at.newId(), period, log_epoch: through.epoch, log_size: through.size, time_zone, ...made }, ledger.after.id),
  );
  return {
    ledger,
    rows: [...entered.insertions(), ...closes],
    readings: entered.readings,
    adjustments: entered.adjustments,
    closes: closes.map(({ row }) => row),
  };
}

/** Those that are closed along with one: all since the last, or it alone where none was before. */
function periodsTo(closing: string | null, last: string | null): readonly string[] {
  if (closing === null) return [];
  if (last === null) return [closing];
  const periods: string[] = [];
  for (let period = nextPeriod(last); period <= closing; period = nextPeriod(period)) periods.push(period);
  return periods;
}

/** Those that the ledger has not counted by; none before there is one, since all begin with it. */
export function newMeters(meters: readonly Meter[], ledger: Ledger | null): readonly Meter[] {
  return ledger ? meters.filter(({ id }) => !ledger.meters.includes(id)) : [];
}

type Made = Pick<Reading, 'ledger_id' | 'ledger_version'>;

/** Readings and adjustments while usage is entered: each day and meter gets one new row at most, however often it changes. */
class Entries {
  readonly #books: Uncounted;
  readonly #made: Made;
  readonly #at: ActionContext<unknown>;
  readonly #readings: Map<string, Reading>;
  readonly #revised = new Set<string>();
  readonly #late = new Map<string, Adjustment>();

  constructor(books: Uncounted, made: Made, at: ActionContext<unknown>) {
    this.#books = books;
    this.#made = made;
    this.#at = at;
    this.#readings = new Map(books.readings.map((reading) => [keyOf(reading), reading]));
  }

  enter(usage: DayChange): void {
    for (const meter of this.#books.meters) {
      if (meter.event_type === usage.event_type) this.#enter(meter, usage);
    }
  }

  /** The whole of a day, for meters that have not counted it. */
  makeUp(usage: DayUsage): void {
    const { meters, ledger } = this.#books;
    const whole = { ...usage, is_max_of_day: true, event_ids: [] };
    for (const meter of newMeters(meters, ledger)) {
      if (meter.event_type !== usage.event_type) continue;
      const key = keyOf({ day: usage.day, meter: meter.id });
      const known = this.#readings.get(key);
      if (known) this.#readings.set(key, { ...known, quantity: '0', event_count: 0 });
      this.#revise(meter, whole);
    }
  }

  get readings(): readonly Reading[] {
    return [...this.#readings.values()];
  }

  get adjustments(): readonly Adjustment[] {
    return [...this.#books.adjustments, ...this.#late.values()];
  }

  insertions(): readonly Insertion[] {
    const bound = this.#made.ledger_id;
    const revised = [...this.#revised].flatMap((key) => this.#readings.get(key) ?? []);
    return [
      ...revised.map((row) => insert(MeterReading, this.#at, row, bound)),
      ...[...this.#late.values()].map((row) => insert(MeterAdjustment, this.#at, row, bound)),
    ];
  }

  #enter(meter: Meter, usage: DayChange): void {
    const { closed_through = null } = this.#books.ledger ?? {};
    const period = periodOf(usage.day);
    if (closed_through !== null && period <= closed_through) this.#adjust(meter, usage, nextPeriod(closed_through));
    else this.#revise(meter, usage);
  }

  #revise(meter: Meter, usage: DayChange): void {
    const key = keyOf({ day: usage.day, meter: meter.id });
    const known = this.#readings.get(key);
    const isNew = !this.#revised.has(key);
    this.#revised.add(key);
    this.#readings.set(key, {
      ...(known && !isNew ? known : this.#row(meter, usage)),
      quantity: quantityAfter(meter, known?.quantity ?? '0', usage),
      event_count: (known?.event_count ?? 0) + usage.count,
      revision: (known?.revision ?? 0) + (isNew ? 1 : 0),
    });
  }

  #adjust(meter: Meter, usage: DayChange, billed_in: string): void {
    const key = keyOf({ day: usage.day, meter: meter.id });
    const known = this.#late.get(key);
    const reading = this.#readings.get(key)?.quantity ?? '0';
    const effective = this.adjustments.reduce((sum, late) => (keyOf(late) === key ? sum.plus(late.quantity) : sum), new Decimal(reading));
    const delta = new Decimal(quantityAfter(meter, effective.toFixed(), usage)).minus(effective);
    this.#late.set(key, {
      ...(known ?? this.#row(meter, usage)),
      quantity: delta.plus(known?.quantity ?? '0').toFixed(),
      event_count: (known?.event_count ?? 0) + usage.count,
      event_ids: [...(known?.event_ids ?? []), ...usage.event_ids],
      billed_in,
    });
  }

  #row({ id: meter, event_type, aggregation }: Meter, { day }: DayChange) {
    const { time_zone } = this.#books.calendar;
    const { tenant: tenant_id, now: created_at } = this.#at;
    return { tenant_id, created_at, id: this.#at.newId(), day, period: periodOf(day), meter, event_type, aggregation, time_zone, ...this.#made };
  }
}

function keyOf({ day, meter }: Pick<Reading, 'day' | 'meter'>): string {
  return `${day} ${meter}`;
}

/** What a day comes to with more usage, or with less where some was corrected. */
function quantityAfter({ aggregation }: Meter, quantity: string, usage: DayChange): string {
  if (aggregation === 'count') return new Decimal(quantity).plus(usage.count).toFixed();
  if (aggregation === 'sum') return new Decimal(quantity).plus(usage.sum).toFixed();
  const max = new Decimal(usage.max ?? '0');
  return (usage.is_max_of_day || max.gt(quantity) ? max : new Decimal(quantity)).toFixed();
}

import { canonicalJson, type DayUsage, Decimal, differenceOfAmounts, type Reader, rateCharge, sha256 } from '@summit/sdk';
import type { InvoiceRow } from './books.ts';
import { type Difference, type InvoiceLine, MeterReading, RatedUsage } from './entities.ts';
import { firstDayOf, lastDayOf } from './period.ts';
import { linesOf, periodQuantity, type Rated } from './rating.ts';

/** What an invoice says, in what can be worked out again. */
interface Content {
  readonly readings: readonly DayQuantity[];
  readonly lines: readonly InvoiceLine[];
  readonly total: string;
}

interface DayQuantity {
  readonly day: string;
  readonly meter: string;
  readonly quantity: string;
  readonly event_count: number;
}

/** A finalized invoice worked out again: from the events that it pins to readings, and from these, by its plan, to its lines. */
export async function recomputed(db: Reader, invoice: InvoiceRow) {
  const rated = await db.find(RatedUsage, { invoice_id: invoice.id, revision: invoice.revision });
  const own = rated.filter(({ adjusts }) => adjusts === null);
  const readings = await db.find(MeterReading, { id: own.flatMap(({ reading_ids }) => reading_ids) });
  const { period, plan, time_zone, log_epoch: epoch, log_size: size } = invoice;
  const days = { from_day: firstDayOf(period), to_day: lastDayOf(period), time_zone, before: { epoch, size } };
  const usage = await db.usageOf({ event_types: [...new Set(own.map(({ event_type }) => event_type))], ...days });
  const stored: Content = { readings: readings.map(dayOf).sort(byDay), lines: invoice.lines, total: invoice.total };
  const counted = own.flatMap((row) => countedAnew(row, stored.readings, usage)).sort(byDay);
  const lines = linesOf(
    plan,
    inOrder(invoice, rated).map((row) => ratedAnew(row, invoice, counted)),
  );
  const again: Content = { readings: counted, ...lines };
  const [stored_digest, recomputed_digest] = [sha256(canonicalJson(stored)), sha256(canonicalJson(again))];
  return {
    invoice_id: invoice.id,
    number: invoice.number ?? '',
    matches: stored_digest === recomputed_digest,
    stored_digest,
    recomputed_digest,
    differences: differencesOf(stored, again),
  };
}

function dayOf({ day, meter, quantity, event_count }: DayQuantity): DayQuantity {
  return { day, meter, quantity: new Decimal(quantity).toFixed(), event_count };
}

function byDay(a: DayQuantity, b: DayQuantity): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function keyOf({ day, meter }: DayQuantity): string {
  return `${day} ${meter}`;
}

/** The days of one meter: those that have a reading, and those that should have one. */
function countedAnew({ meter, event_type, aggregation }: Rated, stored: readonly DayQuantity[], usage: readonly DayUsage[]): readonly DayQuantity[] {
  const ofType = new Map(usage.filter((day) => day.event_type === event_type).map((day) => [day.day, day]));
  const read = stored.filter((reading) => reading.meter === meter).map(({ day }) => day);
  const used = [...ofType.values()].filter(({ count }) => count !== 0).map(({ day }) => day);
  return [...new Set([...read, ...used])].map((day) => {
    const { count = 0, sum = '0', max = null } = ofType.get(day) ?? {};
    const quantity = { count: String(count), sum, max: max ?? '0' }[aggregation];
    return dayOf({ day, meter, quantity, event_count: count });
  });
}

/** Rated usage in the order of the lines that it made. */
function inOrder({ lines }: InvoiceRow, rated: readonly Rated[]): readonly Rated[] {
  const placeOf = ({ id }: Rated) => {
    const place = lines.findIndex(({ rated_usage_id }) => rated_usage_id === id);
    // What has lost its line comes after those that have one.
    return place < 0 ? lines.length : place;
  };
  return rated.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function ratedAnew(row: Rated, { plan, currency }: InvoiceRow, counted: readonly DayQuantity[]): Rated {
  if (row.adjusts !== null) {
    const { charge, billed_quantity } = row;
    const after = rateCharge(charge, new Decimal(billed_quantity).plus(row.quantity).toFixed(), currency);
    return { ...row, amount: differenceOfAmounts(after.amount, rateCharge(charge, billed_quantity, currency).amount, currency) };
  }
  const own = counted.filter(({ meter }) => meter === row.meter);
  const quantity = periodQuantity(row.aggregation, own, []);
  const charge = plan.charges.find(({ meter }) => meter === row.meter) ?? row.charge;
  return { ...row, quantity, ...rateCharge(charge, quantity, currency) };
}

function differencesOf(stored: Content, again: Content): readonly Difference[] {
  const [before, after] = [new Map(stored.readings.map((day) => [keyOf(day), day])), new Map(again.readings.map((day) => [keyOf(day), day]))];
  const longer = stored.lines.length > again.lines.length ? stored.lines : again.lines;
  return [
    ...[...after].flatMap(([key, day]) => difference(`reading ${key}`, before.get(key), day)),
    ...longer.flatMap((_, index) => difference(`lines.${index}`, stored.lines[index], again.lines[index])),
    ...difference('total', stored.total, again.total),
  ];
}

/** What is missing on one side is null there. */
function difference(what: string, stored: unknown = null, again: unknown = null): readonly Difference[] {
  const [before, after] = [canonicalJson(stored), canonicalJson(again)];
  return before === after ? [] : [{ what, stored: before, recomputed: after }];
}

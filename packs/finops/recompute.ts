import { type DayUsage, Decimal, differenceOfAmounts, type Reader, rateCharge, sha256 } from '../../sdk/index.ts';
import type { InvoiceRow } from './books.ts';
import type { Reading } from './counting.ts';
import { type Difference, MeterReading, RatedUsage } from './entities.ts';
import { firstDayOf, lastDayOf } from './period.ts';
import { linesOf, periodQuantity, type Rated } from './rating.ts';

/** What an invoice says, in what can be worked out again. */
interface Content {
  readonly readings: readonly { readonly day: string; readonly meter: string; readonly quantity: string; readonly event_count: number }[];
  readonly lines: InvoiceRow['lines'];
  readonly total: string;
}

/** A finalized invoice worked out again: from the events that it pins to readings, and from these, by its plan, to its lines. */
export async function recomputed(db: Reader, invoice: InvoiceRow) {
  const rated = await db.find(RatedUsage, { invoice_id: invoice.id, revision: invoice.revision });
  const readings = await db.find(MeterReading, { id: rated.flatMap(({ reading_ids }) => reading_ids) });
  const { period, time_zone, log_epoch: epoch, log_size: size } = invoice;
  const days = { from_day: firstDayOf(period), to_day: lastDayOf(period), time_zone, before: { epoch, size } };
  const usage = await db.usageOf({ event_types: [...new Set(readings.map(({ event_type }) => event_type))], ...days });
  const counted = readings.map((reading) => countedAnew(reading, usage));
  const stored: Content = { readings: readings.map(contentOf), lines: invoice.lines, total: invoice.total };
  const again: Content = {
    readings: counted.map(contentOf),
    ...linesOf(
      invoice.plan,
      inOrder(invoice, rated).map((row) => ratedAnew(row, counted)),
    ),
  };
  const [stored_digest, recomputed_digest] = [digestOf(stored), digestOf(again)];
  return {
    invoice_id: invoice.id,
    number: invoice.number ?? '',
    matches: stored_digest === recomputed_digest,
    stored_digest,
    recomputed_digest,
    differences: differencesOf(stored, again),
  };
}

function contentOf({ day, meter, quantity, event_count }: Reading): Content['readings'][number] {
  return { day, meter, quantity: new Decimal(quantity).toFixed(), event_count };
}

function countedAnew(reading: Reading, usage: readonly DayUsage[]): Reading {
  const found = usage.find(({ event_type, day }) => event_type === reading.event_type && day === reading.day);
  const { count = 0, sum = '0', max = null } = found ?? {};
  const quantity = { count: String(count), sum, max: max ?? '0' }[reading.aggregation];
  return { ...reading, quantity: new Decimal(quantity).toFixed(), event_count: count };
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

function ratedAnew(row: Rated, readings: readonly Reading[]): Rated {
  const { charge, currency, billed_quantity, aggregation } = row;
  if (row.adjusts !== null) {
    const after = new Decimal(billed_quantity).plus(row.quantity).toFixed();
    const amount = differenceOfAmounts(rateCharge(charge, after, currency).amount, rateCharge(charge, billed_quantity, currency).amount, currency);
    return { ...row, amount };
  }
  const own = readings.filter(({ id }) => row.reading_ids.includes(id));
  const quantity = periodQuantity(aggregation, own, []);
  return { ...row, quantity, ...rateCharge(charge, quantity, currency) };
}

function differencesOf(stored: Content, again: Content): readonly Difference[] {
  const readings = stored.readings.flatMap((reading, index): Difference[] =>
    difference(`reading ${reading.day} ${reading.meter}`, reading, again.readings[index]),
  );
  const longer = stored.lines.length > again.lines.length ? stored.lines : again.lines;
  const lines = longer.flatMap((_, index): Difference[] => difference(`lines.${index}`, stored.lines[index], again.lines[index]));
  return [...readings, ...lines, ...difference('total', stored.total, again.total)];
}

/** What is missing on one side is null there. */
function difference(what: string, stored: unknown = null, again: unknown = null): Difference[] {
  const [before, after] = [textOf(stored), textOf(again)];
  return before === after ? [] : [{ what, stored: before, recomputed: after }];
}

function digestOf(content: Content): string {
  return sha256(textOf(content));
}

/** JSON with its members in the order of their names: the same content is the same bytes. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

import {
  AmountInput,
  amountOf,
  Comment,
  Currency,
  Decimal,
  decimalOf,
  field,
  minorUnits,
  Nullable,
  optional,
  PercentInput,
  Problem,
  rounded,
  type Static,
  Strict,
  sumOf,
  Timestamp,
  Type,
} from '@summit/sdk';

/** One position of a quote, priced and discounted by itself. */
export interface LineItem {
  readonly description: string;
  readonly amount: string;
  readonly discount_percent: string;
  readonly net_amount: string;
}

/** What a quote offers: all that its approval is bound to. */
export const termFields = {
  amount: field.decimal(),
  currency: field.text(),
  /** Of a quote with line items the blended discount, rounded up, so that it never reads as less than it is. */
  discount_percent: field.decimal(),
  net_amount: field.decimal(),
  largest_line_discount_percent: field.decimal(),
  line_items: field.json<readonly LineItem[]>(),
  margin_percent: optional(field.decimal()),
  term_months: optional(field.integer()),
  payment_terms_days: optional(field.integer()),
  expires_at: optional(field.timestamp()),
};

export interface Terms {
  readonly amount: string;
  readonly currency: string;
  readonly discount_percent: string;
  readonly net_amount: string;
  readonly largest_line_discount_percent: string;
  readonly line_items: readonly LineItem[];
  readonly margin_percent: string | null;
  readonly term_months: number | null;
  readonly payment_terms_days: number | null;
  readonly expires_at: string | null;
}

const LineItemInput = Strict({ description: Comment, amount: AmountInput, discount_percent: Type.Optional(PercentInput) });

/** Negative where a deal loses money. */
const MarginInput = Type.Union(
  [
    Type.String({ pattern: '^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?|-[0-9]{1,3}(\\.[0-9]{1,2})?)$' }),
    Type.Number({ minimum: -999, maximum: 100 }),
  ],
  {
    description: 'a percentage with at most two decimal places, negative for a loss, such as "31.5"',
  },
);

/** As a caller sends them: amount and discount of the whole, or line items. */
export const termsInput = {
  amount: Type.Optional(AmountInput),
  currency: Type.Optional(Currency),
  discount_percent: Type.Optional(PercentInput),
  line_items: Type.Optional(Type.Array(LineItemInput, { maxItems: 200, description: 'Instead of amount and discount_percent' })),
  margin_percent: Type.Optional(Nullable(MarginInput)),
  term_months: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 600 }))),
  payment_terms_days: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: 3_650 }))),
  expires_at: Type.Optional(Nullable(Timestamp)),
};

const TermsInput = Strict(termsInput);
export type TermsInput = Static<typeof TermsInput>;

const PERCENT_PLACES = 2;
const DEFAULT_CURRENCY = 'USD';

/**
 * The terms that a caller asks for; what is left out stays as it was.
 * @throws Problem `invalid-input` naming the field
 */
export function termsOf(input: TermsInput, before: Terms | null): Terms {
  const currency = input.currency ?? before?.currency ?? DEFAULT_CURRENCY;
  minorUnits(currency);
  return { ...pricesOf(input, before, currency), ...conditionsOf(input, before) };
}

/** The terms of a row, in one order: the database gives back the members of a line item in another. */
export function termsIn(row: Terms): Terms {
  const { amount, currency, discount_percent, net_amount, largest_line_discount_percent } = row;
  const line_items = row.line_items.map(({ description, amount: of, discount_percent: percent, net_amount: net }) => ({
    description,
    amount: of,
    discount_percent: percent,
    net_amount: net,
  }));
  const { margin_percent, term_months, payment_terms_days, expires_at } = row;
  const prices = { amount, currency, discount_percent, net_amount, largest_line_discount_percent, line_items };
  return { ...prices, margin_percent, term_months, payment_terms_days, expires_at };
}

export function isSameTerms(a: Terms, b: Terms): boolean {
  return JSON.stringify(termsIn(a)) === JSON.stringify(termsIn(b));
}

/** The names of the terms that differ, discounts and what follows from them left out. */
export function changedTerms(before: Terms, now: Terms): readonly string[] {
  const offered = ({ discount_percent: _, net_amount: __, largest_line_discount_percent: ___, line_items, ...terms }: Terms) => ({
    ...terms,
    line_items: JSON.stringify(line_items.map(({ description, amount }) => [description, amount])),
  });
  const [was, is] = [offered(termsIn(before)), offered(termsIn(now))];
  return Object.keys(is).filter((name) => was[name as keyof typeof was] !== is[name as keyof typeof is]);
}

function pricesOf(input: TermsInput, before: Terms | null, currency: string) {
  const items = input.line_items?.map((item, index) => lineOf(item, currency, `line_items.${index}`));
  if (items && items.length > 0) {
    for (const path of ['amount', 'discount_percent'] as const) {
      if (input[path] !== undefined) throw invalid(path, 'follows from the line items, which are here: leave it out');
    }
    return { currency, line_items: items, ...blended(items, currency) };
  }
  const keepsItems = items === undefined && before !== null && before.line_items.length > 0;
  if (keepsItems && input.amount === undefined && input.discount_percent === undefined && currency === before.currency) {
    const { amount, discount_percent, net_amount, largest_line_discount_percent, line_items } = before;
    return { currency, amount, discount_percent, net_amount, largest_line_discount_percent, line_items };
  }
  if (keepsItems) throw invalid('line_items', 'are what this quote is priced by: send them, or [] to price it as a whole');
  const amount = amountOf(input.amount ?? before?.amount ?? required('amount'), currency, 'amount');
  const discount_percent = decimalOf(
    input.discount_percent ?? before?.discount_percent ?? required('discount_percent'),
    PERCENT_PLACES,
    'discount_percent',
  );
  const net_amount = netOf(amount, discount_percent, currency);
  return { currency, amount, discount_percent, net_amount, largest_line_discount_percent: discount_percent, line_items: [] };
}

function lineOf(item: Static<typeof LineItemInput>, currency: string, path: string): LineItem {
  const amount = amountOf(item.amount, currency, `${path}.amount`);
  const discount_percent = decimalOf(item.discount_percent ?? 0, PERCENT_PLACES, `${path}.discount_percent`);
  return { description: item.description, amount, discount_percent, net_amount: netOf(amount, discount_percent, currency) };
}

function blended(items: readonly LineItem[], currency: string) {
  const places = minorUnits(currency);
  const amount = sumOf(items.map((item) => item.amount));
  const net = sumOf(items.map((item) => item.net_amount));
  return {
    amount: amount.toFixed(places),
    net_amount: net.toFixed(places),
    discount_percent: blendedPercent(items, amount).toFixed(PERCENT_PLACES),
    largest_line_discount_percent: items.map((item) => item.discount_percent).reduce((most, each) => (new Decimal(each).gt(most) ? each : most)),
  };
}

function netOf(amount: string, discount: string, currency: string): string {
  return rounded(new Decimal(100).minus(discount).times(amount).times('0.01'), currency);
}

/** Weighted by the amounts, before any is rounded to cents; rounded up, so that it is never more than the largest and never reads as less. */
function blendedPercent(items: readonly LineItem[], amount: Decimal): Decimal {
  if (amount.eq(0)) return new Decimal(0);
  const given = sumOf(items.map((item) => new Decimal(item.amount).times(item.discount_percent)));
  const percent = given.div(amount).round(PERCENT_PLACES, Decimal.roundDown);
  return percent.times(amount).lt(given) ? percent.plus('0.01') : percent;
}

function conditionsOf(input: TermsInput, before: Terms | null) {
  const { margin_percent: margin = before?.margin_percent ?? null, expires_at: expires = before?.expires_at ?? null } = input;
  const { term_months = before?.term_months ?? null, payment_terms_days = before?.payment_terms_days ?? null } = input;
  return {
    margin_percent: margin === null ? null : decimalOf(margin, PERCENT_PLACES, 'margin_percent'),
    term_months,
    payment_terms_days,
    expires_at: expires === null ? null : new Date(expires).toISOString(),
  };
}

/** @throws Problem `invalid-input` for an offer that would be over before it is made */
export function assertInFuture({ expires_at }: Pick<Terms, 'expires_at'>, now: string): void {
  if (expires_at !== null && expires_at <= now) throw invalid('expires_at', 'is in the past');
}

function required(path: string): never {
  throw invalid(path, 'is required, or line_items instead');
}

function invalid(path: string, message: string): Problem {
  return new Problem('invalid-input', `${path} ${message}`, { errors: [{ path, message }] });
}

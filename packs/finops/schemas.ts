import { Currency, Day, DecimalAnswer, Id, Nullable, Period, PricePlan, Strict, Timestamp, Type } from '@summit/sdk';

const Line = Strict({
  meter: Nullable(Type.String({ description: 'null for the base fee' })),
  description: Type.String(),
  quantity: DecimalAnswer,
  unit_price: Nullable(DecimalAnswer),
  amount: DecimalAnswer,
  rated_usage_id: Nullable(Id),
});

export const InvoiceAnswer = Strict({
  id: Nullable(Id),
  number: Nullable(Type.String({ description: 'null in draft' })),
  tenant_id: Type.String(),
  period: Period,
  currency: Currency,
  status: Type.Enum(['draft', 'finalized', 'void', 'credited']),
  lines: Type.Array(Line),
  total: DecimalAnswer,
  credited_total: DecimalAnswer,
  plan_id: Type.String(),
  plan_version: Type.Integer(),
  revision: Type.Integer({ description: 'Counts the contents that it has had; 0 where nothing was rated yet' }),
  time_zone: Type.String(),
  credit_notes: Type.Array(Strict({ number: Type.String(), amount: DecimalAnswer, comment: Nullable(Type.String()), created_at: Timestamp })),
  created_at: Nullable(Timestamp),
  updated_at: Nullable(Timestamp),
  finalized_at: Nullable(Timestamp),
  voided_at: Nullable(Timestamp),
  void_reason: Nullable(Type.String()),
  version: Type.Integer(),
});

export const RunAnswer = Strict({
  id: Id,
  period: Period,
  status: Type.Literal('completed'),
  invoice: Type.Omit(InvoiceAnswer, []),
  created_at: Timestamp,
  version: Type.Integer(),
});

const metered = {
  id: Id,
  tenant_id: Type.String(),
  day: Day,
  period: Period,
  meter: Type.String(),
  event_type: Type.String(),
  aggregation: Type.Enum(['count', 'sum', 'max']),
  quantity: DecimalAnswer,
  event_count: Type.Integer({ description: 'Events of a quantity that is not 0, less those that were corrected' }),
  time_zone: Type.String(),
  ledger_id: Id,
  ledger_version: Type.Integer({ description: 'Of the ledger: the receipt of this version binds the row' }),
  created_at: Timestamp,
};

export const ReadingAnswer = Strict({ ...metered, revision: Type.Integer() });
export const AdjustmentAnswer = Strict({ ...metered, billed_in: Period, event_ids: Type.Array(Id) });

export const RatedUsageAnswer = Strict({
  id: Id,
  tenant_id: Type.String(),
  invoice_id: Id,
  revision: Type.Integer({ description: 'Of the invoice' }),
  period: Period,
  meter: Type.String(),
  event_type: Type.String(),
  aggregation: metered.aggregation,
  adjusts: Nullable(Period),
  quantity: DecimalAnswer,
  billed_quantity: Type.String({ ...DecimalAnswer, description: 'Of an adjusted period, what was billed before' }),
  unit_price: Nullable(DecimalAnswer),
  amount: DecimalAnswer,
  currency: Currency,
  description: Type.String(),
  charge: PricePlan.properties.charges.items,
  plan_id: Type.String(),
  plan_version: Type.Integer(),
  reading_ids: Type.Array(Id),
  adjustment_ids: Type.Array(Id),
  created_at: Timestamp,
});

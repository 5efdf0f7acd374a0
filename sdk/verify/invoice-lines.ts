import { type Charge, isPlan, type Plan, planErrors, ratePlan } from '../rating/index.ts';
import type { BillingRows, Invoice, InvoiceLine, RatedUsage, Row } from './billing-rows.ts';
import { isSame } from './canonical.ts';
import type { Findings } from './findings.ts';
import type { Json } from './json.ts';
import { valueAt } from './pointer.ts';
import { adjustmentProblems, type Problem, usageProblems } from './rated-usage.ts';

/** So many errors of a plan are named. */
const MOST_ERRORS = 20;

/**
 * The base fee, then the usage by each charge of the plan, in its order, then what adjusts earlier periods: a line each, and nothing
 * else. What a line says in words is not compared.
 * @returns how many lines come out as they are
 */
export function judgeLines(invoice: Invoice, rows: BillingRows, findings: Findings): number {
  const plan: unknown = invoice.plan;
  if (!isPlan(plan)) {
    for (const { path, message } of planErrors(plan).slice(0, MOST_ERRORS)) {
      findings.add('INVALID', 'malformed-plan', `the plan of the invoice: ${path} ${message}`, 'invoice.plan');
    }
    return 0;
  }
  if (plan.currency !== invoice.currency) {
    findings.add('INVALID', 'currency-differs', `the plan is in ${plan.currency}, the invoice in ${invoice.currency}`, 'invoice.currency');
  }
  const turns = plan.charges.map((charge, at) => ({ charge, written: valueAt(invoice.plan, `/charges/${at}`) ?? null }));
  const billed = new Set<string>();
  let rerated = 0;
  for (const [index, line] of invoice.lines.entries()) {
    const path = `invoice.lines[${index}]`;
    const problems = index === 0 ? baseProblems(line, plan) : lineProblems(line, turns[index - 1] ?? null, invoice, { rows, billed });
    for (const { code, what } of problems) findings.add('INVALID', code, `${path}: ${what}`, path);
    if (problems.length === 0) rerated++;
  }
  judgeMissing(invoice, plan, rows.rated, billed, findings);
  judgeAdjusted(rows.rated, findings);
  return rerated;
}

/** What has no line is not billed, or hides what was. */
function judgeMissing({ lines }: Invoice, { charges }: Plan, rated: BillingRows['rated'], billed: ReadonlySet<string>, findings: Findings): void {
  const missing = (what: string, path: string) => findings.add('INVALID', 'line-missing', `the invoice has no line for ${what}`, path);
  if (lines.length === 0) missing('the base fee', 'invoice.lines');
  for (const { meter } of charges.slice(Math.max(0, lines.length - 1))) missing(`the charge of ${meter}`, 'invoice.lines');
  for (const [id, { path }] of rated) if (!billed.has(id)) missing(`the rated usage ${id}`, path);
}

/** What came late is billed once. */
function judgeAdjusted(rated: BillingRows['rated'], findings: Findings): void {
  const known = new Set<string>();
  for (const { path, value } of rated.values()) {
    for (const id of value.adjustment_ids) {
      if (known.has(id)) findings.add('INVALID', 'doubled-adjustment', `${path}: the adjustment ${id} is billed twice`, path);
      known.add(id);
    }
    if (value.adjusts !== null && value.aggregation === 'max') {
      findings.add('NOTE', 'quantity-not-recomputed', `${path}: by how much a maximum rose cannot be recomputed from what came late`, path);
    }
  }
}

function baseProblems(line: InvoiceLine, plan: Plan): readonly Problem[] {
  const [base] = ratePlan(plan, {}).lines;
  const isBase = base && (['meter', 'quantity', 'unit_price', 'amount'] as const).every((field) => line[field] === base[field]);
  if (isBase && line.rated_usage_id === null) return [];
  return [{ code: 'line-differs', what: `it is not the base fee of ${base?.amount} ${plan.currency}` }];
}

/** A charge, and as it is written in the plan. */
interface Turn {
  readonly charge: Charge;
  readonly written: Json;
}

interface Rows {
  readonly rows: BillingRows;
  /** The rated usage that lines before have billed. */
  readonly billed: Set<string>;
}

/** @param turn of the charge that is next; null after the last */
function lineProblems(line: InvoiceLine, turn: Turn | null, invoice: Invoice, { rows, billed }: Rows): readonly Problem[] {
  const id = line.rated_usage_id ?? '';
  const row: Row<RatedUsage> | undefined = rows.rated.get(id);
  if (!row) return [{ code: 'line-differs', what: 'no rated usage of this invoice and its revision is here for it' }];
  if (billed.has(id)) return [{ code: 'doubled-line', what: `the rated usage ${id} has a line before it` }];
  billed.add(id);
  return [...fieldProblems(line, row.value), ...rowProblems(row.value, turn, invoice, rows)];
}

function fieldProblems(line: InvoiceLine, row: RatedUsage): readonly Problem[] {
  const fields = ['meter', 'quantity', 'unit_price', 'amount'] as const;
  return fields
    .filter((field) => line[field] !== row[field])
    .map((field) => ({ code: 'line-differs', what: `its ${field} is ${line[field]}, that of its rated usage ${row[field]}` }));
}

function rowProblems(row: RatedUsage, turn: Turn | null, invoice: Invoice, rows: BillingRows): readonly Problem[] {
  const billed = { ...rows, invoice };
  if (turn && row.adjusts === null) {
    const isOwn = isSame(row.charge, turn.written);
    return [
      ...(isOwn ? [] : [{ code: 'line-differs', what: `its rated usage is not by the charge of ${turn.charge.meter}, whose turn it is` }]),
      ...usageProblems(row, turn.charge, billed),
    ];
  }
  if (!turn && row.adjusts !== null) return adjustmentProblems(row, billed);
  const what = turn ? `an adjustment stands where the line of ${turn.charge.meter} belongs` : 'it is by no charge of the plan, and adjusts nothing';
  return [{ code: 'line-differs', what }];
}

import type { Entity, Having, TimeRange, Where } from '../../sdk/index.ts';

/** Which rows of an entity, as SQL over its table `t`. The tenant is always the first value. */
export interface Conditions {
  readonly sql: string;
  readonly values: readonly unknown[];
  /** What the terms need beside `t`: never more than one row for one of its own. Absent where they need nothing. */
  readonly joins?: string;
}

/** Adds a value to the statement. @returns the parameter that stands for it */
export type Bind = (value: unknown) => string;

export interface Selection<Row> {
  readonly where: Where<Row>;
  readonly withoutReceipts?: boolean | undefined;
}

/** The receipts `r` of a row's states `s`, each as its state says. By their ids one partition is looked at; by that of the subject, all. */
export const RECEIPTS_OF_T = `subject_states s JOIN receipts r
  ON (r.tenant_id, r.id, r.subject_id, r.seq, r.state_to) = (s.tenant_id, s.receipt_id, s.subject_id, s.version, s.status)`;
export const OF_T = 's.tenant_id = $1 AND s.subject_id = t.id';

/** Of a governed row `t`: it has fewer allowed receipts than versions. */
export const WITHOUT_RECEIPTS = `(SELECT count(*) FROM ${RECEIPTS_OF_T} WHERE ${OF_T}) < t.version`;

/** The one way to say which rows. @throws TypeError for a column that the entity does not have, or whose values rows do not hold */
export function conditionsOf<R>(entity: Entity<R>, tenant: string, { where, withoutReceipts = false }: Selection<R>): Conditions {
  const values: unknown[] = [tenant];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const terms = ['t.tenant_id = $1'];
  for (const [column, wanted] of Object.entries(where)) {
    if (wanted === undefined) continue;
    const name = columnOf(entity, column);
    if (entity.personal.includes(column)) throw new TypeError(`${entity.type}: "${column}" is personal, so rows are found by it with q alone`);
    if (wanted === null) terms.push(`${name} IS NULL`);
    for (const [operator, value] of comparisonsWith(wanted)) {
      terms.push(termOf(name, operator, bind(value)));
    }
  }
  if (withoutReceipts) terms.push(WITHOUT_RECEIPTS);
  return { sql: terms.join(' AND '), values };
}

/** Those of them for which these terms hold too. */
export function narrowed({ sql, values: given, ...rest }: Conditions, terms: (bind: Bind) => readonly string[]): Conditions {
  const values = [...given];
  const added = terms((value) => `$${values.push(value)}`);
  return { ...rest, sql: [sql, ...added].join(' AND '), values };
}

/** What a row says of people, as `p_<column>.value`; null once erased. */
export function personalJoins(entity: Entity<never>): string {
  return entity.personal
    .map((name) => `LEFT JOIN disclosures p_${name} ON p_${name}.tenant_id = $1 AND p_${name}.commitment = t."${name}"`)
    .join(' ');
}

/** A column of `t`. Only what the entity declares reaches the text of a statement. @throws TypeError */
export function columnOf(entity: Entity<never>, name: string): string {
  if (!entity.columns.includes(name)) throw new TypeError(`${entity.type} has no column "${name}"`);
  return `t."${name}"`;
}

type Comparison = readonly ['=' | '>=' | '<=' | '<' | 'any' | 'has', unknown];

function termOf(name: string, operator: Comparison[0], parameter: string): string {
  if (operator === 'any') return `${name} = ANY(${parameter})`;
  return operator === 'has' ? `${parameter} = ANY(${name})` : `${name} ${operator} ${parameter}`;
}

function comparisonsWith(wanted: unknown): readonly Comparison[] {
  if (Array.isArray(wanted)) return [['any', wanted]];
  if (wanted === null) return [];
  if (typeof wanted !== 'object') return [['=', wanted]];
  const { since, until, before, has } = wanted as TimeRange & Partial<Having>;
  const bounds: Comparison[] = [
    ['>=', since],
    ['<=', until],
    ['<', before],
    ['has', has],
  ];
  return bounds.filter(([, value]) => value !== undefined);
}

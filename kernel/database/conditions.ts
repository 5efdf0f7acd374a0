import type { Entity, TimeRange, Where } from '../../sdk/index.ts';

/** Which rows of an entity, as SQL over its table `t`. The tenant is always the first value. */
export interface Conditions {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export interface Selection<Row> {
  readonly where: Where<Row>;
  readonly withoutReceipts?: boolean | undefined;
}

const WITHOUT_RECEIPTS = '(SELECT count(*) FROM receipts r WHERE r.tenant_id = $1 AND r.subject_id = t.id AND r.seq IS NOT NULL) < t.version';

/** The one way to say which rows. @throws TypeError for a column that the entity does not have */
export function conditionsOf<R>(entity: Entity<R>, tenant: string, { where, withoutReceipts = false }: Selection<R>): Conditions {
  const values: unknown[] = [tenant];
  const terms = ['t.tenant_id = $1'];
  for (const [column, wanted] of Object.entries(where)) {
    if (wanted === undefined) continue;
    const name = columnOf(entity, column);
    for (const [operator, value] of comparisonsWith(wanted)) {
      const parameter = `$${values.push(value)}`;
      terms.push(`${name} ${operator === 'any' ? `= ANY(${parameter})` : `${operator} ${parameter}`}`);
    }
  }
  if (withoutReceipts) terms.push(WITHOUT_RECEIPTS);
  return { sql: terms.join(' AND '), values };
}

/** A column of `t`. Only what the entity declares reaches the text of a statement. @throws TypeError */
export function columnOf(entity: Entity<never>, name: string): string {
  if (!entity.columns.includes(name)) throw new TypeError(`${entity.type} has no column "${name}"`);
  return `t."${name}"`;
}

type Comparison = readonly ['=' | '>=' | '<=' | '<' | 'any', unknown];

function comparisonsWith(wanted: unknown): readonly Comparison[] {
  if (Array.isArray(wanted)) return [['any', wanted]];
  if (typeof wanted !== 'object' || wanted === null) return [['=', wanted]];
  const { since, until, before } = wanted as TimeRange;
  const bounds: Comparison[] = [
    ['>=', since],
    ['<=', until],
    ['<', before],
  ];
  return bounds.filter(([, value]) => value !== undefined);
}

import type { ColumnOf, DayCount, Distribution, Entity, Measure, Moment } from '../../sdk/index.ts';
import { type Bind, type Conditions, columnOf, OF_T, RECEIPTS_OF_T } from './conditions.ts';
import type { Transaction } from './database.ts';

/** What the database works out over the rows of one entity, however many there are. */

export async function countRows(tx: Transaction, { table }: Entity<never>, { sql, values, joins = '' }: Conditions): Promise<number> {
  return (await onlyRow(tx.query<{ total: number }>(`SELECT count(*) AS total FROM ${table} t ${joins} WHERE ${sql}`, values))).total;
}

/** @throws TypeError for a column or a state that the entity does not have */
export function distributionOf<R>(
  tx: Transaction,
  entity: Entity<R>,
  conditions: Conditions,
  measure: Measure<R>,
  upTo: readonly (number | string)[],
): Promise<Distribution> {
  const values = [...conditions.values];
  const bind: Bind = (value) => `$${values.push(value)}`;
  const edges = ['-Infinity', ...upTo.map(String), 'Infinity'].map((edge) => `${bind(edge)}::numeric`);
  const counts = edges.slice(1).map((edge, index) => `count(*) FILTER (WHERE m > ${edges[index]} AND m <= ${edge})::int`);
  // OFFSET 0: measured once a row, however often it is asked for.
  const text = `SELECT count(m) AS count, avg(m)::float8 AS average,
      percentile_cont(0.5) WITHIN GROUP (ORDER BY m::float8) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY m::float8) AS p95,
      ARRAY[${counts.join(', ')}] AS histogram
    FROM (SELECT ${measured(entity, measure, bind)} AS m FROM ${entity.table} t WHERE ${conditions.sql} OFFSET 0) measured`;
  return onlyRow(tx.query<Distribution>(text, values));
}

export function countRowsByDay<R>(
  tx: Transaction,
  entity: Entity<R>,
  { sql, values }: Conditions,
  { time, by }: { time: ColumnOf<R>; by: ColumnOf<R> },
): Promise<readonly DayCount[]> {
  return tx.query<DayCount>(
    `SELECT to_char(${columnOf(entity, time)} AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, ${columnOf(entity, by)} AS value, count(*) AS count
       FROM ${entity.table} t WHERE ${sql} AND ${columnOf(entity, time)} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
    values,
  );
}

/** No cast: a column that is no number is refused rather than tried. */
function measured<R>(entity: Entity<R>, measure: Measure<R>, bind: Bind): string {
  if (typeof measure === 'string') return columnOf(entity, measure);
  return `extract(epoch FROM ${momentOf(entity, measure.to, bind)} - ${momentOf(entity, measure.secondsFrom, bind)})`;
}

function momentOf<R>(entity: Entity<R>, moment: Moment<R>, bind: Bind): string {
  if (typeof moment === 'string') return columnOf(entity, moment);
  const { firstIn } = moment;
  if (!entity.transitions || !(firstIn in entity.transitions)) throw new TypeError(`${entity.type} has no state "${firstIn}"`);
  return `(SELECT min(r.at) FROM ${RECEIPTS_OF_T} WHERE ${OF_T} AND s.status = ${bind(firstIn)})`;
}

async function onlyRow<T>(rows: Promise<readonly T[]>): Promise<T> {
  const [row] = await rows;
  if (!row) throw new TypeError('an aggregate has one row');
  return row;
}

import { defineJob } from '../../sdk/index.ts';
import { Alerts } from '../database/tables.ts';
import { isMissed, type Readings } from '../slo/readings.ts';
import type { checkAlert } from './check.ts';

/** Each minute, in every replica, which so knows what its metrics are to say. */
export function watchIndicators(readings: Readings, check: ReturnType<typeof checkAlert>) {
  return defineJob({
    id: 'summit.alerts',
    title: 'Raise an alert for each indicator that has missed its target, and resolve those of the others',
    schedule: '40 * * * * *',
    action: check,
    async due({ db, tenant }) {
      const missed = (await readings.of(db, tenant)).filter((reading) => reading.indicator.alert && isMissed(reading));
      const open = await db.find(Alerts, { status: 'open' });
      const kinds = (of: readonly string[]) => new Set(of);
      return [...kinds(missed.map(({ indicator }) => indicator.id)).symmetricDifference(kinds(open.map(({ kind }) => kind)))];
    },
  });
}

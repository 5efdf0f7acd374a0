import { defineJob } from '../../sdk/index.ts';
import { Alerts } from '../database/tables.ts';
import type { Metrics } from '../metrics.ts';
import type { Readings } from '../slo/readings.ts';
import { causeIn, isOtherwise } from './cause.ts';
import type { checkAlert } from './check.ts';

interface Watching {
  readonly readings: Readings;
  readonly metrics: Pick<Metrics, 'watched'>;
}

/** Each minute, in every replica, which so knows what its metrics are to say. */
export function watchIndicators({ readings, metrics }: Watching, check: ReturnType<typeof checkAlert>) {
  return defineJob({
    id: 'summit.alerts',
    title: 'Raise an alert for each indicator that has missed its target, and resolve those of the others',
    schedule: '40 * * * * *',
    action: check,
    async due({ db, tenant }) {
      const read = await readings.of(db, tenant);
      metrics.watched(tenant);
      const causes = new Map(read.map((reading) => [reading.indicator.id, causeIn(reading)]));
      const open = new Map((await db.find(Alerts, { status: 'open' })).map((alert) => [alert.kind, alert]));
      return [...new Set([...causes.keys(), ...open.keys()])].filter((kind) => isOtherwise(open.get(kind) ?? null, causes.get(kind) ?? null));
    },
  });
}

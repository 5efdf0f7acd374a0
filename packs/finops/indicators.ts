import { defineIndicator, secondsSince } from '@summit/sdk';
import { UsageLedger } from './entities.ts';
import { listReadings } from './queries.ts';

/** Usage is counted once an hour; whatever has waited for two has been passed over. */
const TARGET_SECONDS = 7_200;

export const meteringLag = defineIndicator({
  id: 'finops.metering_lag',
  title: 'Metering lag',
  definition: 'How long the oldest usage event has waited since it was recorded that no reading counts yet.',
  unit: 'seconds',
  target: TARGET_SECONDS,
  alert: 'critical',
  list: listReadings.route.path,
  async read({ db, now }) {
    const [ledger] = await db.find(UsageLedger, {});
    const counted = ledger ? { epoch: ledger.log_epoch, size: ledger.log_size } : null;
    return { value: secondsSince(await db.oldestUsageSince(counted), now) };
  },
});

import { defineJob } from '@summit/sdk';
import { expireRequest } from './actions/expire.ts';
import { lapseRequest } from './actions/lapse.ts';
import { hoursBefore, lapseHours } from './deadlines.ts';
import { HighRiskRequest } from './entities.ts';

const EVERY_MINUTE = '* * * * *';
/** The rest is due a minute later. */
const AT_ONCE = 1_000;

export const expireGrants = defineJob({
  id: 'high-risk-ops.expire-grants',
  title: 'End grants whose time is over',
  schedule: EVERY_MINUTE,
  action: expireRequest,
  due: async ({ db, now }) => idsOf(await db.find(HighRiskRequest, { status: 'executed', expires_at: { until: now } }, { limit: AT_ONCE })),
});

export const lapseRequests = defineJob({
  id: 'high-risk-ops.lapse-requests',
  title: 'End requests that were not approved or not executed in time',
  schedule: EVERY_MINUTE,
  action: lapseRequest,
  async due(context) {
    const { db, now } = context;
    const before = (status: 'pending' | 'approved') => ({ before: hoursBefore(now, lapseHours(status, context)) });
    const pending = await db.find(HighRiskRequest, { status: 'pending', created_at: before('pending') }, { limit: AT_ONCE });
    const approved = await db.find(HighRiskRequest, { status: 'approved', updated_at: before('approved') }, { limit: AT_ONCE });
    return idsOf([...pending, ...approved]);
  },
});

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

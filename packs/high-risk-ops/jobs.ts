import { defineJob, type Reader } from '../../sdk/index.ts';
import { expireRequest } from './actions/expire.ts';
import { lapseRequest } from './actions/lapse.ts';
import { HighRiskRequest } from './entities.ts';
import { settingsOf } from './settings.ts';

const EVERY_MINUTE = '* * * * *';
const PENDING_LAPSE_HOURS = 168;
const APPROVED_LAPSE_HOURS = 24;

export const expireGrants = defineJob({
  id: 'high-risk-ops.expire-grants',
  title: 'End grants whose time is over',
  schedule: EVERY_MINUTE,
  action: expireRequest,
  due: async ({ db, now }) => idsOf(await db.find(HighRiskRequest, { status: 'executed', expires_at: { before: now } })),
});

export const lapseRequests = defineJob({
  id: 'high-risk-ops.lapse-requests',
  title: 'End requests that were not approved or not executed in time',
  schedule: EVERY_MINUTE,
  action: lapseRequest,
  async due({ db, now, settings }) {
    const { pending_lapse_hours = PENDING_LAPSE_HOURS, approved_lapse_hours = APPROVED_LAPSE_HOURS } = settingsOf({ settings });
    const untouched = (status: string, hours: number) => lastChanged(db, status, hoursBefore(now, hours));
    return [...(await untouched('pending', pending_lapse_hours)), ...(await untouched('approved', approved_lapse_hours))];
  },
});

/** A pending request counts from its creation, so that a lone approval does not prolong it. */
async function lastChanged(db: Reader, status: string, before: string): Promise<readonly string[]> {
  return idsOf(await db.find(HighRiskRequest, status === 'pending' ? { status, created_at: { before } } : { status, updated_at: { before } }));
}

function idsOf(rows: readonly { readonly id: string }[]): readonly string[] {
  return rows.map(({ id }) => id);
}

function hoursBefore(time: string, hours: number): string {
  return new Date(Date.parse(time) - hours * 3_600_000).toISOString();
}

import { settingsOf } from '@summit/sdk';
import type { Request } from './request.ts';
import { settings } from './settings.ts';

const PENDING_LAPSE_HOURS = 168;
const APPROVED_LAPSE_HOURS = 24;

interface Configured {
  readonly settings: Readonly<Record<string, unknown>>;
}

/** How long a request may stay in a state without being used, in hours. */
export function lapseHours(status: 'pending' | 'approved', context: Configured): number {
  const { pending_lapse_hours = PENDING_LAPSE_HOURS, approved_lapse_hours = APPROVED_LAPSE_HOURS } = settingsOf(settings, context);
  return status === 'pending' ? pending_lapse_hours : approved_lapse_hours;
}

/** A pending request counts from its creation, so that a lone approval does not prolong it; an approved one from then. */
export function hasLapsed(request: Request, context: Configured & { readonly now: string }): boolean {
  const { status, created_at, updated_at } = request;
  if (status !== 'pending' && status !== 'approved') return false;
  const since = status === 'pending' ? created_at : updated_at;
  return since < hoursBefore(context.now, lapseHours(status, context));
}

/** A grant ends at its time, not after it. */
export function hasExpired({ expires_at }: Request, now: string): boolean {
  return expires_at !== null && expires_at <= now;
}

export function hoursBefore(time: string, hours: number): string {
  return new Date(Date.parse(time) - hours * 3_600_000).toISOString();
}

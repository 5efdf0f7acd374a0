import * as assert from 'uvu/assert';
import type { TestSummit } from './summit.ts';

/** What the demonstrations of the shipped packs leave. */

const TENANT = 'demo-external';

/** What there is of everything that the stories bring about. */
export async function inventory(s: TestSummit, tenant = TENANT): Promise<Readonly<Record<string, number>>> {
  const total = async (handle: string, path: string) => (await s.get(handle, path, { tenant })).body.total as number;
  const [requests, leads, quotes, events, runs, invoices] = await Promise.all([
    total('auditor', '/high-risk-ops/requests'),
    total('auditor', '/revops/leads'),
    total('auditor', '/revops/quotes'),
    total('auditor', '/metering/events?source=/summit-demo'),
    total('auditor', '/billing/runs'),
    total('auditor', '/billing/invoices'),
  ]);
  const credited = (await s.get('finance', '/billing/invoices', { tenant })).body.items.flatMap(
    ({ credit_notes }: { credit_notes: readonly unknown[] }) => credit_notes,
  );
  return { requests, leads, quotes, events, runs, invoices, credited: credited.length };
}

/** Beside the events, which are as many as the days. */
const WHOLE = { requests: 5, leads: 5, quotes: 5, runs: 6, invoices: 6, credited: 1 };

/** All of it is there, and once. */
export async function assertWhole(s: TestSummit, tenant = TENANT): Promise<void> {
  const { events, ...rest } = await inventory(s, tenant);
  assert.equal(rest, WHOLE);
  // Five months have 151 days at least, with two events each.
  assert.ok((events ?? 0) >= 302, `${events} events`);
}

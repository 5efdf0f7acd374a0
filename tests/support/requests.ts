import type { BrowserContext, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { accessRequest, type TestSummit } from './summit.ts';
import type { TestSwitchboard } from './switchboard.ts';

/** Requests for access, by the API and as the Switchboard shows them. */

export const REQUESTS = '/high-risk-ops/requests';
export const LIST = `/w${REQUESTS}`;
/** What the browser says of each answer that is an error, and of a server that it does not reach. */
export const EXPECTED = /Failed to load resource/;

export async function requested(s: TestSummit, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { status, body } = await s.post('engineer', REQUESTS, accessRequest(fields));
  assert.is(status, 201);
  return body.id;
}

/** Shows a new request to somebody. @param expected what the browser complains of, since it belongs to what is tested */
export async function onRequest(
  { s, visit }: TestSwitchboard,
  handle: string,
  work: (page: Page, request: { readonly id: string; readonly context: BrowserContext }) => Promise<void>,
  expected = EXPECTED,
): Promise<void> {
  const id = await requested(s);
  await visit(handle, `${LIST}/${id}`, (page, context) => work(page, { id, context }), { expected });
}

export const requestOf = async (s: TestSummit, id: string) => (await s.get('auditor', `${REQUESTS}/${id}`)).body;
export const totalOfRequests = async (s: TestSummit): Promise<number> => (await s.get('auditor', REQUESTS)).body.total;
export const requestsOn = (page: Page) => page.getByRole('table', { name: 'Requests' }).locator('tbody tr');
export const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
export const isApi = (path: string) => (url: URL) => url.pathname === path;

/** Fills in the form of a new request. */
export async function fillRequest(page: Page, { minutes, justification }: { minutes: number; justification: string }): Promise<void> {
  await page.getByLabel('Target').selectOption('orders-db');
  await page.getByLabel('Duration in minutes').fill(String(minutes));
  await page.getByLabel('Justification').fill(justification);
}

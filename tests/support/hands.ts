import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { parsePolicy, type Report, verifyEvidence } from '../../sdk/verify/index.ts';
import { settled } from './switchboard.ts';

/** What people do with the Switchboard, by the names that they read. */

/** From the left pane. */
export async function openFromPane(page: Page, workspace: string, entry: string): Promise<void> {
  const pane = page.getByRole('navigation', { name: 'Workspaces' });
  const section = pane.locator('details', { has: page.getByText(workspace, { exact: true }) });
  const link = section.getByRole('link', { name: entry, exact: true });
  // It may be folded away.
  if (!(await link.isVisible())) await section.locator('summary').click();
  await link.click();
  await page.getByRole('heading', { level: 1, name: entry, exact: true }).waitFor();
  await settled(page);
}

export async function openTab(page: Page, name: string): Promise<Locator> {
  await page.getByRole('link', { name, exact: true }).click();
  const tab = page.getByRole('region', { name, exact: true });
  await tab.waitFor();
  await settled(page);
  return tab;
}

/** Takes an action of a record: its button, then what is asked before it is done. */
export async function take(page: Page, action: string, filled: Readonly<Record<string, string>> = {}): Promise<void> {
  await page.getByRole('region', { name: 'Actions', exact: true }).getByRole('button', { name: action, exact: true }).click();
  const dialog = page.getByRole('dialog', { name: action });
  for (const [label, text] of Object.entries(filled)) await dialog.getByLabel(label).fill(text);
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText(/Done\. Receipt \S+\.$/).waitFor();
}

/** Waits until an expression holds in the page. */
export async function comesTrue(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await page.evaluate(expression)) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`it never came true that ${expression}`);
}

/** Waits until the head of the record says so. */
export function inState(page: Page, status: string): Promise<void> {
  return page.getByRole('heading', { level: 1, name: new RegExp(` ${status}$`) }).waitFor();
}

/** Why this person may not take an action now. */
export async function whyNot(page: Page, action: string): Promise<string> {
  const refused = page.getByRole('region', { name: 'Actions', exact: true }).getByRole('group').filter({ hasText: 'Not now, and why' });
  const reason = refused.getByRole('listitem').filter({ hasText: action });
  if (!(await reason.isVisible())) await refused.getByText('Not now, and why').click();
  return (await reason.innerText()).replace(action, '').trim();
}

export interface Saved {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  /** Lowercase hex. */
  readonly sha256: string;
}

/** What the browser saves when this is done. */
export async function saved(page: Page, act: () => Promise<void>): Promise<Saved> {
  const [download] = await Promise.all([page.waitForEvent('download'), act()]);
  const path = await download.path();
  const bytes = readFileSync(path);
  return { name: download.suggestedFilename(), path, text: bytes.toString(), sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** The verdicts of the Evidence tab, each by its name. */
export async function verifiedHere(page: Page): Promise<Readonly<Record<string, string>>> {
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  const verdicts = page.getByRole('status').filter({ has: page.getByRole('heading', { name: /^(Verified|Not verified)$/ }) });
  await verdicts.waitFor();
  const terms = await verdicts.getByRole('term').allInnerTexts();
  const meanings = await verdicts.getByRole('definition').allInnerTexts();
  return Object.fromEntries(terms.map((term, index) => [term.trim().toLowerCase(), (meanings[index] ?? '').trim()]));
}

/** Saves the bundle and the file of keys from the Evidence tab, and verifies the one by the other as the offline verifier does. */
export async function verifiedOffline(page: Page): Promise<{ readonly bundle: Saved; readonly report: Report }> {
  const bundle = await saved(page, () => page.getByRole('button', { name: 'Download the bundle' }).click());
  const keys = await saved(page, () => page.getByRole('link', { name: 'Download the file of keys' }).click());
  return { bundle, report: await verifyEvidence(bundle.text, { policy: await parsePolicy(keys.text) }) };
}

/** What the foot of the list that is open says that there are in all. */
export async function totalOf(page: Page): Promise<number> {
  const total = page.getByText(/^[\d,]+ in all ·/);
  const none = page.getByRole('heading', { name: /^(Nothing matches these filters|There is nothing here yet)\.$/ });
  await total.or(none).first().waitFor();
  await settled(page);
  if (await none.isVisible()) return 0;
  return Number((await total.innerText()).split(' ')[0]?.replaceAll(',', ''));
}

export async function headsOf(page: Page): Promise<string[]> {
  const heads = page.getByRole('columnheader');
  await heads.first().waitFor();
  return heads.allInnerTexts();
}

export function assertHas(text: string, ...words: readonly string[]): void {
  for (const word of words) assert.ok(text.includes(word), `“${word}” in “${text}”`);
}

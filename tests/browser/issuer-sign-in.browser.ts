import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChromium } from '../support/chromium.ts';
import { type IdentityProvider, identityProvider } from '../support/identity-provider.ts';
import { looked } from '../support/looks.ts';
import { button } from '../support/requests.ts';
import { accessRequest, type TestSummit, testSummit } from '../support/summit.ts';

const test = suite('Signing in at an issuer with a browser');
const fresh_authentication = { max_age_minutes: 15, acr_values: ['urn:mfa'] };
let idp: IdentityProvider;
let s: TestSummit;
let browser: Browser;

test.before(async () => {
  idp = await identityProvider();
  const asking = (settings: object = {}) => ({ settings: { ...settings, fresh_authentication } });
  [s, browser] = await Promise.all([
    testSummit((config) => {
      const tenants = config.tenants.map(({ packs, ...tenant }) => {
        const ops = { ...packs['high-risk-ops'], ...asking(packs['high-risk-ops']?.settings) };
        return { ...tenant, packs: { ...packs, 'high-risk-ops': ops } };
      });
      return idp.configured({ ...config, tenants });
    }),
    launchChromium(),
  ]);
  await idp.serve(s);
});
test.after(async () => {
  await browser?.close();
  await s?.close();
  await idp?.close();
});

async function inBrowser(work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL: s.summit.url });
  try {
    await work(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Where screenshots go, where somebody wants to look at them. */
const shots = process.env.SCREENSHOTS;
const shot = async (page: Page, name: string) => (shots ? void (await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })) : undefined);

test('who is refused for an old sign-in signs in again, comes back to the same page, and goes on', async () => {
  const { id } = (await s.post('engineer', '/high-risk-ops/requests', accessRequest())).body;
  Object.assign(idp.visitor, { sub: 'idp|team-lead', acr: 'urn:password' });
  await inBrowser(async (page) => {
    const path = `/w/high-risk-ops/requests/${id}?tenant=demo-external`;
    await page.goto(path);
    await page.waitForURL('**/sign-in?**');
    assert.equal(await looked(page, 'the page with a button', ['light and wide', 'dark and narrow']), []);
    await shot(page, 'sign-in');
    await page.getByRole('link', { name: 'Sign in with Example' }).click();
    await page.waitForURL(`**${path}`);
    await page.getByText('Sign in again: this takes a sign-in within the last 15 minutes, by urn:mfa.').waitFor();
    assert.is(await button(page, 'Approve a request').count(), 0);
    assert.equal(await looked(page, 'a sign-in that is too old', ['light and wide', 'dark and narrow']), []);
    await shot(page, 'stale');
    idp.visitor.acr = 'urn:mfa';
    await page.getByRole('link', { name: 'Sign in again' }).click();
    await button(page, 'Approve a request').click();
    assert.is(new URL(page.url()).pathname, `/w/high-risk-ops/requests/${id}`);
    // Meanwhile it grows too old, as it may at any time.
    s.advance({ minutes: 20 });
    await page.getByRole('dialog').getByRole('button', { name: 'Approve a request' }).click();
    const refusal = page.getByRole('dialog').getByRole('alert');
    await refusal.getByRole('link', { name: 'Sign in again' }).waitFor();
    await shot(page, 'stale-dialog');
    s.advance({ minutes: -20 });
    await refusal.getByRole('link', { name: 'Sign in again' }).click();
    await button(page, 'Approve a request').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve a request' }).click();
    await page.getByText('Done. Receipt').waitFor();
  });
});

test('who is not let in reads why, and who signs out may sign out there too', async () => {
  await inBrowser(async (page) => {
    idp.visitor.sub = 'idp|stranger';
    await page.goto('/auth/start/example?return_to=/w');
    await page.getByRole('alert').getByText('Nobody who is active in the tenant demo-external').waitFor();
    assert.equal(await looked(page, 'a refusal', ['light and wide', 'dark and narrow']), []);
    await shot(page, 'refused');
  });
  await inBrowser(async (page) => {
    idp.visitor.sub = 'idp|auditor';
    await page.goto('/auth/start/example?return_to=/w');
    await page.getByText('auditor', { exact: true }).first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('status').getByText('You are signed out of Summit.').waitFor();
    assert.equal(await looked(page, 'signed out', ['light and wide', 'dark and narrow']), []);
    await shot(page, 'signed-out');
    await page.getByRole('link', { name: 'sign out there too' }).click();
    await page.waitForURL(`${idp.issuer}/session/end**`);
  });
});

test.run();

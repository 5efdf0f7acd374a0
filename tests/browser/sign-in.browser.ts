import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchChromium } from '../support/chromium.ts';
import { type TestSummit, testSummit } from '../support/summit.ts';

const test = suite('Signing in with a browser');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let s: TestSummit;
let browser: Browser;

test.before(async () => {
  [s, browser] = await Promise.all([testSummit(), launchChromium()]);
});
test.after(async () => {
  await browser?.close();
  await s?.close();
});

interface Seen {
  readonly status: number;
  readonly text: string;
}

async function inBrowser(
  work: (page: Page, context: BrowserContext) => Promise<void>,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<void> {
  const context = await browser.newContext({ baseURL: s.summit.url, ...options });
  try {
    await work(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

/** As a script of our own pages asks. */
function fetchFrom(page: Page, path: string, init: { method?: string; headers?: Readonly<Record<string, string>> } = {}): Promise<Seen> {
  return page.evaluate(`fetch('${path}', ${JSON.stringify(init)}).then(async (answer) => ({ status: answer.status, text: await answer.text() }))`);
}

async function choose(page: Page, tenant: string, handle: string): Promise<void> {
  await page.goto(`/sign-in?return_to=/docs&tenant=${tenant}`);
  await page.getByRole('form', { name: tenant }).locator(`button[value="${handle}"]`).click();
  await page.waitForURL('**/docs');
}

test('who chooses a person lands where they wanted to go, is that person, and is nobody after signing out', async () => {
  await inBrowser(async (page, context) => {
    await choose(page, 'demo-external', 'team-lead');
    const [cookie, ...others] = await context.cookies();
    assert.equal(others, []);
    assert.equal(
      [cookie?.name, cookie?.secure, cookie?.httpOnly, cookie?.sameSite, cookie?.path, cookie?.domain],
      ['__Host-summit', true, true, 'Lax', '/', '127.0.0.1'],
    );
    assert.is(await page.evaluate('document.cookie'), '');
    const session = await fetchFrom(page, '/session');
    assert.is(session.status, 200);
    const { tenant, user, csrf_token } = JSON.parse(session.text);
    assert.equal([tenant, user.handle, user.roles], ['demo-external', 'team-lead', ['team_lead']]);
    assert.is((await fetchFrom(page, '/sign-out', { method: 'POST' })).status, 403);
    assert.is((await fetchFrom(page, '/sign-out', { method: 'POST', headers: { 'X-CSRF-Token': csrf_token } })).status, 204);
    assert.equal(await context.cookies(), []);
    assert.is((await fetchFrom(page, '/session')).status, 401);
  });
});

test('a token that is wrong is told of, and a good one gets in, by keyboard alone', async () => {
  await inBrowser(async (page) => {
    await page.goto('/sign-in?return_to=/docs');
    await page.getByLabel('Bearer token').focus();
    await page.keyboard.type('nonsense');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('The bearer token is not valid.').waitFor();
    assert.match(await page.title(), /^Error: /);
    await page.getByLabel('Bearer token').focus();
    await page.keyboard.insertText(await s.token('auditor'));
    await page.keyboard.press('Enter');
    await page.waitForURL('**/docs');
    assert.match((await fetchFrom(page, '/session')).text, '"handle":"auditor"');
  });
});

test('what the browser keeps for one person is not shown to the next', async () => {
  await inBrowser(async (page) => {
    await Promise.all(['demo-external', 'summit-internal'].map((tenant) => s.summit.services.transparencyLog.advance(tenant)));
    const entries = '/log/epochs/1/tile/entries/000.p/1';
    await choose(page, 'demo-external', 'auditor');
    const mine = await fetchFrom(page, entries);
    assert.is(mine.status, 200);
    await choose(page, 'summit-internal', 'auditor');
    const theirs = await fetchFrom(page, entries);
    assert.is(theirs.status, 200);
    assert.is.not(theirs.text, mine.text, 'a tile may be kept for a year');
  });
});

test('a page of another site signs nobody in', async () => {
  await inBrowser(async (page, context) => {
    await page.route('https://evil.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<form method="post" action="${s.summit.url}/sign-in"><input name="tenant" value="demo-external"><input name="handle" value="engineer"><button>Win</button></form>`,
      }),
    );
    await page.goto('https://evil.example/');
    await page.getByRole('button', { name: 'Win' }).click();
    await page.getByRole('alert').getByText('another site').waitFor();
    assert.equal(await context.cookies(), []);
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`everybody can use the page, in ${colorScheme} colours, at 320 pixels and more`, async () => {
    for (const width of [320, 1280]) {
      await inBrowser(
        async (page) => {
          const complaints: string[] = [];
          page.on('console', (message) => complaints.push(message.text()));
          await page.goto('/sign-in');
          assert.equal(complaints, [], 'the policy on content is kept');
          await page.getByLabel('Bearer token').fill('nonsense');
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.getByRole('alert').waitFor();
          await page.evaluate(axe);
          const violations = await page.evaluate(
            'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(" ")))',
          );
          assert.equal(violations, []);
          assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing to scroll sideways');
        },
        { colorScheme, viewport: { width, height: 800 } },
      );
    }
  });
}

test.run();

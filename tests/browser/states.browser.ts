import { readFile } from 'node:fs/promises';
import type { Page, Route } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { manyRequests } from '../support/many-requests.ts';
import { button, EXPECTED, isApi, LIST, onRequest, REQUESTS, requested, requestsOn } from '../support/requests.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('What people see when things go wrong, change or take long');
let board: TestSwitchboard;

test.before(async () => {
  board = await testSwitchboard();
});
test.after(() => board?.close());

const MANY = 10_000;
const ABROAD = 'summit-internal';

/** Answers for the server, as it does when something goes wrong there. */
function failing(route: Route): Promise<void> {
  return route.fulfill({
    status: 500,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status: 500, code: 'internal', title: 'Something went wrong here', detail: 'It broke.', request_id: 'req-4711' }),
  });
}

test('what is empty at first says what it is and how the first is made; what a filter empties says how to be rid of it', async () => {
  await board.visit(
    'engineer',
    `${LIST}?status=rejected`,
    async (page) => {
      await page.getByRole('heading', { name: 'Nothing matches these filters.' }).waitFor();
      await page.locator('.empty').getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('heading', { name: 'There is nothing here yet.' }).waitFor();
      assert.not.match(page.url(), /status/);
      await page.getByText('Whoever needs to read a production database asks for it here').waitFor();
      await page.locator('.empty').getByRole('link', { name: 'Ask for temporary access' }).click();
      await page.getByRole('heading', { level: 1, name: 'Ask for temporary access' }).waitFor();
    },
    { expected: EXPECTED },
  );
});

test('without the server what was shown stays, says how old it is, and heals by itself', async () => {
  await onRequest(
    board,
    'team-lead',
    async (page, { id, context }) => {
      await button(page, 'Approve a request').waitFor();
      await context.setOffline(true);
      const banner = page.getByRole('alert').filter({ hasText: 'The server cannot be reached. What you see is from' });
      await banner.waitFor();
      await page.getByRole('heading', { level: 1, name: /orders-db · 60 min/ }).waitFor();
      await page.getByRole('navigation', { name: 'Workspaces' }).getByRole('link', { name: 'Requests' }).first().click();
      await page.getByRole('heading', { name: 'This could not be loaded.' }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: /orders-db · 60 min/ }).waitFor();
      await board.s.post('security-officer', `${REQUESTS}/${id}/approve`);
      await page.evaluate('window.isStillThis = true');
      await context.setOffline(false);
      await banner.waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Approvals' }).click();
      await page.getByText('security-officer as Security officer').waitFor();
      assert.is(await page.evaluate('window.isStillThis'), true);
    },
    /ERR_INTERNET_DISCONNECTED|Failed to load resource|dynamically imported/,
  );
});

test('what was asked for while the server was away comes once it is back', async () => {
  await requested(board.s);
  await board.visit(
    'auditor',
    '/w/dashboards/high-risk-ops.overview',
    async (page) => {
      await page.route(isApi(REQUESTS), (route) => route.abort('connectionrefused'));
      await page.getByRole('navigation', { name: 'Workspaces' }).getByRole('link', { name: 'Requests' }).first().click();
      await page.getByRole('heading', { name: 'This could not be loaded.' }).waitFor();
      await page.unrouteAll();
      await page.evaluate("dispatchEvent(new Event('online'))");
      await requestsOn(page).first().waitFor();
      await page.getByText('The server cannot be reached').waitFor({ state: 'detached' });
    },
    { expected: EXPECTED },
  );
});

test('one answer that fails is told where it belongs, with an id to copy and a way to try again; the rest works', async () => {
  await onRequest(board, 'team-lead', async (page, { id, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.route(isApi(`/subjects/${id}/actions`), failing);
    await page.reload();
    const failure = page.getByRole('alert').filter({ hasText: 'It broke.' });
    await failure.getByRole('button', { name: 'Copy: req-4711' }).click();
    await failure.getByRole('button', { name: 'Copied: req-4711' }).waitFor();
    assert.is(await page.evaluate('navigator.clipboard.readText()'), 'req-4711');
    assert.is(await page.getByRole('alert').count(), 1);
    await page.getByRole('link', { name: 'Approvals' }).click();
    await page.getByText('Nobody has approved or rejected this yet.').waitFor();
    await page.unrouteAll();
    await failure.getByRole('button', { name: 'Try again' }).click();
    await button(page, 'Approve a request').waitFor();
    assert.is(await page.getByRole('alert').count(), 0);

    // What is there stays, and is said to be old, where it cannot be brought up to date; so does a file that cannot be made.
    await page.goto(LIST);
    await requestsOn(page).first().waitFor();
    await page.route(isApi(REQUESTS), failing);
    await button(page, 'Export CSV').click();
    await page.getByRole('alert').getByText('The file could not be made. It broke.').waitFor();
    await requested(board.s);
    await page.getByRole('status').filter({ hasText: '1 new or changed: show' }).click();
    const outdated = page.getByRole('alert').filter({ hasText: 'This could not be brought up to date.' });
    await outdated.waitFor();
    const before = await requestsOn(page).count();
    await page.unrouteAll();
    await outdated.getByRole('button', { name: 'Try again' }).click();
    await outdated.waitFor({ state: 'detached' });
    assert.is(await requestsOn(page).count(), before + 1);

    await page.route(isApi('/dashboards/high-risk-ops.overview'), async (route) => {
      const answer = await route.fetch();
      const { cards, ...rest } = await answer.json();
      await route.fulfill({ response: answer, json: { ...rest, cards: [{ ...cards[0], error: true }, ...cards.slice(1)] } });
    });
    await page.goto('/w/dashboards/high-risk-ops.overview');
    await page.getByText('This could not be worked out. The rest is not affected.').waitFor();
    await page.getByRole('link', { name: /^Pending/ }).waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: /^Try again\s*:/ }).click();
    await page.getByRole('link', { name: /^Requests: \d+/ }).waitFor();
  });
});

test('a view of a pack that throws, or does not load, does not take the page down', async () => {
  const id = await requested(board.s);
  await board.visit(
    'auditor',
    '/w/dashboards/high-risk-ops.overview',
    async (page) => {
      const catalog = await (await page.request.get('/switchboard')).json();
      const list = catalog.packs
        .flatMap(({ lists }: { lists: readonly { path: string }[] }) => lists)
        .find(({ path }: { path: string }) => path === REQUESTS);
      const module = (content: string) => (route: Route) => route.fulfill({ contentType: 'text/javascript', body: content });
      const thrown = '() => { throw new Error("the view is broken") }';
      await page.route(isApi(list.module), module(`export default { name: ${thrown}, cells: { type: ${thrown} } }`));
      await page.goto(LIST);
      await page.getByRole('cell', { name: 'TEMP_DB_READ_ACCESS' }).first().waitFor();
      await page.goto(`${LIST}/${id}`);
      await page.getByRole('heading', { level: 1, name: 'orders-db' }).waitFor();
      await page.getByText('look at order 4711').waitFor();
      await page.unrouteAll();
      await page.route(
        isApi(list.module),
        module(`let tries = 0; export default { more() { if (tries++ < 1) throw new Error("the view is broken"); return 'mended' } }`),
      );
      await page.reload();
      await page.getByText('Something went wrong in this part of the page. The rest is not affected.').waitFor();
      await page.getByText('look at order 4711').waitFor();
      await button(page, 'Try again').click();
      await page.getByText('mended').waitFor();
      await page.unrouteAll();
      await page.route(isApi(list.module), (route) => route.abort());
      await page.reload();
      await page.getByText('look at order 4711').waitFor();
    },
    { expected: /^$|the view is broken|Failed to load resource|dynamically imported/ },
  );
});

test('whoever may not see a page, or asks for one that is not there, learns why and where to go', async () => {
  await board.visit(
    'engineer',
    '/w/billing/invoices',
    async (page) => {
      await page.getByRole('heading', { level: 1, name: 'You may not see this.' }).waitFor();
      await page.getByText('Invoices needs one of the roles finance, operator, auditor. Your roles: Engineer.').waitFor();
      await page.goto('/w/nowhere');
      await page.getByRole('heading', { level: 1, name: 'There is nothing at this address' }).waitFor();
      await page.getByText('your role may not see it. Your roles: Engineer.').waitFor();
      await page.goto(`${LIST}/${crypto.randomUUID()}`);
      await page.getByRole('heading', { name: 'This is not here.' }).waitFor();
      await page.goto(`${LIST}?tenant=${ABROAD}`);
      await page.getByRole('heading', { level: 1, name: `This link belongs to the tenant ${ABROAD}. You are signed in to demo-external.` }).waitFor();
      await page.getByRole('link', { name: `Sign in to ${ABROAD}` }).click();
      await page.getByRole('form', { name: ABROAD }).locator('button[value="engineer"]').click();
      await page.waitForURL((url) => url.pathname === LIST && url.searchParams.get('tenant') === ABROAD);
      await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    },
    { expected: EXPECTED },
  );
});

test('back, reload and a pasted link give the same view', async () => {
  await board.visit('auditor', LIST, async (page, context) => {
    const idsOn = (shown: Page) => requestsOn(shown).getByRole('link').allInnerTexts();
    const seen = () => idsOn(page);
    await button(page, 'Duration minutes').or(button(page, 'Created at')).first().click();
    await page.waitForURL(/sort=/);
    await page.getByRole('searchbox').fill('orders');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=orders/);
    await settled(page);
    const [address, rows] = [page.url(), await seen()];
    assert.ok(rows.length > 1);
    await requestsOn(page).first().getByRole('link').click();
    await page.getByRole('link', { name: 'History' }).click();
    await page.waitForURL(/\/history/);
    const tab = page.url();
    await page.reload();
    await page.getByRole('link', { name: 'History' }).and(page.locator('[aria-current]')).waitFor();
    assert.is(page.url(), tab);
    await page.goBack();
    await page.goBack();
    assert.is(page.url(), address);
    await requestsOn(page).first().waitFor();
    assert.equal(await seen(), rows);
    await page.reload();
    await requestsOn(page).first().waitFor();
    assert.equal(await seen(), rows);
    const other = await context.newPage();
    await other.goto(address);
    await requestsOn(other).first().waitFor();
    assert.equal(await idsOn(other), rows);
    assert.is(await other.getByRole('searchbox').inputValue(), 'orders');
    await other.goto('/w/dashboards/high-risk-ops.overview?days=7');
    await other.getByRole('link', { name: '7 days' }).and(other.locator('[aria-current=true]')).waitFor();
  });
});

test('of ten thousand requests a page is shown, the total is exact, and all can be had as a file', async () => {
  await manyRequests(board.s, MANY, ABROAD);
  await board.visit(
    'auditor',
    LIST,
    async (page) => {
      await page.getByText('10,000 in all').waitFor();
      assert.is(await requestsOn(page).count(), 50);
      assert.ok(Number(await page.evaluate("document.querySelectorAll('*').length")) < 2_000);
      await requestsOn(page).first().getByText('db-00001').waitFor();
      await page.getByRole('link', { name: 'Next page' }).click();
      await requestsOn(page).first().getByText('db-00051').waitFor();
      assert.is(await requestsOn(page).count(), 50);
      await page.getByRole('columnheader', { name: 'Target' }).getByRole('button').click();
      await requestsOn(page).first().getByText('db-00001').waitFor();
      await page.getByRole('columnheader', { name: 'Target' }).getByRole('button').click();
      await requestsOn(page).first().getByText('db-10000').waitFor();
      const [file] = await Promise.all([page.waitForEvent('download', { timeout: 60_000 }), button(page, 'Export CSV').click()]);
      const lines = (await readFile(await file.path(), 'utf8')).trimEnd().split(/\r?\n/);
      assert.is(lines.length, MANY + 1);
      assert.is(new Set(lines.slice(1).map((line) => line.split(',')[0])).size, MANY);
      assert.match(lines[1] ?? '', /db-10000/);
      await page.getByRole('searchbox').fill('db-0471');
      await page.keyboard.press('Enter');
      await page.getByText('10 in all').waitFor();
    },
    { tenant: ABROAD },
  );
});

test('a list says what is new and stands still until it is asked for; a record follows by itself', async () => {
  const id = await requested(board.s, { justification: 'to be watched' });
  await board.visit('auditor', `${LIST}?sort=-created_at`, async (page) => {
    await requestsOn(page).first().waitFor();
    const before = await requestsOn(page).allInnerTexts();
    await page.locator('.live.on').waitFor();
    await requested(board.s);
    await requested(board.s);
    const pill = page.getByRole('status').filter({ hasText: '2 new or changed: show' });
    await pill.waitFor();
    assert.is(await requestsOn(page).count(), before.length);
    await pill.click();
    await pill.waitFor({ state: 'detached' });
    await requestsOn(page)
      .nth(before.length + 1)
      .waitFor();
    assert.is(await requestsOn(page).count(), before.length + 2);
    await page.goto(`${LIST}/${id}/approvals`);
    await page.getByText('Nobody has approved or rejected this yet.').waitFor();
    await page.locator('.live.on').waitFor();
    await board.s.post('team-lead', `${REQUESTS}/${id}/approve`, { comment: 'seen at once' });
    await page.getByText('seen at once').waitFor();
  });
});

test('what takes long has its outline after 300 ms, not before, and nothing jumps when it comes', async () => {
  await requested(board.s);
  await board.visit('auditor', '/w/dashboards/high-risk-ops.overview', async (page) => {
    await page.addInitScript(`
      window.shift = 0;
      window.outlineAfter = null;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; }).observe({ type: 'layout-shift', buffered: true });
      let began = null;
      const look = () => {
        if (document.querySelector('main .skeleton')) began ??= performance.now();
        if (document.querySelector('main .skeleton:not(.waiting)')) window.outlineAfter ??= performance.now() - began;
        if (window.outlineAfter === null) requestAnimationFrame(look);
      };
      look();
    `);
    for (const [path, api] of [
      [LIST, REQUESTS],
      ['/w/dashboards/high-risk-ops.overview', '/dashboards/high-risk-ops.overview'],
    ] as const) {
      const held = Promise.withResolvers<void>();
      await page.route(isApi(api), async (route) => {
        await held.promise;
        await route.continue();
      });
      await page.goto(path);
      await page.getByRole('status').getByText('Loading…').first().waitFor();
      const after = Number(await page.evaluate('window.outlineAfter'));
      assert.ok(after >= 280, `${path}: after ${after} ms`);
      held.resolve();
      await settled(page);
      const shift = Number(await page.evaluate('window.shift'));
      assert.ok(shift <= 0.05, `${path}: ${shift}`);
      await page.unrouteAll();
    }
  });
});

test.run();

import type { BrowserContext, Page, Request } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  button,
  EXPECTED,
  fillRequest,
  isApi,
  LIST,
  onRequest,
  REQUESTS,
  requested,
  requestOf,
  requestsOn,
  totalOfRequests,
} from '../support/requests.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('What is typed and sent is neither lost nor done twice');
let board: TestSwitchboard;

test.before(async () => {
  board = await testSwitchboard();
});
test.after(() => board?.close());

/** A second person in a browser of their own. */
async function beside<T>(handle: string, path: string, work: (page: Page, context: BrowserContext) => Promise<T>): Promise<void> {
  await board.visit(handle, path, async (page, context) => void (await work(page, context)), { expected: EXPECTED });
}

test('a session that ends under a form loses nothing of it, and one that is left shows nothing more', async () => {
  await board.visit(
    'engineer',
    `${LIST}/new`,
    async (page, context) => {
      await fillRequest(page, { minutes: 45, justification: 'half of a long story' });
      const { csrf_token } = await (await page.request.get('/session')).json();
      await page.request.post('/sign-out', { headers: { 'X-CSRF-Token': csrf_token } });
      const before = await totalOfRequests(board.s);
      await button(page, 'Ask for temporary access').click();
      await page.getByText('What you have typed is kept.', { exact: false }).first().waitFor();
      assert.is(await totalOfRequests(board.s), before);
      await page.locator('form').getByRole('link', { name: 'Sign in again' }).click();
      await page.getByRole('form', { name: 'demo-external' }).locator('button[value="engineer"]').click();
      await page.waitForURL((url) => url.pathname === `${LIST}/new`);
      await settled(page);
      assert.is(await page.getByLabel('Justification').inputValue(), 'half of a long story');
      assert.is(await page.getByLabel('Duration in minutes').inputValue(), '45');
      await button(page, 'Ask for temporary access').click();
      await page.getByRole('heading', { level: 1, name: /orders-db · 45 min/ }).waitFor();
      assert.is(await totalOfRequests(board.s), before + 1);

      await page.locator('summary', { hasText: 'engineer' }).click();
      await button(page, 'Sign out').click();
      await page.waitForURL('**/sign-in');
      assert.equal(await context.cookies(), []);
      await page.goto(LIST);
      await page.getByRole('form', { name: 'demo-external' }).waitFor();
    },
    { expected: EXPECTED },
  );
});

test('whoever decides on what has changed meanwhile is told what is otherwise, and nothing is done twice', async () => {
  const id = await requested(board.s);
  await beside('lead-and-security', `${LIST}/${id}`, async (slow) => {
    await button(slow, 'Reject a request').click();
    await slow.getByRole('dialog').getByLabel('Reason').fill('not now');
    await beside('team-lead', `${LIST}/${id}`, async (quick) => {
      await button(quick, 'Approve a request').click();
      await quick.getByRole('dialog').getByRole('button', { name: 'Approve a request' }).click();
      await quick.getByText(/^\s*Done. Receipt/).waitFor();
    });
    await slow.getByRole('dialog').getByRole('button', { name: 'Reject a request' }).click();
    const told = slow.getByRole('dialog').getByRole('alert');
    await told.getByRole('heading', { name: 'Changed since you looked' }).waitFor();
    await told.getByRole('rowheader', { name: 'Approvals' }).waitFor();
    await told.getByText('team-lead').waitFor();
    const { status, version, approvals } = await requestOf(board.s, id);
    assert.equal([status, version, approvals.length], ['pending', 2, 1]);
    await told.getByRole('button', { name: 'Look at it as it is now' }).click();
    await slow.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

test('of two who approve at the same moment one has done it and the other is told', async () => {
  const id = await requested(board.s);
  await beside('lead-and-security', `${LIST}/${id}`, async (one) => {
    await beside('team-lead', `${LIST}/${id}`, async (two) => {
      for (const page of [one, two]) await button(page, 'Approve a request').click();
      await Promise.all([one, two].map((page) => page.getByRole('dialog').getByRole('button', { name: 'Approve a request' }).click()));
      const done = (page: Page) => page.getByText(/^\s*Done. Receipt/);
      const told = (page: Page) => page.getByRole('heading', { name: 'Changed since you looked' });
      await Promise.all([one, two].map((page) => done(page).or(told(page)).first().waitFor()));
      assert.equal([await done(one).count(), await told(one).count()].toSorted(), [0, 1]);
      assert.is((await done(one).count()) + (await done(two).count()), 1);
      assert.is((await requestOf(board.s, id)).approvals.length, 1);
    });
  });
});

test('what is half typed outlasts what happens meanwhile, and a day is typed by the keyboard alone', async () => {
  await requested(board.s);
  await board.visit('auditor', `${LIST}?sort=-created_at`, async (page) => {
    await requestsOn(page).first().waitFor();
    await page.locator('.live.on').waitFor();
    const requester = page.getByLabel('Requester', { exact: true });
    await requester.pressSequentially('engi');
    await requested(board.s);
    await page.getByRole('status').filter({ hasText: '1 new or changed: show' }).waitFor();
    assert.is(await requester.inputValue(), 'engi');
    await requester.pressSequentially('neer');
    await requester.press('Enter');
    await page.waitForURL(/requester=engineer/);
    const since = page.getByRole('textbox', { name: 'Created since' });
    await since.focus();
    await page.keyboard.type('11022024');
    await page.waitForURL(/created_since=2024-11-0/);
    assert.is(await since.inputValue(), '2024-11-02');
  });
});

test('a form in a dialog stays where somebody presses beside it, and Escape gives it up', async () => {
  const id = await requested(board.s);
  await board.visit('team-lead', `${LIST}/${id}`, async (page) => {
    await button(page, 'Reject a request').click();
    const reason = page.getByRole('dialog').getByLabel('Reason');
    await reason.fill('not like this');
    await page.mouse.click(10, 10);
    assert.is(await reason.inputValue(), 'not like this');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await button(page, 'Reject a request').click();
    assert.is(await reason.inputValue(), '');
  });
});

test('what an action has set in motion and what failed is not said to be done', async () => {
  const id = await requested(board.s, { target: 'broken-db' });
  for (const handle of ['team-lead', 'security-officer']) await board.s.post(handle, `${REQUESTS}/${id}/approve`);
  await board.visit('engineer', `${LIST}/${id}`, async (page) => {
    await button(page, 'Execute an approved request').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Execute an approved request' }).click();
    await page
      .getByText(/Decided, but what it set in motion failed\. Receipt \S+\.$/)
      .and(page.locator('.failed'))
      .waitFor();
    await page.getByRole('heading', { level: 1, name: /Failed$/ }).waitFor();
  });
});

test('a request whose answer was lost is made once, also when the page is loaded anew before it is sent again', async () => {
  const before = await totalOfRequests(board.s);
  await board.visit(
    'engineer',
    `${LIST}/new`,
    async (page) => {
      await fillRequest(page, { minutes: 30, justification: 'sent twice' });
      await page.route(
        isApi(REQUESTS),
        async (route) => {
          await route.fetch();
          await route.abort();
        },
        { times: 1 },
      );
      const send = page.getByRole('main').getByRole('button', { name: 'Ask for temporary access' });
      await send.click();
      await page.getByRole('alert').filter({ hasText: 'There is a problem' }).waitFor();
      await page.reload();
      assert.is(await page.getByLabel('Justification').inputValue(), 'sent twice');
      await send.click();
      await page.waitForURL((url) => url.pathname.startsWith(`${LIST}/`) && !url.pathname.endsWith('/new'));
      assert.is(await totalOfRequests(board.s), before + 1);
    },
    { expected: EXPECTED },
  );
});

test('a session that another tab has ended by another sign-in is said to be over', async () => {
  await onRequest(board, 'team-lead', async (page, { id, context }) => {
    await button(page, 'Approve a request').waitFor();
    const other = await context.newPage();
    await other.goto('/sign-in');
    await other.getByRole('form', { name: 'demo-external' }).locator('button[value="engineer"]').click();
    await other.waitForURL((url) => url.pathname.startsWith('/w'));
    await button(page, 'Approve a request').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve a request' }).click();
    await page.getByText('Your session is over').first().waitFor();
    assert.is((await requestOf(board.s, id)).approvals.length, 0);
  });
});

test('nothing is shown as done before it is, a double click sends one write, and a lost answer does it once', async () => {
  const id = await requested(board.s);
  await board.visit(
    'team-lead',
    `${LIST}/${id}/approvals`,
    async (page) => {
      const sent: Request[] = [];
      const held = Promise.withResolvers<void>();
      let isLost = false;
      await page.route(isApi(`${REQUESTS}/${id}/approve`), async (route) => {
        sent.push(route.request());
        if (sent.length > 1) return route.continue();
        await held.promise;
        assert.is((await route.fetch()).status(), 200);
        isLost = true;
        await route.abort('connectionreset');
      });
      await button(page, 'Approve a request').click();
      const submit = page.getByRole('dialog').locator('button[type=submit]');
      await submit.dblclick();
      await page.getByRole('dialog').getByRole('button', { name: 'Working…' }).waitFor();
      assert.is(sent.length, 1);
      assert.is(await page.getByText('Nobody has approved or rejected this yet.').count(), 1);
      assert.is((await requestOf(board.s, id)).version, 1);
      held.resolve();
      await page.getByRole('dialog').getByText('The server cannot be reached.').waitFor();
      assert.ok(isLost);
      assert.is((await requestOf(board.s, id)).version, 2);
      await submit.click();
      await page.getByText(/^\s*Done. Receipt/).waitFor();
      const keys = sent.map((request) => request.headers()['idempotency-key']);
      assert.equal([keys.length, new Set(keys).size], [2, 1]);
      const { version, approvals } = await requestOf(board.s, id);
      assert.equal([version, approvals.length], [2, 1]);
    },
    { expected: EXPECTED },
  );
});

test.run();

import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertHas, comesTrue, inState, openFromPane, openTab, saved, totalOf } from '../support/hands.ts';
import { accessRequest } from '../support/summit.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';
import { withoutSku } from '../support/without-sku.ts';

const test = suite('Finding one’s way, by the Switchboard');
let switchboard: TestSwitchboard;

const REQUESTS = '/high-risk-ops/requests';
/** Of the requests that were made, in their order. */
let ids: readonly string[];

test.before(async () => {
  switchboard = await testSwitchboard(withoutSku);
  const { s } = switchboard;
  const made: string[] = [];
  for (const justification of ['look at order 4711', 'count refunds, "all" of them', 'reconcile the ledger']) {
    made.push((await s.post('engineer', REQUESTS, accessRequest({ justification }))).body.id);
  }
  await s.post('team-lead', `${REQUESTS}/${made[2]}/approve`);
  await s.post('team-lead', `${REQUESTS}/${made[1]}/reject`, { comment: 'Use the replica.' });
  await s.post('engineer', REQUESTS, accessRequest({ duration_minutes: 600 }));
  ids = made;
});
test.after(() => switchboard?.close());

const isFocused = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('link', { name, exact: true }).and(page.locator(':focus')).waitFor();
};

test('the palette finds a request by its id and by a text, and goes there', async () => {
  const { s } = switchboard;
  const [, , third = ''] = ids;
  const target = { target: 'billing-db', justification: 'the billing one' };
  const { body } = await s.post('engineer', REQUESTS, accessRequest(target));
  await switchboard.visit('team-lead', `/w${REQUESTS}`, async (page) => {
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to, or do' }).fill(third);
    await page.getByRole('option', { name: /Request$/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**${REQUESTS}/${third}*`);
    await inState(page, 'Pending');
    await page.getByRole('button', { name: 'Search or go to…' }).click();
    await page.getByRole('combobox', { name: 'Go to, or do' }).fill('billing-db');
    await page
      .getByRole('option', { name: /^billing-db/ })
      .first()
      .click();
    await page.waitForURL(`**${REQUESTS}/${body.id}*`);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to, or do' }).fill('wait for approval');
    await page.getByRole('option', { name: 'Show requests that wait for approval Security' }).click();
    await page.waitForURL(`**${REQUESTS}?status=pending*`);
    await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
  });
});

test('a page that is gone back to is where it was left, a new one begins at its top with the keyboard in it', async () => {
  await switchboard.visit(
    'team-lead',
    `/w${REQUESTS}`,
    async (page) => {
      const last = page.locator('tbody').getByRole('link').last();
      await last.scrollIntoViewIfNeeded();
      const scrolled = await page.evaluate('scrollY');
      assert.ok(Number(scrolled) > 0);
      await comesTrue(page, `history.state?.scrolled === ${scrolled}`);
      await last.click();
      await page.getByRole('region', { name: 'Actions', exact: true }).waitFor();
      assert.is(await page.evaluate('scrollY'), 0);
      assert.is(await page.evaluate('document.activeElement.id'), 'content');
      await page.goBack();
      await last.waitFor();
      await comesTrue(page, `scrollY === ${scrolled}`);
      await page.goForward();
      await page.getByRole('region', { name: 'Actions', exact: true }).waitFor();
      await openTab(page, 'History');
      assert.is(await page.evaluate('document.activeElement.textContent'), 'History');
    },
    { viewport: { width: 1000, height: 300 } },
  );
});

test('the head of a list that fits stays in sight, and a filter that is open closes when one turns away', async () => {
  await switchboard.visit(
    'team-lead',
    `/w${REQUESTS}`,
    async (page) => {
      await page.getByText('Status', { exact: true }).first().click();
      const choice = page.getByRole('checkbox', { name: 'Pending' });
      await choice.waitFor();
      await page.keyboard.press('Escape');
      await choice.waitFor({ state: 'hidden' });
      await page.getByText('Status', { exact: true }).first().click();
      await choice.waitFor();
      await page.getByRole('heading', { level: 1 }).click();
      await choice.waitFor({ state: 'hidden' });
      await page.locator('tbody').getByRole('link').last().scrollIntoViewIfNeeded();
      const head = await page.getByRole('columnheader').first().boundingBox();
      const bar = await page.getByRole('banner').boundingBox();
      assert.is(Math.round(head?.y ?? 0), Math.round((bar?.y ?? 0) + (bar?.height ?? 0)));
    },
    { viewport: { width: 1400, height: 300 } },
  );
});

test('keys go from row to row, open one, search and explain themselves, and single ones can be switched off', async () => {
  await switchboard.visit('team-lead', `/w${REQUESTS}`, async (page) => {
    const links = await page.locator('tbody').getByRole('link').allInnerTexts();
    await page.keyboard.press('j');
    await isFocused(page, links[0] ?? '');
    await page.keyboard.press('j');
    await isFocused(page, links[1] ?? '');
    await page.keyboard.press('k');
    await isFocused(page, links[0] ?? '');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Approvals', exact: true }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    await settled(page);
    await page.keyboard.press('/');
    await page.getByRole('searchbox', { name: 'Search' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Tab');

    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('Next row').waitFor();
    await help.getByLabel('Single-key shortcuts').click();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.keyboard.press('j');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Go to, or do' }).waitFor();
    assert.is(await help.count(), 0);
    await page.keyboard.press('Escape');
    assert.is(await page.locator('tbody').getByRole('link').and(page.locator(':focus')).count(), 0);
  });
});

test('what is exported is what the filters find, row by row', async () => {
  await switchboard.visit('team-lead', `/w${REQUESTS}`, async (page) => {
    await page.getByRole('search').getByText('Status').first().click();
    await page.getByRole('checkbox', { name: 'Pending' }).check();
    await page.waitForURL(/status=pending/);
    await page.getByRole('cell', { name: 'Rejected' }).waitFor({ state: 'detached' });
    const total = await totalOf(page);
    const file = await saved(page, () => page.getByRole('button', { name: 'Export CSV' }).click());
    const [head, ...lines] = file.text.trimEnd().split('\r\n');
    assert.is(file.name, 'high-risk-ops-requests.csv');
    assert.is(head, 'id,type,target,requester,status,created_at');
    const { body } = await switchboard.s.get('team-lead', `${REQUESTS}?status=pending`);
    assert.equal(
      lines.map((line) => line.split(',')[0]),
      body.items.map(({ id }: { id: string }) => id),
    );
    assert.is(lines.length, total);
  });
});

test('the graph is the same as a picture and as a table, and a node that is chosen shows what it is related to', async () => {
  await switchboard.visit('team-lead', `/w${REQUESTS}/${ids[2]}`, async (page) => {
    const tab = await openTab(page, 'Graph');
    const picture = tab.getByRole('group', { name: /^What .* is related to$/ });
    await picture.waitFor();
    const inTable = async () =>
      (await tab.locator('tbody').getByRole('row').allInnerTexts()).map((row) => row.split('\t').map((cell) => cell.trim()));
    const nodes = await picture.getByRole('button').all();
    const names = await Promise.all(nodes.map(async (node) => (await node.getAttribute('aria-label')) ?? ''));
    const rows = await inTable();
    // Somebody may be related to it in several ways, and stands in the picture once.
    const related = new Map(rows.map(([, , type, label = '']) => [label, `${label.replace(/…\w+$/, '').trim()}, ${type}`]));
    assert.equal(names.toSorted(), [...related.values()].toSorted());

    await picture.getByRole('button', { name: 'engineer, User' }).click();
    await tab.getByRole('columnheader', { name: 'From' }).waitFor();
    await picture.getByRole('button').nth(names.length).waitFor();
    assert.ok((await inTable()).length > rows.length);
  });
});

test('the history opens the decision behind a change, and the decision is made again the same', async () => {
  await switchboard.visit('auditor', `/w${REQUESTS}/${ids[2]}`, async (page) => {
    const tab = await openTab(page, 'History');
    const change = tab.getByRole('listitem').filter({ hasText: 'Ask for temporary access' });
    await change.getByText('Why the policy allowed it').click();
    await change.getByText('An engineer may read a production database for up to 120 minutes with the required approvals.').waitFor();
    await change.getByRole('link', { name: 'Open the decision' }).click();
    await page.getByRole('heading', { level: 1, name: 'high-risk-ops.request.create' }).waitFor();
    await page.getByRole('button', { name: 'Replay' }).click();
    const answer = page.getByRole('region', { name: 'Overview', exact: true }).getByRole('status');
    await answer.getByText(/\w/).first().waitFor();
    assertHas(await answer.innerText(), 'The same answer again, byte for byte; and it is what its receipt binds.');
  });
});

test('the policy is asked what if, and says so in words', async () => {
  await switchboard.visit('engineer', '/w', async (page) => {
    await openFromPane(page, 'Policy', 'What-if');
    await page.getByLabel('Action').selectOption({ label: 'Ask for temporary access' });
    await page.getByLabel('Target').selectOption('orders-db');
    await page.getByLabel('Duration in minutes').fill('121');
    await page.getByLabel('Justification').fill('what if');
    const verdict = page.getByRole('complementary', { name: 'Verdict' });
    await verdict.getByText('The policy would refuse this.').waitFor();
    assertHas(await verdict.innerText(), 'The duration must be a whole number of minutes from 1 to 120.');
    await page.getByLabel('Duration in minutes').fill('120');
    await verdict.getByText('The policy would allow this, after approval by Team lead, Security officer.').waitFor();
  });
});

test('the audit log is filtered by its outcomes', async () => {
  await switchboard.visit('auditor', '/w', async (page) => {
    await openFromPane(page, 'Audit', 'Audit log');
    await page.getByLabel('Outcome').selectOption({ label: 'Denied' });
    await page.waitForURL(/outcome=denied/);
    await page.getByRole('cell', { name: 'Allowed', exact: true }).first().waitFor({ state: 'detached' });
    assert.is(await totalOf(page), 1);
    assertHas(await page.getByRole('row').nth(1).innerText(), 'high-risk-ops.request.create', 'engineer', 'Denied');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByRole('cell', { name: 'Allowed', exact: true }).first().waitFor();
  });
});

test('a pack that an operator disables leaves everybody’s navigation at once, and comes back', async () => {
  await switchboard.visit('ae', `/w${REQUESTS}`, async (seller) => {
    const workspace = seller.getByRole('navigation', { name: 'Workspaces' }).getByRole('heading', { name: 'RevOps' });
    await workspace.waitFor();
    await seller.getByText('Live', { exact: true }).waitFor();
    await switchboard.visit('operator', '/w/packs', async (page) => {
      for (const [verb, state] of [
        ['Disable', 'hidden'],
        ['Enable', 'visible'],
      ] as const) {
        const name = `${verb} RevOps`;
        await page.getByRole('button', { name, exact: true }).click();
        const dialog = page.getByRole('dialog', { name });
        await dialog.getByRole('button', { name, exact: true }).click();
        await dialog.waitFor({ state: 'detached' });
        await page.getByText('Done.').waitFor();
        await workspace.waitFor({ state });
      }
    });
  });
});

test.run();

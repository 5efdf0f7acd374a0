import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertHas, headsOf, inState, openFromPane, openTab, take, verifiedHere, verifiedOffline, whyNot } from '../support/hands.ts';
import { REQUESTS, requested } from '../support/requests.ts';
import { settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('High-risk access, by the Switchboard');
let switchboard: TestSwitchboard;

test.before(async () => {
  switchboard = await testSwitchboard();
});
test.after(() => switchboard?.close());

async function fillIn(page: Page, minutes: string): Promise<void> {
  await page.getByLabel('Target').selectOption('orders-db');
  await page.getByLabel('Duration in minutes').fill(minutes);
  await page.getByLabel('Justification').fill('look at order 4711');
}

test('who asks hears what the policy says before and after asking, and is refused in words', async () => {
  await switchboard.visit(
    'engineer',
    '/w',
    async (page) => {
      await openFromPane(page, 'Security', 'Requests');
      await page.getByText('Whoever needs to read a production database asks for it here').waitFor();
      await page.getByRole('link', { name: 'Ask for temporary access' }).first().click();
      const verdict = page.getByRole('complementary').getByRole('status');
      await verdict.getByText('Fill in the form to see what the policy says.').waitFor();
      await fillIn(page, '600');
      await verdict.getByText('The policy would refuse this.').waitFor();
      await verdict.getByText('The duration must be a whole number of minutes from 1 to 120.').waitFor();
      await page.getByRole('button', { name: 'Ask for temporary access' }).click();
      assertHas(await page.getByRole('alert').innerText(), 'There is a problem', 'The duration must be a whole number of minutes from 1 to 120.');
      await page.getByLabel('Duration in minutes').fill('60');
      await verdict.getByText('The policy would allow this, after approval by Team lead, Security officer.').waitFor();
      await page.getByRole('button', { name: 'Ask for temporary access' }).click();
      await inState(page, 'Pending');
      assertHas(
        await page.getByRole('region', { name: 'Overview' }).innerText(),
        'orders-db',
        'look at order 4711',
        '1 h',
        'Access has not been opened',
      );
    },
    { expected: /status of 403.*\/high-risk-ops\/requests/ },
  );
});

test('the list leads to a request, from its approval through its execution to its end, each step by who may take it', async () => {
  await requested(switchboard.s);
  await switchboard.visit('engineer', '/w', async (page) => {
    await openFromPane(page, 'Security', 'Requests');
    assert.equal(await headsOf(page), ['Id', 'Type', 'Target', 'Requester', 'Status', 'Created at']);
    const row = page.getByRole('row').nth(1);
    assertHas(await row.innerText(), 'Temporary database read access', 'orders-db', 'engineer', 'Pending');
    await row.click();
    await inState(page, 'Pending');
    assert.is(await whyNot(page, 'Approve a request'), 'You requested this: somebody else must approve.');
    assert.is(await whyNot(page, 'Execute an approved request'), 'Execute an approved request: this is pending, and must be approved.');

    const path = new URL(page.url()).pathname;
    await switchboard.visit('team-lead', path, async (lead) => {
      await take(lead, 'Approve a request', { Comment: 'seen the ticket' });
      assertHas(await (await openTab(lead, 'Approvals')).innerText(), 'team-lead as Team lead', 'seen the ticket', 'still needed');
      assert.is(await whyNot(lead, 'Approve a request'), 'You have approved this already: somebody else must approve as security_officer.');
      assertHas(await whyNot(lead, 'Execute an approved request'), 'needs one of the roles engineer');
    });
    await switchboard.visit('security-officer', path, (officer) => take(officer, 'Approve a request'));

    await inState(page, 'Approved');
    await take(page, 'Execute an approved request');
    await inState(page, 'Executed');
    assertHas(await page.getByRole('region', { name: 'Overview' }).innerText(), 'Access was opened', 'Executed by', 'Access ends');
    const countdown = page.getByText(/^expires in 5\d min( \d+ s)?$/);
    const before = await countdown.innerText();
    await page.getByText(before, { exact: true }).waitFor({ state: 'detached' });
    await countdown.waitFor();
    await take(page, 'Revoke access before it expires', { 'Comment (optional)': 'found it' });
    await inState(page, 'Revoked');
    assert.is(await countdown.count(), 0);
  });
});

test('the evidence lists who did what and when, is verified in the browser, and is the file that the offline verifier accepts', async () => {
  const id = await requested(switchboard.s);
  for (const handle of ['team-lead', 'security-officer']) await switchboard.s.post(handle, `${REQUESTS}/${id}/approve`);
  await switchboard.s.post('engineer', `${REQUESTS}/${id}/execute`);
  await switchboard.visit('security-officer', `/w${REQUESTS}/${id}`, async (page) => {
    await inState(page, 'Executed');
    await take(page, 'Revoke access before it expires', { 'Comment (optional)': 'no longer needed' });
    const tab = await openTab(page, 'Evidence');
    const actions = tab.getByRole('table', { name: 'Actions and their receipts' }).getByRole('row');
    await actions.filter({ hasText: 'Revoke access' }).waitFor();
    const rows = (await actions.allInnerTexts()).slice(1);
    for (const [action, actor] of [
      ['Ask for temporary access', 'engineer'],
      ['Approve a request', 'team-lead'],
      ['Approve a request', 'security-officer'],
      ['Execute an approved request', 'engineer'],
      ['Revoke access before it expires', 'security-officer'],
    ] as const) {
      const row = rows.find((text) => text.includes(action) && text.split('\t').includes(actor));
      assert.match(row ?? '', /\b20\d\d, \d+:\d\d:\d\d\s[AP]M/, `${action} by ${actor}, with its time, in ${rows.join('\n')}`);
    }
    const verdicts = await verifiedHere(page);
    assert.match(verdicts.integrity ?? '', /^LOGGED/);
    assert.match(verdicts.completeness ?? '', /^COMPLETE/);
    assert.match(verdicts['policy replay'] ?? '', /^REPRODUCED 2 of 2/);
    await tab.getByRole('cell', { name: 'Verified', exact: true }).first().waitFor();
    assert.is(await tab.getByRole('cell', { name: 'Verified', exact: true }).count(), rows.length);

    const { bundle, report } = await verifiedOffline(page);
    assert.is(bundle.name, `high-risk-ops-${id}.json`);
    await tab.getByText(bundle.sha256, { exact: true }).waitFor();
    assert.equal([report.ok, report.integrity.verdict, report.completeness.verdict, report.findings], [true, 'LOGGED', 'COMPLETE', []]);
  });
});

/** Goes on with Tab until the focus is where it should be, as somebody without a mouse does. */
async function tabTo(page: Page, role: 'button' | 'link' | 'checkbox' | 'textbox', name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true });
  await wanted.first().waitFor();
  const reached = wanted.and(page.locator(':focus'));
  for (let presses = 0; presses < 80; presses++) {
    if ((await reached.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  assert.unreachable(`Tab does not lead to ${name}`);
}

test('whoever has no mouse signs in, filters, opens a request, rejects it with a reason and saves the evidence', async () => {
  const id = await requested(switchboard.s, { target: 'billing-db' });
  const context = await switchboard.browser.newContext({ baseURL: switchboard.s.summit.url });
  try {
    const page = await context.newPage();
    await page.goto(`/sign-in?return_to=/w${REQUESTS}&tenant=demo-external`);
    await tabTo(page, 'button', /security-officer/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Requests' }).waitFor();
    await settled(page);
    await page.keyboard.press('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await tabTo(page, 'checkbox', 'Pending');
    await page.keyboard.press('Space');
    await page.waitForURL(/status=pending/);
    await page.keyboard.press('Escape');
    await settled(page);
    await tabTo(page, 'link', `…${id.slice(-6)}`);
    await page.keyboard.press('Enter');
    await inState(page, 'Pending');
    await tabTo(page, 'button', 'Reject a request');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'textbox', 'Reason');
    await page.keyboard.type('Use the replica for this.');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await inState(page, 'Rejected');
    await tabTo(page, 'link', 'Evidence');
    await page.keyboard.press('Enter');
    await tabTo(page, 'button', 'Download the bundle');
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    assert.is(download.suggestedFilename(), `high-risk-ops-${id}.json`);
    const { body } = await switchboard.s.get('engineer', `${REQUESTS}/${id}`);
    assert.equal([body.status, body.approvals[0].comment], ['rejected', 'Use the replica for this.']);
    await tabTo(page, 'link', 'Approvals');
    await page.keyboard.press('Enter');
    await page.getByText('not given').first().waitFor();
    assert.is(await page.getByText('still needed').count(), 0);
  } finally {
    await context.close();
  }
});

test.run();

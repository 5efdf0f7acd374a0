import type { Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { succeeded } from '../support/deal.ts';
import { follow, type Look, looked, NARROW } from '../support/looks.ts';
import { accessRequest } from '../support/summit.ts';
import { barriers, settled, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('Everybody can use the Switchboard, whatever state it is in');
const REQUESTS = '/high-risk-ops/requests';
const BOTH: readonly Look[] = ['light and wide', 'dark and narrow'];
let b: TestSwitchboard;

test.before(async () => {
  b = await testSwitchboard();
});
test.after(async () => b?.close());

async function request(): Promise<string> {
  return succeeded(await b.s.post('engineer', REQUESTS, accessRequest()), 201).id;
}

async function approvalsOf(id: string): Promise<readonly { readonly role: string }[]> {
  return succeeded(await b.s.get('auditor', `${REQUESTS}/${id}`)).approvals;
}

async function usable(page: Page, where: string): Promise<void> {
  assert.equal(await looked(page, where, BOTH), []);
}

/** Where an action of a record is filled in. */
async function openAction(page: Page, name: string) {
  await page.getByRole('button', { name }).click();
  const dialog = page.getByRole('dialog', { name });
  await dialog.waitFor();
  return dialog;
}

/** Who fills in which, and whether it may be sent as it is. */
const FORMS: readonly (readonly [string, string, 'empty' | 'filled in'])[] = [
  ['engineer', REQUESTS, 'filled in'],
  ['ae', '/revops/leads', 'filled in'],
  ['ae', '/revops/quotes', 'filled in'],
  ['operator', '/policy-backtests', 'empty'],
  ['operator', '/policy-replays', 'empty'],
  ['operator', '/billing/runs', 'empty'],
];

for (const handle of ['engineer', 'ae', 'operator']) {
  test(`${handle} can fill in their forms, and find what is wrong with them`, async () => {
    await b.visit(handle, '/w', async (page) => {
      for (const [, list, sent] of FORMS.filter(([who]) => who === handle)) {
        await follow(page, `/w${list}/new`);
        await usable(page, `${list}/new`);
        if (sent === 'empty') continue;
        await page.locator('main form button[type=submit]').click();
        await page.getByRole('alert').getByText('There is a problem').waitFor();
        await usable(page, `${list}/new with errors`);
      }
    });
  });
}

test('a decision can be made in its dialog, also where something is missing or somebody else was quicker', async () => {
  const id = await request();
  await b.visit(
    'team-lead',
    `/w${REQUESTS}/${id}`,
    async (page) => {
      const dialog = await openAction(page, 'Reject a request');
      await usable(page, 'an action');
      await dialog.getByRole('button', { name: 'Reject a request' }).click();
      await dialog.getByRole('alert').waitFor();
      await usable(page, 'an action with errors');
      succeeded(await b.s.post('security-officer', `${REQUESTS}/${id}/reject`, { comment: 'Use the replica for this.' }));
      await dialog.getByRole('textbox').fill('Too long.');
      await dialog.getByRole('button', { name: 'Reject a request' }).click();
      await dialog.getByText('Changed since you looked').waitFor();
      await usable(page, 'a conflict');
    },
    { expected: / 409 / },
  );
});

test('the palette and the list of keys can be used', async () => {
  await b.visit('engineer', `/w${REQUESTS}`, async (page) => {
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('combobox', { name: 'Go to, or do' });
    await palette.waitFor();
    await usable(page, 'the palette');
    await palette.fill('nothing is called like this');
    await page.getByText('Nothing found.').waitFor();
    await usable(page, 'the palette that finds nothing');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await usable(page, 'the keys');
  });
});

test('what is not there, not allowed or not reached is said so that everybody gets it', async () => {
  await b.visit(
    'engineer',
    `/w${REQUESTS}`,
    async (page, context) => {
      const answer = (status: number) =>
        page.route(
          ({ pathname }) => pathname === REQUESTS,
          (route) =>
            route.fulfill({
              status,
              contentType: 'application/problem+json',
              body: JSON.stringify({ status, detail: 'Not now.', request_id: 'req-1' }),
            }),
        );
      await follow(page, `/w${REQUESTS}?q=nothing-like-it`);
      await page.getByRole('button', { name: 'Clear filters' }).last().waitFor();
      await usable(page, 'nothing found');
      for (const status of [500, 403]) {
        await answer(status);
        await follow(page, `/w${REQUESTS}?q=${status}`);
        await page.getByRole('alert').getByText('Not now.').waitFor();
        await usable(page, `a list that fails with ${status}`);
        await page.unrouteAll();
      }
      await follow(page, `/w${REQUESTS}/01890000-0000-7000-8000-000000000000`);
      await page.getByRole('alert').getByText('This is not here.').waitFor();
      await usable(page, 'a record that is not there');
      await follow(page, '/w/nowhere');
      await usable(page, 'an address that is not there');
      await follow(page, `/w${REQUESTS}?tenant=summit-internal`);
      await usable(page, 'a link into another tenant');
      await context.setOffline(true);
      await follow(page, `/w${REQUESTS}?q=offline`);
      await page.getByRole('alert').getByText('What you see is from').waitFor();
      await usable(page, 'no connection');
      await context.setOffline(false);
      await context.clearCookies();
      await follow(page, `/w${REQUESTS}?q=signed-out`);
      await page.getByRole('alert').getByText('Your session is over').waitFor();
      await usable(page, 'no session');
    },
    { expected: / (500|403|404|401) |ERR_INTERNET_DISCONNECTED/ },
  );
});

test('what opens can be used: the menu of a narrow screen, who one is, a filter of several', async () => {
  await b.visit('engineer', `/w${REQUESTS}`, async (page) => {
    await page.setViewportSize(NARROW);
    await page.getByRole('button', { name: 'Menu' }).click();
    await page.getByRole('navigation', { name: 'Workspaces' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.equal(await barriers(page), [], `the menu, ${colorScheme}`);
    }
    await page.getByRole('button', { name: 'Menu' }).click();
    for (const details of await page.locator('main details, header details').all()) {
      await details.locator('summary').click();
      await usable(page, await details.innerText());
      await details.locator('summary').click();
    }
  });
});

test('at four times its size one still gets to a request and approves it', async () => {
  const id = await request();
  await b.visit(
    'team-lead',
    '/w/dashboards/high-risk-ops.overview',
    async (page) => {
      await page.getByRole('button', { name: 'Menu' }).click();
      await page.getByRole('navigation', { name: 'Workspaces' }).getByRole('link', { name: 'Requests' }).click();
      await page.locator(`main a[href*="${id}"]`).first().click();
      await page.getByRole('button', { name: 'Approve a request' }).waitFor();
      assert.is(await page.evaluate('document.documentElement.scrollWidth'), 320);
      const dialog = await openAction(page, 'Approve a request');
      await dialog.getByRole('button', { name: 'Approve a request' }).click();
      await page.getByRole('status').getByText('Done.').waitFor();
    },
    { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
  );
  assert.equal((await approvalsOf(id)).length, 1);
});

test('a request is approved on a phone, by touch', async () => {
  const id = await request();
  await b.visit(
    'team-lead',
    `/w${REQUESTS}/${id}`,
    async (page) => {
      await page.getByRole('button', { name: 'Approve a request' }).tap();
      const dialog = page.getByRole('dialog', { name: 'Approve a request' });
      await dialog.getByRole('textbox').tap();
      await dialog.getByRole('textbox').fill('From the train.');
      await dialog.getByRole('button', { name: 'Approve a request' }).tap();
      await page.getByRole('status').getByText('Done.').waitFor();
    },
    { viewport: { width: 390, height: 700 }, deviceScaleFactor: 3, hasTouch: true, isMobile: true },
  );
  assert.equal((await approvalsOf(id)).length, 1);
});

/** Why what has the focus would not be found; null where it is well seen. Nodes of the graph show it on what they draw. */
const UNSEEN = `(() => {
  const element = document.activeElement;
  if (element === document.body || element.id === 'content') return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const name = element.outerHTML.slice(0, 120);
  if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2) return 'no outline: ' + name;
  const { left, top, width, height } = element.getBoundingClientRect();
  const at = document.elementFromPoint(left + Math.min(width, innerWidth - left) / 2, top + Math.min(height, innerHeight - top) / 2);
  return at !== null && (element.contains(at) || at.contains(element)) ? null : 'behind ' + at?.outerHTML.slice(0, 80) + ': ' + name;
})()`;

/** Through the whole page by the keyboard, forwards or backwards. */
async function tabbed(page: Page, key: 'Tab' | 'Shift+Tab'): Promise<{ readonly stops: number; readonly unseen: readonly string[] }> {
  const unseen: string[] = [];
  let stops = 0;
  do {
    await page.keyboard.press(key);
    const problem: string | null = await page.evaluate(UNSEEN);
    if (problem !== null) unseen.push(problem);
    stops++;
  } while (stops < 200 && !(await page.evaluate('document.activeElement === document.body')));
  return { stops, unseen };
}

test('who goes by keyboard always sees where they are, forwards and backwards, also in forced colours', async () => {
  await request();
  await b.visit('engineer', `/w${REQUESTS}`, async (page) => {
    for (const forcedColors of ['none', 'active'] as const) {
      await page.emulateMedia({ forcedColors });
      for (const key of ['Tab', 'Shift+Tab'] as const) {
        const { stops, unseen } = await tabbed(page, key);
        assert.equal(unseen, [], `${key}, forced colours ${forcedColors}`);
        assert.ok(stops > 20 && stops < 200, `${stops} stops`);
      }
    }
    assert.equal(await barriers(page), [], 'forced colours');
  });
});

test('the first stop leads past the left pane to the content', async () => {
  await b.visit('engineer', `/w${REQUESTS}`, async (page) => {
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to content' });
    assert.ok(await page.evaluate('document.activeElement.getBoundingClientRect().top >= 0'), 'it is seen');
    await skip.press('Enter');
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate('document.activeElement.closest("main") !== null'));
  });
});

test('nothing moves for who wants nothing to move', async () => {
  const id = await request();
  await b.visit(
    'engineer',
    '/w/dashboards/high-risk-ops.overview',
    async (page) => {
      for (const path of [`/w${REQUESTS}`, `/w${REQUESTS}/${id}`, `/w${REQUESTS}/${id}/graph`]) {
        await follow(page, path);
        assert.equal(await page.evaluate('document.getAnimations().length'), 0, path);
      }
    },
    { reducedMotion: 'reduce' },
  );
});

test('what cannot start says so on a page that everybody can read', async () => {
  await b.visit(
    'engineer',
    `/w${REQUESTS}`,
    async (page) => {
      await page.route('**/switchboard', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{}' }));
      await page.reload();
      await settled(page);
      await usable(page, 'the start that failed');
    },
    { expected: / 500 / },
  );
});

test.run();

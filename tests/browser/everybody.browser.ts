import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { dealsOf, succeeded } from '../support/deal.ts';
import { follow, type Look, looked } from '../support/looks.ts';
import { accessRequest } from '../support/summit.ts';
import { type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';

const test = suite('Everybody can use the Switchboard');
const REQUESTS = '/high-risk-ops/requests';

let b: TestSwitchboard;
let ids: Readonly<Record<'open' | 'waiting' | 'executed' | 'rejected' | 'lead' | 'opportunity' | 'quote' | 'submitted', string>>;

test.before(async () => {
  b = await testSwitchboard();
});
test.after(async () => b?.close());

interface Named {
  readonly path: string;
  readonly title: string;
}

interface CatalogSeen {
  readonly packs: readonly {
    readonly lists: readonly Named[];
    readonly pages: readonly Named[];
    readonly dashboards: readonly { readonly id: string; readonly title: string }[];
  }[];
}

/** Every page that the catalogue has for who asks, also what the left pane does not list. */
async function pagesFor(handle: string): Promise<readonly Named[]> {
  const { packs }: CatalogSeen = succeeded(await b.s.get(handle, '/switchboard'));
  const all = packs.flatMap(({ lists, pages, dashboards }) => [
    ...lists,
    ...pages,
    ...dashboards.map(({ id, title }) => ({ path: `/dashboards/${id}`, title })),
  ]);
  return [...new Map(all.map(({ path, title }) => [path, { path: `/w${path}`, title }])).values()];
}

/** Through every page, each of which must be named by its title. */
async function walk(handle: string, looks: readonly Look[]): Promise<void> {
  const pages = await pagesFor(handle);
  assert.ok(pages.length > 15, `${handle} has ${pages.length} pages`);
  await b.visit(handle, '/w', async (page) => {
    const found: string[] = [];
    for (const { path, title } of pages) {
      await follow(page, path);
      if ((await page.title()) !== `${title} · Summit`) found.push(`${path} is titled ${await page.title()}`);
      found.push(...(await looked(page, `${path} of ${handle}`, looks)));
    }
    assert.equal(found, []);
  });
}

test('whoever has nothing yet reads what there will be', async () => {
  await b.visit('engineer', '/w/high-risk-ops/requests', async (page) => {
    await page.getByRole('heading', { name: 'There is nothing here yet.' }).waitFor();
    assert.equal(await looked(page, 'first run', ['light and wide', 'dark and narrow']), []);
  });
});

test('an operator can use every page, in light and dark colours, wide and narrow', async () => {
  await seed();
  await walk('operator', ['light and wide', 'dark and narrow']);
});

test('so can an auditor', async () => {
  await walk('auditor', ['dark and wide']);
});

test('so can finance', async () => {
  await walk('finance', ['light and narrow']);
});

test('every tab of every record can be used', async () => {
  await b.visit('auditor', '/w', async (page) => {
    const found: string[] = [];
    for (const path of await records()) {
      await follow(page, path);
      const tabs: readonly string[] = await page.evaluate('[...document.querySelectorAll(".tabs a")].map((link) => link.getAttribute("href"))');
      for (const tab of tabs) {
        await follow(page, tab);
        found.push(...(await looked(page, tab.replace(/\?.*/, ''), ['light and wide', 'dark and narrow'])));
      }
    }
    assert.equal(found, []);
  });
});

/** Of each kind that has records one in every state that looks otherwise. */
async function records(): Promise<readonly string[]> {
  const firstOf = async (path: string, pick: (item: Readonly<Record<string, string>>) => string) =>
    `/w${path.replace(/\?.*/, '')}/${pick(succeeded(await b.s.get('auditor', path)).items[0])}`;
  return [
    ...[ids.waiting, ids.executed, ids.rejected].map((id) => `/w${REQUESTS}/${id}`),
    `/w/revops/leads/${ids.lead}`,
    `/w/revops/opportunities/${ids.opportunity}`,
    ...[ids.submitted, ids.quote].map((id) => `/w/revops/quotes/${id}`),
    await firstOf('/receipts', ({ id }) => `${id}`),
    await firstOf('/policy-decisions', ({ id }) => `${id}`),
    await firstOf('/policy-bundles', ({ digest }) => `${digest}`),
    await firstOf('/policy-replays', ({ id }) => `${id}`),
    await firstOf('/metering/events', ({ id }) => `${id}`),
    await firstOf('/billing/runs', ({ id }) => `${id}`),
    await firstOf('/billing/invoices', ({ tenant_id, period }) => `${tenant_id}/${period}`),
  ];
}

async function seed(): Promise<void> {
  const { s } = b;
  const requested = async () => succeeded(await s.post('engineer', REQUESTS, accessRequest()), 201).id as string;
  const act = async (handle: string, id: string, verb: string, body = {}) => succeeded(await s.post(handle, `${REQUESTS}/${id}/${verb}`, body));
  const [open, waiting, executed, rejected] = [await requested(), await requested(), await requested(), await requested()];
  await act('team-lead', waiting, 'approve', { comment: 'fine by me' });
  await act('team-lead', executed, 'approve');
  await act('security-officer', executed, 'approve');
  await act('engineer', executed, 'execute');
  await act('security-officer', rejected, 'reject', { comment: 'Use the replica for this.' });
  const deals = dealsOf(s);
  const [opportunity, submitted, quote] = [await deals.opportunity(), await deals.submitted({ discount_percent: '25' }), await deals.approved()];
  await deals.act('ae', quote, 'activate');
  const lead = succeeded(await s.get('ae', '/revops/leads')).items[0].id;
  ids = { open, waiting, executed, rejected, lead, opportunity, quote, submitted };
  succeeded(await s.post('operator', '/billing/runs', { period: new Date().toISOString().slice(0, 7) }), 201);
  await s.post('auditor', '/policy-replays');
}

test.run();

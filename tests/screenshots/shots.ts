import type { Page } from 'playwright-core';
import { settled, TENANT } from '../support/switchboard.ts';
import type { Cast } from './story.ts';

export interface Shot {
  readonly name: string;
  /** A page of its own, outside the shell. */
  readonly isDocument?: true;
  /** null for nobody who is signed in. */
  readonly handle: string | null;
  readonly path: string | ((cast: Cast) => string);
  /** What is done on the page before the picture. */
  readonly work?: (page: Page) => Promise<unknown>;
  readonly width?: 'wide' | 'phone';
  readonly size?: { readonly width: number; readonly height: number };
  readonly clip?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Else what fits on a screen. */
  readonly whole?: boolean;
}

const REQUESTS = '/w/high-risk-ops/requests';
const QUOTES = '/w/revops/quotes';
const invoice = (period: string, tail = '') => `/w/billing/invoices/${TENANT}/${period}${tail}`;
const phone = { width: 'phone' } as const;
const screen = { whole: false } as const;

/** Everything that the left pane of an auditor has. */
const ENTRIES: Readonly<Record<string, string>> = {
  'dashboard-high-risk-ops': '/w/dashboards/high-risk-ops.overview',
  'dashboard-revops': '/w/dashboards/revops.governance',
  'dashboard-finops': '/w/dashboards/finops.demo-economics',
  requests: REQUESTS,
  quotes: QUOTES,
  opportunities: '/w/revops/opportunities',
  leads: '/w/revops/leads',
  invoices: '/w/billing/invoices',
  usage: '/w/finops/usage',
  plans: '/w/finops/plans',
  'invoice-what-if': '/w/finops/what-if',
  runs: '/w/billing/runs',
  readings: '/w/metering/readings',
  'rated-usage': '/w/billing/rated-usage',
  adjustments: '/w/metering/adjustments',
  discrepancies: '/w/billing/discrepancies',
  decisions: '/w/policy-decisions',
  bundles: '/w/policy-bundles',
  backtests: '/w/policy-backtests',
  replays: '/w/policy-replays',
  'policy-what-if': '/w/policy/what-if',
  receipts: '/w/receipts',
  populations: '/w/evidence/populations',
  alerts: '/w/alerts',
  'api-tokens': '/w/api-tokens',
  'undelivered-webhooks': '/w/webhooks/deliveries',
  packs: '/w/packs',
  people: '/w/users',
  'usage-events': '/w/metering/events',
  meters: '/w/metering/meters',
};

const firstOf = (name: string, path: string): Shot => ({
  name,
  handle: 'auditor',
  path,
  work: async (page) => {
    await page.locator('main tbody a').first().click();
    await page.locator('main .crumb').waitFor();
    await settled(page);
  },
});

const tabs = (name: string, path: (cast: Cast) => string, of: readonly string[]): readonly Shot[] =>
  of.map((tab) => ({
    name: `${name}-${tab}`,
    handle: 'auditor',
    path: (cast) => `${path(cast)}${tab === 'overview' ? '' : `/${tab}`}`,
    ...(tab === 'evidence' ? { work: verified } : {}),
  }));

async function verified(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Verify in this browser' }).click();
  await page
    .locator('.verdicts, .verification')
    .getByText(/verified|passed/i)
    .first()
    .waitFor({ timeout: 20_000 });
}

const press = (name: string | RegExp) => async (page: Page) => {
  await page.locator('.record-actions').getByRole('button', { name }).first().click();
  await page.getByRole('dialog').waitFor();
};

export const SHOTS: readonly Shot[] = [
  { name: 'sign-in', handle: null, path: '/sign-in', isDocument: true },
  { name: 'home', handle: 'engineer', path: '/w' },
  ...Object.entries(ENTRIES).map(([name, path]) => ({ name, handle: 'auditor', path })),
  ...tabs('request-executed', ({ executed }) => `${REQUESTS}/${executed}`, ['overview', 'approvals', 'evidence', 'graph', 'history']),
  ...tabs('request-rejected', ({ rejected }) => `${REQUESTS}/${rejected}`, ['overview', 'approvals', 'history']),
  ...tabs('request-revoked', ({ revoked }) => `${REQUESTS}/${revoked}`, ['overview', 'history']),
  ...tabs('request-failed', ({ failed }) => `${REQUESTS}/${failed}`, ['overview']),
  ...tabs('quote-activated', ({ activated }) => `${QUOTES}/${activated}`, ['overview', 'approvals', 'evidence', 'revisions', 'graph', 'history']),
  ...tabs('invoice-draft', () => invoice('2026-05'), ['overview', 'evidence', 'history']),
  ...tabs('invoice-final', () => invoice('2026-04'), ['overview', 'evidence', 'graph', 'history']),
  ...tabs('invoice-never', () => invoice('2026-03'), ['overview']),
  { name: 'invoice-print', handle: 'auditor', path: `/billing/invoices/${TENANT}/2026-04?format=html`, isDocument: true },
  firstOf('opportunity', '/w/revops/opportunities'),
  firstOf('lead', '/w/revops/leads'),
  firstOf('run', '/w/billing/runs'),
  firstOf('decision', '/w/policy-decisions'),
  firstOf('bundle', '/w/policy-bundles'),
  firstOf('receipt', '/w/receipts'),
  firstOf('usage-event', '/w/metering/events'),
  { name: 'request-pending-lead', handle: 'team-lead', path: ({ pending }) => `${REQUESTS}/${pending}` },
  { name: 'request-pending-officer', handle: 'security-officer', path: ({ pending }) => `${REQUESTS}/${pending}` },
  { name: 'dialog-approve', handle: 'security-officer', path: ({ pending }) => `${REQUESTS}/${pending}`, work: press(/approve/i), ...screen },
  { name: 'dialog-reject', handle: 'security-officer', path: ({ pending }) => `${REQUESTS}/${pending}`, work: press(/reject/i), ...screen },
  { name: 'request-approved-engineer', handle: 'engineer-2', path: ({ approved }) => `${REQUESTS}/${approved}` },
  { name: 'dialog-execute', handle: 'engineer-2', path: ({ approved }) => `${REQUESTS}/${approved}`, work: press(/execute/i), ...screen },
  { name: 'quote-above-ae', handle: 'ae', path: ({ above }) => `${QUOTES}/${above}` },
  { name: 'quote-below-ae', handle: 'ae', path: ({ below }) => `${QUOTES}/${below}` },
  { name: 'quote-above-finance', handle: 'finance', path: ({ above }) => `${QUOTES}/${above}` },
  { name: 'invoice-draft-finance', handle: 'finance', path: invoice('2026-05') },
  { name: 'invoice-final-finance', handle: 'finance', path: invoice('2026-04') },
  // Before the others, for what was typed once is offered again.
  { name: 'request-new-empty', handle: 'engineer', path: `${REQUESTS}/new`, work: (page) => page.locator('main form button[type=submit]').click() },
  {
    name: 'request-new-allowed',
    handle: 'engineer',
    path: `${REQUESTS}/new`,
    work: (page) => asked(page, '60'),
  },
  {
    name: 'request-new-refused',
    handle: 'engineer',
    path: `${REQUESTS}/new`,
    work: (page) => asked(page, '600'),
  },
  { name: 'quote-new', handle: 'ae', path: `${QUOTES}/new` },
  { name: 'lead-new', handle: 'ae', path: '/w/revops/leads/new' },
  { name: 'requests-engineer', handle: 'engineer', path: REQUESTS },
  { name: 'requests-filtered-empty', handle: 'engineer', path: `${REQUESTS}?status=cancelled&requester=engineer` },
  { name: 'palette', handle: 'engineer', path: REQUESTS, work: (page) => page.keyboard.press('Control+k'), ...screen },
  {
    name: 'palette-search',
    handle: 'engineer',
    path: REQUESTS,
    work: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill('orders');
      await page.locator('.palette-list li').filter({ hasText: 'orders-db' }).first().waitFor();
    },
    ...screen,
  },
  { name: 'keys', handle: 'engineer', path: REQUESTS, work: (page) => page.keyboard.press('?'), ...screen },
  { name: 'who', handle: 'engineer', path: REQUESTS, work: (page) => page.locator('.who summary').click(), ...screen },
  { name: 'webhooks', handle: 'operator', path: '/w/webhooks' },
  { name: 'not-found', handle: 'engineer', path: '/w/nowhere' },
  { name: 'forbidden', handle: 'engineer', path: '/w/billing/invoices' },
  { name: 'phone-list', handle: 'security-officer', path: REQUESTS, ...phone },
  { name: 'phone-record', handle: 'security-officer', path: ({ pending }) => `${REQUESTS}/${pending}`, ...phone },
  { name: 'phone-dialog', handle: 'security-officer', path: ({ pending }) => `${REQUESTS}/${pending}`, work: press(/approve/i), ...phone, ...screen },
  { name: 'phone-menu', handle: 'auditor', path: REQUESTS, work: (page) => page.locator('.menu-button').click(), ...phone, ...screen },
  { name: 'phone-evidence', handle: 'auditor', path: ({ executed }) => `${REQUESTS}/${executed}/evidence`, ...phone },
  { name: 'phone-dashboard', handle: 'auditor', path: '/w/dashboards/high-risk-ops.overview', ...phone },
  { name: 'phone-invoice', handle: 'auditor', path: invoice('2026-04'), ...phone },
  { name: 'phone-new', handle: 'engineer', path: `${REQUESTS}/new`, ...phone },
];

async function asked(page: Page, minutes: string): Promise<void> {
  await page.getByLabel('Target').selectOption('orders-db');
  await page.getByLabel('Duration in minutes').fill(minutes);
  await page.getByLabel('Justification').fill('Ticket 4711: a customer misses an order');
  await page
    .locator('aside')
    .getByText(/allowed|refused|denied|would/i)
    .first()
    .waitFor();
}

/** Without the left pane. */
const cut = (height: number) => ({ size: { width: 1132, height }, clip: { x: 232, y: 48, width: 900, height: height - 48 } });

/** Small, for they are part of the repository. */
export const README: readonly Shot[] = [
  { name: 'dashboard', handle: 'auditor', path: '/w/dashboards/high-risk-ops.overview', ...cut(1100) },
  { name: 'request', handle: 'auditor', path: ({ executed }) => `${REQUESTS}/${executed}/evidence`, work: verified, ...cut(700) },
  { name: 'quote', handle: 'finance', path: ({ above }) => `${QUOTES}/${above}`, ...cut(520) },
  { name: 'invoice', handle: 'finance', path: invoice('2026-04'), ...cut(720) },
];

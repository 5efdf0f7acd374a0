import { readFileSync } from 'node:fs';
import { conforms, type Input, type TestPack } from '@summit/sdk/testing';

/** The packs that ship with Summit, each with what their schemas cannot say. */

const targets = { 'orders-db': { executor: 'stub' }, 'broken-db': { executor: 'stub', fails: true } };
const asked = { type: 'TEMP_DB_READ_ACCESS', environment: 'prod', duration_minutes: 60, justification: 'look at order 4711' };

conforms(new URL('../packs/high-risk-ops', import.meta.url), {
  settings: { 'high-risk-ops': { targets } },
  inputs: { 'high-risk-ops.request.create': Object.keys(targets).map((target) => ({ ...asked, target })) },
});

/** Nobody is taken up twice, and no company is called as it was. */
let people = 0;
const WEEK_MS = 7 * 86_400_000;

/** One that others must approve, and one that an account executive may alone. */
async function quotes(kit: TestPack): Promise<readonly Input[]> {
  const expires_at = new Date(Date.parse(await kit.now()) + WEEK_MS).toISOString();
  return ['25', '10'].map((discount_percent) => ({ amount: '120000.00', discount_percent, expires_at }));
}

conforms(new URL('../packs/revops', import.meta.url), {
  inputs: {
    'revops.lead.create': () => ({ email: `person-${++people}@globex.example`, company: 'Globex', segment: 'enterprise' }),
    'revops.lead.edit': () => ({ company: `Initech ${++people}` }),
    'revops.quote.create': quotes,
  },
  unreached: {
    'revops.quote draft → approved': 'only where the policy keeps what was approved before: revops-quotes.test.ts',
    'revops.quote approved → approved': 'only where an approval is withdrawn that did not count any more: departures.test.ts',
    'revops.opportunity won → won': 'only where a lead is put right after it was won: revops.test.ts',
  },
});

const plan = JSON.parse(readFileSync(new URL('../config/plans/internal-demo.json', import.meta.url), 'utf8'));

/** A period is billed once, so each subject has a month of its own. */
async function nextMonth(kit: TestPack): Promise<Input> {
  kit.advance({ days: 31 });
  return { period: (await kit.now()).slice(0, 7) };
}

conforms(new URL('../packs/finops', import.meta.url), {
  settings: { finops: { plans: [{ plan }] } },
  inputs: {
    'finops.billing.run': nextMonth,
    'finops.invoice.credit': [{ comment: 'a part of it', amount: '1.00' }, { comment: 'all of it' }],
  },
});

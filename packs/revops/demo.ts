import { type DemoContext, defineDemo } from '@summit/sdk';
import { activateQuote } from './actions/activate.ts';
import { approveQuote } from './actions/approve.ts';
import { createLead } from './actions/create-lead.ts';
import { createQuote } from './actions/create-quote.ts';
import { rejectQuote } from './actions/reject.ts';
import { submitQuote } from './actions/submit.ts';

/** One deal from its lead to its contract, with a discount that two people approve; and deals that go, or stop, otherwise. */
export const demo = defineDemo({
  title: 'A lead becomes an opportunity, a quote with a discount that a manager and finance approve, and a contract; others wait, or are turned down',
  async tell(demo) {
    const whole = await quote(demo, 'globex', 'ae', { company: 'Globex', email: 'pat@globex.example', segment: 'enterprise' }, ['120000.00', '25']);
    await submit(demo, 'globex', 'ae', whole);
    await approve(demo, 'globex', 'manager', whole, 'A customer that we want to be named by.');
    await approve(demo, 'globex', 'finance', whole, 'The margin is fine.');
    await demo.act('ae', activateQuote, { key: 'globex/activate', params: { id: whole } });

    const small = await quote(demo, 'initech', 'ae-2', { company: 'Initech', email: 'buying@initech.example', segment: 'smb' }, ['18000.00', '10']);
    await submit(demo, 'initech', 'ae-2', small);
    await approve(demo, 'initech', 'ae-2', small, 'Within what I may decide.');
    await demo.act('ae-2', activateQuote, { key: 'initech/activate', params: { id: small } });

    const turnedDown = await quote(
      demo,
      'northwind',
      'ae',
      { company: 'Northwind Foods', email: 'buying@northwind.example', segment: 'enterprise' },
      ['310000.00', '35'],
    );
    await submit(demo, 'northwind', 'ae', turnedDown);
    const why = { comment: 'Not below 70 percent of the list price for a first contract.' };
    await demo.act('manager', rejectQuote, { key: 'northwind/reject', params: { id: turnedDown }, input: why });

    const waiting = await quote(demo, 'acme', 'ae', { company: 'Acme Logistics', email: 'kim@acme-logistics.example', segment: 'enterprise' }, [
      '240000.00',
      '28',
    ]);
    await submit(demo, 'acme', 'ae', waiting);
    await approve(demo, 'acme', 'manager', waiting, 'Their first site in Europe.');

    await quote(demo, 'hooli', 'ae-2', { company: 'Hooli', email: 'deals@hooli.example', segment: 'mid-market' }, ['96000.00', '18']);
  },
});

/** What the leads and quotes of the story are known by: as if another system had sent them. */
const SYSTEM = 'summit-demo';

interface Prospect {
  readonly company: string;
  readonly email: string;
  readonly segment: string;
}

/** A lead, and a quote for the opportunity that it opens. @returns the id of the quote */
async function quote(demo: DemoContext, name: string, who: string, prospect: Prospect, [amount, discount_percent]: readonly [string, string]) {
  const external_ref = { system: SYSTEM, id: name };
  const { body } = await demo.act(who, createLead, { key: `${name}/lead`, input: { ...prospect, external_ref } });
  const terms = { opportunity_id: opportunityIn(body), amount, discount_percent, external_ref };
  return (await demo.act(who, createQuote, { key: `${name}/quote`, input: terms })).id;
}

async function submit(demo: DemoContext, name: string, who: string, id: string): Promise<void> {
  await demo.act(who, submitQuote, { key: `${name}/submit`, params: { id } });
}

async function approve(demo: DemoContext, name: string, who: string, id: string, comment: string): Promise<void> {
  await demo.act(who, approveQuote, { key: `${name}/${who}`, params: { id }, input: { comment } });
}

function opportunityIn({ opportunity }: Readonly<Record<string, unknown>>): unknown {
  if (typeof opportunity === 'object' && opportunity !== null && 'id' in opportunity) return opportunity.id;
  throw new TypeError('the answer to a new lead has its opportunity');
}

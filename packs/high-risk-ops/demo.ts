import { type DemoContext, defineDemo } from '@summit/sdk';
import { approveRequest } from './actions/approve.ts';
import { createRequest } from './actions/create.ts';
import { executeRequest } from './actions/execute.ts';
import { rejectRequest } from './actions/reject.ts';
import { revokeRequest } from './actions/revoke.ts';

/** One request from the ask to its execution, and beside it what else becomes of requests. */
export const demo = defineDemo({
  title: 'Access to a production database is asked for, approved by two people, opened and closed; and refused, by a policy and by a person',
  async tell(demo) {
    const whole = await ask(demo, 'whole', 'engineer', {
      target: 'orders-db',
      duration_minutes: 120,
      justification: 'Ticket 4711: an order is missing',
    });
    await approve(demo, 'whole', whole);
    await demo.act('engineer', executeRequest, { key: 'whole/execute', params: { id: whole } });

    const revoked = await ask(demo, 'revoked', 'engineer-2', {
      ...{ target: 'billing-db', duration_minutes: 60 },
      justification: 'Ticket 4720: wrong tax on invoices to Austria',
    });
    await approve(demo, 'revoked', revoked);
    await demo.act('engineer-2', executeRequest, { key: 'revoked/execute', params: { id: revoked } });
    const found = { comment: 'Found what was looked for.' };
    await demo.act('security-officer', revokeRequest, { key: 'revoked/revoke', params: { id: revoked }, input: found });

    const failed = await ask(demo, 'failed', 'engineer-2', {
      ...{ target: 'broken-db', duration_minutes: 30 },
      justification: 'Ticket 4719: why is search so slow?',
    });
    await approve(demo, 'failed', failed);
    await demo.act('engineer-2', executeRequest, { key: 'failed/execute', params: { id: failed } });

    const rejected = await ask(demo, 'rejected', 'engineer', {
      ...{ target: 'orders-db', duration_minutes: 90 },
      justification: 'I would like to look around',
    });
    const why = { comment: 'Say what for. The replica has what you need to look around.' };
    await demo.act('team-lead', rejectRequest, { key: 'rejected/reject', params: { id: rejected }, input: why });

    const tooLong = { ...access, target: 'orders-db', duration_minutes: 600, justification: 'A day of looking' };
    await demo.denied('engineer', createRequest, { key: 'denied', input: tooLong });

    const pending = await ask(demo, 'pending', 'engineer-2', {
      ...{ target: 'billing-db', duration_minutes: 30 },
      justification: 'Ticket 4736: a payment was booked twice',
    });
    await demo.act('team-lead', approveRequest, { key: 'pending/approve', params: { id: pending }, input: seen });
  },
});

const access = { type: 'TEMP_DB_READ_ACCESS', environment: 'prod' } as const;
const seen = { comment: 'Seen the ticket.' };

interface Wanted {
  readonly target: string;
  readonly duration_minutes: number;
  readonly justification: string;
}

/** @returns the id of the request */
async function ask(demo: DemoContext, name: string, who: string, wanted: Wanted): Promise<string> {
  return (await demo.act(who, createRequest, { key: `${name}/ask`, input: { ...access, ...wanted } })).id;
}

async function approve(demo: DemoContext, name: string, id: string): Promise<void> {
  await demo.act('team-lead', approveRequest, { key: `${name}/team-lead`, params: { id }, input: seen });
  await demo.act('security-officer', approveRequest, { key: `${name}/security-officer`, params: { id } });
}

import { randomUUID } from 'node:crypto';
import * as assert from 'uvu/assert';
import type { Answer, TestSummit } from './summit.ts';

export const LEADS = '/revops/leads';
export const QUOTES = '/revops/quotes';

/** A lead nobody has sent before, with what a test wants otherwise. */
export function newLead(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { email: `buyer-${randomUUID()}@acme.example`, company: 'Acme', segment: 'enterprise', ...fields };
}

/** A seller's way from a lead to a contract, over HTTP. */
export function dealsOf(s: TestSummit) {
  const deals = {
    async opportunity(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
      return succeeded(await s.post('ae', LEADS, newLead(fields)), 201).opportunity.id;
    },
    async quote(fields: Readonly<Record<string, unknown>> = {}, opportunity?: string): Promise<string> {
      const terms = { opportunity_id: opportunity ?? (await deals.opportunity()), amount: '120000.00', discount_percent: '10', ...fields };
      return succeeded(await s.post('ae', QUOTES, terms), 201).id;
    },
    async submitted(fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
      const id = await deals.quote(fields);
      succeeded(await deals.act('ae', id, 'submit-for-approval'));
      return id;
    },
    /** By a manager and finance, as more than the threshold needs. */
    async approved(fields: Readonly<Record<string, unknown>> = { discount_percent: '25' }): Promise<string> {
      const id = await deals.submitted(fields);
      for (const handle of ['manager', 'finance']) succeeded(await deals.act(handle, id, 'approve'));
      return id;
    },
    act: (handle: string, id: string, verb: string, body?: unknown): Promise<Answer> => s.post(handle, `${QUOTES}/${id}/${verb}`, body),
    async get(id: string): Promise<Answer['body']> {
      return succeeded(await s.get('ae', `${QUOTES}/${id}`));
    },
  };
  return deals;
}

export function succeeded({ status, body }: Answer, expected = 200): Answer['body'] {
  assert.is(status, expected, JSON.stringify(body));
  return body;
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client.ts';
import type { Acknowledged } from './ledger.ts';
import type { Random } from './random.ts';
import type { User } from './site.ts';

export const REQUESTS = '/high-risk-ops/requests';
export const QUOTES = '/revops/quotes';
/** So long may the outcome of an effect take that a crash has interrupted, and a little. */
const OUTCOME_MS = 120_000;
const POLL_MS = 250;

/** What somebody wants of Summit, from its beginning to its end. */
export type Story = (client: Client, random: Random) => Promise<void>;

/** Somebody asks for access, others approve, and it is granted; sometimes it is not wanted any more before. */
export const granted: Story = async (client, random) => {
  await grant(client, random);
};

/** The same, and sometimes it is taken away before its time is over. */
export const access: Story = async (client, random) => {
  const id = await grant(client, random);
  if (id !== null && random.chance(0.5)) await write(client, 'engineer', `${REQUESTS}/${id}/revoke`);
};

/** A seller's way from a lead to a contract: others are told of it. */
export const deal: Story = async (client) => {
  const email = `buyer-${randomUUID()}@acme.example`;
  const lead = await write(client, 'ae', '/revops/leads', { email, company: 'Acme', segment: 'enterprise' });
  const opportunity_id = idIn((await client.read('ae', `/revops/leads/${lead.id}`)).opportunity);
  const { id } = await write(client, 'ae', QUOTES, { opportunity_id, amount: '120000.00', discount_percent: '25' });
  const act = (user: User, verb: string) => write(client, user, `${QUOTES}/${id}/${verb}`);
  await act('ae', 'submit-for-approval');
  await act('manager', 'approve');
  await act('finance', 'approve');
  await act('ae', 'activate');
};

/** @returns null where it was cancelled */
async function grant(client: Client, random: Random): Promise<string | null> {
  const asked = { type: 'TEMP_DB_READ_ACCESS', target: 'orders-db', environment: 'prod', duration_minutes: 120, justification: 'look at an order' };
  const { id } = await write(client, 'engineer', REQUESTS, asked);
  const act = (user: User, verb: string) => write(client, user, `${REQUESTS}/${id}/${verb}`);
  if (random.chance(0.1)) {
    await act('engineer', 'cancel');
    return null;
  }
  await act('team-lead', 'approve');
  await act('security-officer', 'approve');
  await act('engineer', 'execute');
  await executed(client, id);
  return id;
}

function write(client: Client, user: User, path: string, body: Readonly<Record<string, unknown>> = {}): Promise<Acknowledged> {
  return client.write({ user, path, body, key: randomUUID() });
}

/** @throws Error where the outcome does not come */
async function executed(client: Client, id: string): Promise<void> {
  const deadline = performance.now() + OUTCOME_MS;
  for (;;) {
    const { status } = await client.read('engineer', `${REQUESTS}/${id}`);
    if (status === 'executed' || status === 'expired') return;
    if (performance.now() > deadline) throw new Error(`the request ${id} is ${status} after ${OUTCOME_MS / 1_000} s`);
    await sleep(POLL_MS);
  }
}

function idIn(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string') return value.id;
  throw new TypeError(`${JSON.stringify(value)} has no id`);
}

import type { TestSummit } from '../support/summit.ts';

/** Past for whoever takes the pictures. */
export const BEGINS = '2026-04-20T08:00:00Z';
export const ENDS = '2026-05-20T14:30:00Z';

/** The records that pictures are taken of, by what they show. */
export type Cast = Readonly<
  Record<'pending' | 'approved' | 'executed' | 'revoked' | 'expired' | 'rejected' | 'failed' | 'below' | 'above' | 'activated', string>
>;

type Fields = Readonly<Record<string, unknown>>;

/** Four weeks of a tenant: who asked for what, which deals were made, and what was billed. */
export async function tell(s: TestSummit, tenant: string): Promise<Cast> {
  const as =
    (handle: string) =>
    async (path: string, body: Fields = {}) => {
      const answer = await s.post(handle, path, body, { tenant });
      if (answer.status >= 300 && answer.status !== 403) throw new Error(`${handle} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
  const [engineer, engineer2, lead, officer] = [as('engineer'), as('engineer-2'), as('team-lead'), as('security-officer')];
  const [ae, ae2, manager, finance, operator] = [as('ae'), as('ae-2'), as('manager'), as('finance'), as('operator')];
  const until = async (time: string) => {
    const [row] = await s.asApp('SELECT extract(epoch FROM summit_now())::float8 * 1000 AS now', [], tenant);
    s.advance({ minutes: (Date.parse(time) - Number(row?.now)) / 60_000 });
  };

  const ask = async (who: typeof engineer, target: string, minutes: number, justification: string) =>
    String(
      (await who('/high-risk-ops/requests', { type: 'TEMP_DB_READ_ACCESS', target, environment: 'prod', duration_minutes: minutes, justification }))
        .id,
    );
  const agree = async (id: string, minutes: number) => {
    s.advance({ minutes });
    await lead(`/high-risk-ops/requests/${id}/approve`, { comment: 'Seen the ticket.' });
    s.advance({ minutes: minutes / 2 });
    await officer(`/high-risk-ops/requests/${id}/approve`);
  };
  const execute = (who: typeof engineer, id: string) => who(`/high-risk-ops/requests/${id}/execute`);

  const quote = async (who: typeof ae, company: string, email: string, segment: string, amount: string, discount_percent: string) => {
    const { opportunity } = await who('/revops/leads', { email, company, segment });
    const { id } = await who('/revops/quotes', { opportunity_id: opportunity.id, amount, discount_percent });
    return String(id);
  };
  const submit = (who: typeof ae, id: string) => who(`/revops/quotes/${id}/submit-for-approval`);

  const use = (day: number) => {
    const month = day < 0 ? { days: 30 + day + 1, of: '04' } : { days: day, of: '05' };
    const date = `2026-${month.of}-${String(month.days).padStart(2, '0')}`;
    const runs = [1_640, 1_910, 2_120, 1_980, 1_730, 420, 310][(day + 40) % 7] ?? 0;
    return operator('/metering/events', [
      {
        specversion: '1.0',
        id: `runs-${date}`,
        source: '/orchestrator',
        type: 'workflow_run',
        time: `${date}T12:00:00Z`,
        data: { quantity: String(runs + day * 17) },
      },
    ] as never);
  };

  // The last days of April, which are billed.
  for (let day = -10; day < 0; day++) {
    await until(`2026-04-${30 + day + 1}T16:00:00Z`);
    await use(day);
    if (day % 3 === 0) {
      const id = await ask(engineer, 'orders-db', 60, `Ticket ${4_700 - day}: a customer misses an order`);
      await agree(id, 9 - day);
      await execute(engineer, id);
    }
  }
  await until('2026-05-02T06:00:00Z');
  await s.runJob('high-risk-ops.expire-grants', tenant);
  await s.runJob('finops.metering', tenant);
  await operator('/billing/runs', { period: '2026-04' });
  await finance(`/billing/invoices/${tenant}/2026-04/finalize`);
  await finance(`/billing/invoices/${tenant}/2026-04/credit-notes`, { amount: '25.00', comment: 'An outage of two hours on 27 April.' });

  for (let day = 1; day < 20; day++) {
    if (day > 1) await until(`2026-05-${String(day).padStart(2, '0')}T16:00:00Z`);
    await use(day);
    if (day === 5) {
      const id = await quote(ae2, 'Umbra Health', 'it@umbra-health.example', 'mid-market', '48000.00', '12');
      await submit(ae2, id);
      s.advance({ minutes: 55 });
      await ae2(`/revops/quotes/${id}/approve`);
      await ae2(`/revops/quotes/${id}/activate`);
    }
    // Nobody answers it, and it lapses.
    if (day === 7) await ask(engineer2, 'billing-db', 45, 'Compare the invoices of March with the ledger');
    if (day === 8) {
      const id = await quote(ae, 'Northwind Foods', 'buying@northwind.example', 'enterprise', '310000.00', '35');
      await submit(ae, id);
      s.advance({ hours: 3 });
      await manager(`/revops/quotes/${id}/reject`, { comment: 'Not below 65 percent of the list price for a first contract.' });
    }
  }

  await until('2026-05-18T09:10:00Z');
  const expired = await ask(engineer, 'orders-db', 30, 'Ticket 4711: refund was paid twice');
  await agree(expired, 12);
  await execute(engineer, expired);
  await until('2026-05-18T10:40:00Z');
  await s.runJob('high-risk-ops.expire-grants', tenant);
  const cancelled = await ask(engineer2, 'billing-db', 90, 'Ticket 4698: which invoices were sent twice?');
  await engineer2(`/high-risk-ops/requests/${cancelled}/cancel`);

  await until('2026-05-19T13:05:00Z');
  const revoked = await ask(engineer2, 'billing-db', 120, 'Ticket 4720: wrong tax on invoices to Austria');
  await agree(revoked, 20);
  await execute(engineer2, revoked);
  s.advance({ minutes: 25 });
  await officer(`/high-risk-ops/requests/${revoked}/revoke`, { comment: 'Found what was looked for.' });
  const rejected = await ask(engineer, 'orders-db', 120, 'I would like to look around');
  s.advance({ minutes: 6 });
  await lead(`/high-risk-ops/requests/${rejected}/reject`, { comment: 'Say what for. The replica has what you need to look around.' });
  const failed = await ask(engineer2, 'broken-db', 30, 'Ticket 4719: why is search so slow?');
  await agree(failed, 14);
  await execute(engineer2, failed);
  await until('2026-05-19T18:00:00Z');
  await s.runJob('high-risk-ops.lapse-requests', tenant);

  await until('2026-05-20T08:20:00Z');
  const activated = await quote(ae, 'Globex', 'pat@globex.example', 'enterprise', '120000.00', '25');
  await submit(ae, activated);
  s.advance({ minutes: 40 });
  await manager(`/revops/quotes/${activated}/approve`, { comment: 'A customer we want to be named by.' });
  s.advance({ minutes: 25 });
  await finance(`/revops/quotes/${activated}/approve`, { comment: 'Margin is fine.' });
  await ae(`/revops/quotes/${activated}/activate`);
  const above = await quote(ae, 'Acme Logistics', 'kim@acme-logistics.example', 'enterprise', '240000.00', '28');
  await submit(ae, above);
  s.advance({ minutes: 30 });
  await manager(`/revops/quotes/${above}/approve`, { comment: 'Strategic: their first site in Europe.' });
  const below = await quote(ae, 'Initech', 'procurement@initech.example', 'smb', '18000.00', '10');
  await submit(ae, below);
  await quote(ae2, 'Hooli', 'deals@hooli.example', 'mid-market', '96000.00', '18');

  await until('2026-05-20T13:20:00Z');
  const approved = await ask(engineer2, 'orders-db', 60, 'Ticket 4731: orders without a delivery address');
  await agree(approved, 8);
  const executed = await ask(engineer, 'billing-db', 120, 'Ticket 4733: an invoice that does not add up');
  await agree(executed, 10);
  await execute(engineer, executed);
  // The policy refuses it: too long.
  await ask(engineer, 'orders-db', 600, 'A day of looking');
  const pending = await ask(engineer, 'orders-db', 60, 'Ticket 4735: a customer cannot see their order');
  s.advance({ minutes: 5 });
  await lead(`/high-risk-ops/requests/${pending}/approve`, { comment: 'Seen the ticket.' });
  await ask(engineer2, 'billing-db', 30, 'Ticket 4736: a payment that was booked twice');

  await s.runJob('finops.metering', tenant);
  await operator('/billing/runs', { period: '2026-05' });
  await until(ENDS);
  return { pending, approved, executed, revoked, expired, rejected, failed, below, above, activated };
}

import { create, defineAction, edge, none, Period, Strict } from '@summit/sdk';
import { bill, subjectsOf } from '../bill.ts';
import { loadUnbilled } from '../books.ts';
import { BillingRun } from '../entities.ts';
import { presentInvoice } from '../invoice.ts';
import { billers } from '../roles.ts';
import { RunAnswer } from '../schemas.ts';

/** Counts the usage of a period, rates it and drafts its invoice, now. */
export const runBilling = defineAction({
  id: 'finops.billing.run',
  title: 'Rate a period and draft its invoice',
  route: { method: 'POST', path: '/billing/runs' },
  roles: billers,
  input: Strict({ period: Period }),
  answer: RunAnswer,
  entity: BillingRun,
  from: [],
  success: 201,
  readsLog: true,
  policy: none('a draft binds nobody, and comes out the same whoever asks for it'),

  load: (context) => loadUnbilled(context, context.input.period),
  subject: () => null,

  apply(unbilled, at) {
    const billed = bill(unbilled, at, { status: 'draft', id: at.newId() });
    const { period, id: invoice_id, revision: invoice_revision, total, currency } = billed.row;
    const run = create(BillingRun, at, { id: at.subjectId, status: 'completed', period, invoice_id, invoice_revision, total, currency });
    return {
      subjects: [run, ...subjectsOf(billed)],
      rows: billed.rows,
      edges: [edge(at.subjectId, 'drafted', invoice_id), edge(at.subjectId, 'run_by', at.actor.id), ...billed.edges],
      usage: [{ type: 'workflow_run', subject: at.subjectId, metadata: { workflow: 'finops.billing-run' } }],
      answer: { id: at.subjectId, period, status: 'completed', invoice: presentInvoice(billed.row, []), created_at: at.now, version: 1 },
    };
  },
});

import { defineAction, Empty, none, unchanged } from '@summit/sdk';
import { bill, subjectsOf } from '../bill.ts';
import { loadUnbilled } from '../books.ts';
import { Invoice } from '../entities.ts';
import { periodIn } from '../period.ts';

/** What a billing run does, brought about by time: it starts no workflow, and writes nothing where nothing has changed. */
export const draftInvoice = defineAction({
  id: 'finops.invoice.draft',
  title: 'Bring the draft of an invoice up to date',
  roles: [],
  input: Empty,
  entity: Invoice,
  from: ['draft'],
  readsLog: true,
  policy: none('a draft binds nobody, and comes out the same whoever asks for it'),

  load: (context) => loadUnbilled(context, periodIn(context.params.id)),
  subject: ({ invoice }) => invoice,

  apply(unbilled, at) {
    const billed = bill(unbilled, at, { status: 'draft', id: at.subjectId });
    const subjects = subjectsOf(billed);
    if (subjects.length === 0) return unchanged({});
    return {
      subjects,
      rows: billed.rows,
      edges: billed.edges.length > 0 ? billed.edges : none('whom it bills, its first draft has said'),
      usage: none('nobody has started a workflow but time'),
      answer: { id: billed.row.id, period: billed.row.period, total: billed.row.total },
    };
  },
});

import { defineAction, Empty, none, unchanged } from '@summit/sdk';
import { countFor, loadUncounted } from '../books.ts';
import { UsageLedger } from '../entities.ts';

/** Enters what the log has brought into the readings, and closes periods whose grace is over. */
export const countUsage = defineAction({
  id: 'finops.usage.count',
  title: 'Count usage into readings',
  roles: [],
  input: Empty,
  entity: UsageLedger,
  from: ['open'],
  readsLog: true,
  policy: none('usage is counted as it is'),

  load: loadUncounted,
  subject: ({ ledger }) => ledger,

  apply(uncounted, at) {
    const { ledger, rows } = countFor(uncounted, at.settings, null, at);
    if (!ledger) return unchanged({});
    return {
      subjects: [ledger],
      rows,
      edges: none('readings are numbers, and no nodes'),
      usage: none('counting usage is no usage'),
      answer: { id: ledger.after.id, through: { epoch: ledger.after.log_epoch, size: ledger.after.log_size }, readings: rows.length },
    };
  },
});

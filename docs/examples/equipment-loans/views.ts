import type { Views } from '@summit/sdk';
import { loans } from './queries.ts';

export const views: Views = {
  workspace: { title: 'Equipment', icon: 'package' },
  lists: [
    {
      list: loans.list,
      columns: ['item', 'value_eur', 'days', 'status', 'due_at', 'created_at'],
      empty: 'Whoever needs a piece of equipment asks for it here, and gets it once those who must have approved.',
    },
  ],
  commands: [{ title: 'Show what is overdue', path: '/equipment-loans/loans?status=overdue' }],
};

import { defineEvidence } from '@summit/sdk';
import { Loan } from './entities.ts';

export const loanEvidence = defineEvidence({
  id: 'equipment-loans',
  title: 'What proves a loan',
  path: '/evidence/equipment-loans/:id',
  members: { loan: Loan },
  collect: async (db, id) => ({ loan: await db.one(Loan, id) }),
});

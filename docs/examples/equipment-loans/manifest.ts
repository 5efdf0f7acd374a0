import { definePack } from '@summit/sdk';
import { approveLoan } from './actions/approve.ts';
import { handOverLoan } from './actions/hand-over.ts';
import { markOverdue } from './actions/mark-overdue.ts';
import { recordHandOver } from './actions/record-hand-over.ts';
import { rejectLoan } from './actions/reject.ts';
import { requestLoan } from './actions/request.ts';
import { takeBackLoan } from './actions/take-back.ts';
import { overview } from './dashboards.ts';
import { unlock } from './effects.ts';
import { Loan } from './entities.ts';
import { loanOverdue } from './events.ts';
import { loanEvidence } from './evidence.ts';
import { overdueJob } from './jobs.ts';
import initial from './migrations/0001-initial.ts';
import { getLoan, loans } from './queries.ts';
import { settings } from './settings.ts';
import { loanDay, loanDays } from './usage.ts';
import { views } from './views.ts';

export default definePack({
  id: 'equipment-loans',
  title: 'Equipment loans',
  version: '0.1.0',
  summit: '^0.1.0',
  entities: [Loan],
  migrations: [initial],
  policies: [{ bundle: 'equipment_loans.loans', entrypoints: ['equipment_loans/loans/decision'] }],
  actions: [requestLoan, approveLoan, rejectLoan, handOverLoan, recordHandOver, takeBackLoan, markOverdue],
  queries: [loans.list, getLoan, loans.receipts],
  evidence: [loanEvidence],
  effects: [unlock],
  events: [loanOverdue],
  jobs: [overdueJob],
  usage: [loanDay],
  meters: [loanDays],
  dashboards: [overview],
  relationships: { borrowed_by: 'borrowed', handed_over_by: 'handed_over' },
  settings,
  views,
});

import { change, defineAction, none, Strict, Type } from '@summit/sdk';
import { Loan } from '../entities.ts';

/** What the effect `unlock` found out. The days run from now; where the locker stayed shut, the loan may be handed over again. */
export const recordHandOver = defineAction({
  id: 'equipment-loans.loan.record-hand-over',
  title: 'Record whether the locker opened',
  roles: [],
  input: Strict({ opened: Type.Boolean() }),
  entity: Loan,
  from: ['handing_over'],
  policy: none('it was decided when it was handed over'),
  load: ({ db, params }) => db.lock(Loan, params.id ?? ''),
  subject: (loan) => loan,

  apply(before, at) {
    const { opened } = at.input;
    const due_at = opened ? daysAfter(at.now, before.days) : null;
    return {
      subjects: [change(Loan, at, before, { status: opened ? 'lent' : 'approved', due_at })],
      edges: none('who handed it over is linked already'),
      usage: opened ? [{ type: 'loan_day', subject: before.id, quantity: String(before.days) }] : none('nothing was lent'),
      answer: {},
    };
  },
});

function daysAfter(time: string, days: number): string {
  return new Date(Date.parse(time) + days * 86_400_000).toISOString();
}

import { type Card, createdIn, defineDashboard, pathTo, type Reader, rangeOf, seriesByDay } from '@summit/sdk';
import { Loan } from './entities.ts';
import { loans } from './queries.ts';

export const overview = defineDashboard({
  id: 'equipment-loans.overview',
  title: 'Equipment',
  read(context) {
    const { db, since, now } = context;
    const { created_since, created_until } = createdIn(context);
    const created_at = rangeOf({ since: created_since, until: created_until });
    return {
      cards: [
        {
          id: 'asked-for',
          title: 'Asked for',
          definition: 'Loans that were asked for in the period.',
          unit: 'count',
          list: pathTo(loans.list.route.path, { created_since, created_until }),
          value: () => db.count(Loan, { created_at }),
        },
        inState(db, 'lent', 'Out now', 'What is lent and not due yet, whenever it was asked for.'),
        inState(db, 'overdue', 'Overdue', 'What should have come back by now.'),
      ],
      charts: [
        {
          id: 'loans-by-day',
          title: 'Loans per day, by what became of them',
          kind: 'bar',
          axis: 'Day',
          unit: 'count',
          async data() {
            const counts = await db.countByDay(Loan, { created_at }, { time: 'created_at', by: 'status' });
            return seriesByDay(counts, { since, now }, Object.keys(Loan.transitions));
          },
        },
      ],
    };
  },
});

function inState(db: Reader, status: string, title: string, definition: string): Card {
  return { id: status, title, definition, unit: 'count', list: pathTo(loans.list.route.path, { status }), value: () => db.count(Loan, { status }) };
}

import { type Card, createdIn, defineDashboard, pathTo, type Reader, rangeOf, seriesByDay } from '@summit/sdk';
import { Vendor } from './entities.ts';
import { listVendors, RISKS } from './queries.ts';

export const overview = defineDashboard({
  id: 'vendor-risk.overview',
  title: 'Vendor risk',
  read({ db, ...period }) {
    const created_at = rangeOf({ since: period.since, until: period.until });
    return {
      cards: [
        inState(db, 'registered', 'To be assessed', 'Vendors that an analyst has yet to assess.'),
        inState(db, 'assessed', 'To be accepted', 'Assessed vendors whose risk somebody has yet to accept.'),
        inState(db, 'review_due', 'Due for review', 'Vendors that were accepted so long ago that they are to be assessed again.'),
        {
          id: 'new',
          title: 'New vendors',
          definition: 'Vendors registered in the period, whatever has become of them.',
          unit: 'count',
          compared: true,
          list: pathTo(listVendors.route.path, createdIn(period)),
          value: () => db.count(Vendor, { created_at }),
        },
      ],
      charts: [
        {
          id: 'by_risk',
          title: 'New vendors by risk',
          kind: 'bar',
          axis: 'Day',
          unit: 'count',
          data: async () => seriesByDay(await db.countByDay(Vendor, { created_at }, { time: 'created_at', by: 'risk' }), period, RISKS),
        },
      ],
    };
  },
});

function inState(db: Reader, status: string, title: string, definition: string): Card {
  return {
    id: status,
    title,
    definition,
    unit: 'count',
    list: pathTo(listVendors.route.path, { status }),
    value: () => db.count(Vendor, { status }),
  };
}

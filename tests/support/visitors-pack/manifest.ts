import { defineEvidence, definePack, defineQuery, Empty, listOf, pageOf, Strict } from '@summit/sdk';
import { announce, initial, shown, Visit, VisitAnswer } from './visit.ts';

const visits = listOf(Visit, { sort: ['created_at', 'hours'], search: ['company'] });

const listVisits = defineQuery({
  id: 'visitors.visit.list',
  title: 'Visits',
  route: { method: 'GET', path: '/visitors/visits' },
  query: Strict(visits.parameters),
  answer: pageOf(VisitAnswer),
  async run({ db, query }) {
    const page = await db.page(visits, query);
    return { ...page, items: page.items.map(shown) };
  },
});

const getVisit = defineQuery({
  id: 'visitors.visit.get',
  title: 'One visit',
  route: { method: 'GET', path: '/visitors/visits/:id' },
  query: Empty,
  answer: VisitAnswer,
  run: async ({ db, params }) => shown(await db.one(Visit, params.id ?? '')),
});

const visitEvidence = defineEvidence({
  id: 'visitors',
  title: 'What proves a visit',
  path: '/evidence/visitors/:id',
  members: { visit: Visit },
  collect: async (db, id) => ({ visit: await db.one(Visit, id) }),
});

export default definePack({
  id: 'visitors',
  title: 'Visitors',
  version: '1.0.0',
  summit: '^0.1.0',
  entities: [Visit],
  migrations: [initial],
  policies: [{ bundle: 'visitors.admission', entrypoints: ['visitors/admission/decision'] }],
  actions: [announce],
  queries: [listVisits, getVisit],
  evidence: [visitEvidence],
  views: { workspace: { icon: 'users' }, lists: [{ list: listVisits, ui: 'ui/visits.ts' }] },
});

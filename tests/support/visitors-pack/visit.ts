import { create, defineAction, field, governed, governedTable, Id, migration, none, type Row, Strict, Type } from '@summit/sdk';

export const Visit = governed({
  type: 'visitors.visit',
  table: 'visitors_visits',
  fields: { company: field.text(), hours: field.integer() },
  transitions: { expected: [] },
  label: (visit) => visit.company,
});

export const initial = migration('0001-initial', [governedTable('visitors_visits', 'company text NOT NULL, hours integer NOT NULL')]);

export const VisitAnswer = Strict({ id: Id, company: Type.String(), hours: Type.Integer(), status: Type.String(), version: Type.Integer() });

export function shown({ id, company, hours, status, version }: Row<typeof Visit>) {
  return { id, company, hours, status, version };
}

export const announce = defineAction({
  id: 'visitors.visit.announce',
  title: 'Announce a visit',
  route: { method: 'POST', path: '/visitors/visits' },
  roles: ['engineer'],
  input: Strict({ company: Type.String({ minLength: 1 }), hours: Type.Integer({ minimum: 1 }) }),
  answer: VisitAnswer,
  entity: Visit,
  from: [],
  success: 201,
  policy: {
    entrypoint: 'visitors/admission/decision',
    facts: (_, { input }) => ({ resource: { hours: input.hours }, context: {} }),
  },
  load: async () => null,
  subject: () => null,
  apply(_, at) {
    const { company, hours } = at.input;
    const visit = create(Visit, at, { id: at.subjectId, status: 'expected', company, hours });
    return { subjects: [visit], edges: none('a visit is alone'), usage: none('visits are free'), answer: shown(visit.after) };
  },
});

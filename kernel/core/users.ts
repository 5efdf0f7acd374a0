import { change, defineAction, defineQuery, listOf, none, Problem, type Row, Strict, statesOf, Type, valuesOf } from '../../sdk/index.ts';
import { Teams, TenantConfigurations, Users } from '../database/tables.ts';
import { lockSomebodyElse } from './somebody-else.ts';

export const setRoles = defineAction({
  id: 'user.set-roles',
  title: 'Set the roles of a person',
  route: { method: 'PUT', path: '/users/:id/roles' },
  roles: ['operator'],
  input: Strict({ roles: Type.Array(Type.String({ pattern: '^[a-z][a-z_]*$' }), { uniqueItems: true, maxItems: 20 }) }),
  entity: Users,
  from: ['active'],
  policy: none('the operator role decides'),
  load: ({ db, actor, params }) => lockSomebodyElse(db, actor, params.id ?? '', 'Nobody sets their own roles: another operator must.'),
  subject: (user) => user,
  apply(user, at) {
    const { roles } = at.input;
    const subject = change(Users, at, user, { roles });
    return {
      subjects: [subject],
      edges: none('a role is a property of the person, not a node'),
      usage: none('configuration is not metered'),
      answer: presentUser(subject.after),
    };
  },
});

/** A person as the API shows them. */
export function presentUser({ id, handle, roles, status, deactivated_by, departed_at, version }: Row<typeof Users>) {
  return { id, handle, roles, status, deactivated_by, departed_at, version };
}

const people = listOf(Users, { sort: ['created_at', 'updated_at', 'status'], search: ['handle'] });

export const listUsers = defineQuery({
  id: 'user.list',
  title: 'People of the tenant',
  route: { method: 'GET', path: '/users' },
  query: Strict({ status: Type.Optional(statesOf(Users)), role: Type.Optional(Type.String()), ...people.parameters }),
  async run({ db, query: { status, role, limit, cursor, count, sort, q } }) {
    const where = { status: valuesOf(status), roles: role === undefined ? undefined : { has: role } };
    const page = await db.page(people, { where, limit, cursor, count, sort, q });
    return { ...page, items: page.items.map(presentUser) };
  },
});

export const me = defineQuery({
  id: 'user.me',
  title: 'Who am I',
  route: { method: 'GET', path: '/me' },
  query: Strict({}),
  async run({ db, tenant, actor }) {
    const user = await db.one(Users, actor.id);
    const teams = user.team_ids.length === 0 ? [] : await db.find(Teams, { id: user.team_ids });
    return { id: actor.id, handle: actor.handle, roles: actor.roles, teams: teams.map(({ name }) => name), tenant };
  },
});

export const getTenant = defineQuery({
  id: 'tenant.get',
  title: 'The tenant',
  route: { method: 'GET', path: '/tenants/:id' },
  query: Strict({}),
  async run({ db, tenant, params }) {
    const [found] = await db.find(TenantConfigurations, {});
    if (params.id !== tenant || !found) throw new Problem('not-found', `There is no tenant ${params.id}.`);
    return { id: tenant, title: found.title, time_zone: found.time_zone, version: found.version, updated_at: found.updated_at };
  },
});

import { type Actor, Comment, defineAction, none, Strict, Type, unchanged } from '../../sdk/index.ts';
import { type DeactivatedBy, Users } from '../database/tables.ts';
import { departed, leftTeams, returned } from './departed.ts';
import { lockSomebodyElse } from './somebody-else.ts';
import { presentUser } from './users.ts';

const input = Strict({ comment: Type.Optional(Comment) });

/**
 * Keeps somebody out at once, by every token and session. An operator does so by its route; the kernel itself, as
 * `system:<what noticed>`, for whom an issuer does not know any more. What somebody else than an operator has done, an
 * operator may make theirs: then none but an operator undoes it.
 */
export const deactivateUser = defineAction({
  id: 'user.deactivate',
  title: 'Deactivate a person',
  route: { method: 'POST', path: '/users/:id/deactivate' },
  roles: ['operator'],
  input,
  entity: Users,
  from: ['active', 'deactivated'],
  policy: none('the operator role decides, or the provider that the person signs in at'),
  load: ({ db, actor, params }) => lockSomebodyElse(db, actor, params.id ?? '', 'Nobody deactivates themselves: another operator must.'),
  subject: (user) => user,
  apply(user, at) {
    const by = whoSays(at.actor);
    // An operator's word stands, and so does that of whoever said it first.
    if (user.status === 'deactivated' && (by !== 'operator' || user.deactivated_by === by)) return unchanged(presentUser(user));
    const subject = departed(user, by, at);
    return {
      subjects: [subject],
      edges: leftTeams(user),
      usage: none('configuration is not metered'),
      answer: presentUser(subject.after),
    };
  },
});

/** Lets somebody in again, with no role: `PUT /users/:id/roles` gives them. */
export const reactivateUser = defineAction({
  id: 'user.reactivate',
  title: 'Reactivate a person',
  route: { method: 'POST', path: '/users/:id/reactivate' },
  roles: ['operator'],
  input,
  entity: Users,
  from: ['deactivated'],
  policy: none('the operator role decides'),
  load: ({ db, params }) => db.lock(Users, params.id ?? ''),
  subject: (user) => user,
  apply(user, at) {
    const subject = returned(user, at);
    return {
      subjects: [subject],
      edges: none('teams are given anew, by the file of the tenant'),
      usage: none('configuration is not metered'),
      answer: presentUser(subject.after),
    };
  },
});

function whoSays({ system }: Actor): DeactivatedBy {
  return system ? 'issuer' : 'operator';
}

import { type At, change, type Edge, endEdge, type Row, type SubjectChange } from '../../sdk/index.ts';
import { type DeactivatedBy, Users } from '../database/tables.ts';

type User = Row<typeof Users>;

/** What is on record of the leaving of somebody who is new. */
export const NEVER_LEFT = Object.freeze({ deactivated_by: null, departed_at: null, scim_deleted_at: null });

/** Somebody without all that let them in and do something; more by `fields`, of what else changes with it. */
export function departed(user: User, by: DeactivatedBy | null, at: At, fields: Partial<User> = {}): SubjectChange<User> {
  // Who was gone already has nothing since then that could be withdrawn.
  const departed_at = user.status === 'active' ? at.now : user.departed_at;
  return change(Users, at, user, { status: 'deactivated', roles: [], team_ids: [], deactivated_by: by, departed_at, ...fields });
}

/** Somebody who may come in again, and has nothing of what they had: roles are given anew, and each has its receipt. */
export function returned(user: User, at: At, fields: Partial<User> = {}): SubjectChange<User> {
  return change(Users, at, user, { status: 'active', deactivated_by: null, scim_deleted_at: null, ...fields });
}

/** From the teams that they were in. */
export function leftTeams(user: User): readonly Edge[] {
  return user.team_ids.map((team) => endEdge(user.id, 'member_of', team));
}

import { change, create, defineAction, Empty, edge, none, Problem, type Reader, unchanged } from '../../sdk/index.ts';
import { departed, leftTeams, NEVER_LEFT, returned } from '../core/departed.ts';
import { TenantConfigurations, Users } from '../database/tables.ts';
import type { Sought } from './filter.ts';
import { freeHandle } from './handle.ts';
import { isKnown, personCalled, type ScimPerson, userNameOf } from './people.ts';
import { NewUser, PersonWanted } from './person-wanted.ts';
import { ScimProblem } from './scim-problem.ts';

const common = {
  roles: ['operator'],
  entity: Users,
  policy: none('an operator has made the token, and what the provider says of people is so'),
} as const;
const usage = none('people are not metered');

/** Somebody new, with no role: `PUT /users/:id/roles` gives them, or the file of the tenant. */
export const createScimUser = defineAction({
  ...common,
  id: 'scim.user.create',
  title: 'Take a person in',
  input: NewUser,
  from: [],
  success: 201,
  async load({ db, tenant, input }) {
    const [configuration] = await db.find(TenantConfigurations, {});
    // One after the other, or those who come at once would find the same handle free.
    if (configuration) await db.lock(TenantConfigurations, configuration.id);
    const [taken] = await takenNames(db, tenant, null, input);
    if (taken) throw isTaken(taken);
    return { handle: await freeHandle(db, tenant, input.userName), belongsTo: configuration?.id ?? null };
  },
  subject: () => null,
  apply({ handle, belongsTo }, at) {
    const { userName: user_name, externalId: external_id = null, active: isActive = true } = at.input;
    const person = create(Users, at, {
      id: at.subjectId,
      status: isActive ? 'active' : 'deactivated',
      ...{ handle, external_id, user_name, provisioned_by: 'scim', roles: [], team_ids: [] },
      ...NEVER_LEFT,
      ...(isActive ? {} : { deactivated_by: 'scim' }),
    });
    return { subjects: [person], edges: belongsTo === null ? [] : [edge(at.subjectId, 'belongs_to', belongsTo)], usage, answer: {} };
  },
});

/** What a provider says of somebody now. Where that is so already, nothing changes. */
export const changeScimUser = defineAction({
  ...common,
  id: 'scim.user.change',
  title: 'Change a person, as their provider says',
  input: PersonWanted,
  from: ['active', 'deactivated'],
  async load({ db, tenant, params, input }) {
    const person = await db.lock(Users, params.id ?? '');
    assertKnown(person);
    const taken = await takenNames(db, tenant, person, input);
    // Nobody stays for what they are called: who is to leave leaves under the names that they have.
    if (taken[0] && input.active !== false) throw isTaken(taken[0]);
    return { person, taken };
  },
  subject: ({ person }) => person,
  apply({ person, taken }, at) {
    const names = changedNames(person, at.input, taken);
    const leaves = at.input.active === false && person.status === 'active';
    const returns = at.input.active === true && person.status === 'deactivated';
    if (!leaves && !returns && Object.keys(names).length === 0) return unchanged({});
    if (returns) assertMayReturn(person);
    const subject = leaves ? departed(person, 'scim', at, names) : returns ? returned(person, at, names) : change(Users, at, person, names);
    return { subjects: [subject], edges: leaves ? leftTeams(person) : none('they belong where they did'), usage, answer: {} };
  },
});

/** To the provider they are gone, and its names for them are free: RFC 7644, section 3.6. Here they are deactivated; erasing is another matter. */
export const deleteScimUser = defineAction({
  ...common,
  id: 'scim.user.delete',
  title: 'Deactivate a person whom their provider has deleted',
  input: Empty,
  from: ['active', 'deactivated'],
  async load({ db, params }) {
    const person = await db.lock(Users, params.id ?? '');
    assertKnown(person);
    return person;
  },
  subject: (person) => person,
  apply(person, at) {
    const by = person.status === 'active' ? 'scim' : person.deactivated_by;
    const gone = departed(person, by, at, { user_name: null, external_id: null, scim_deleted_at: at.now });
    return { subjects: [gone], edges: leftTeams(person), usage, answer: {} };
  },
});

type Name = Sought['by'];
type Names = Partial<Pick<ScimPerson, 'user_name' | 'external_id'>>;

/** @param taken what they are not to be called, since somebody else is @throws ScimProblem `mutability` */
function changedNames(person: ScimPerson, { userName: name, externalId: external, active }: PersonWanted, taken: readonly Name[]): Names {
  const isRenamed = name !== undefined && name !== userNameOf(person) && !taken.includes('userName');
  const names: Names = isRenamed ? { user_name: name } : {};
  if (external === undefined || external === person.external_id || taken.includes('externalId')) return names;
  const fixed = whyFixed(person);
  if (fixed === null) return { ...names, external_id: external };
  if (active === false) return names;
  throw new ScimProblem('invalid-input', 'mutability', `externalId: ${fixed}`);
}

/** Why a provider may not say by which id somebody signs in, and so make somebody else of them: decision 0052. Null where it may. */
function whyFixed({ provisioned_by, roles }: ScimPerson): string | null {
  if (provisioned_by === null) return "SCIM has not made this person: the tenant's file says who they are, as external_id.";
  if (roles.length > 0) return 'this person has roles: an operator must take those away first.';
  return null;
}

/** @throws Problem `not-found` */
function assertKnown(person: ScimPerson): void {
  if (!isKnown(person)) throw new Problem('not-found', `There is no ${Users.type} ${person.id}.`);
}

/** Whoever said that they have left says that they are back: decision 0041. @throws ScimProblem `mutability` */
function assertMayReturn({ deactivated_by: by }: ScimPerson): void {
  if (by === 'scim' || by === 'issuer') return;
  const who = by === null ? 'the file of the tenant' : 'an operator';
  throw new ScimProblem('invalid-input', 'mutability', `active: ${who} has deactivated this person, and an operator must reactivate them.`);
}

/** What somebody else is called already. @param person who is to be called so; null for who is new */
async function takenNames(db: Reader, tenant: string, person: ScimPerson | null, wanted: PersonWanted): Promise<readonly Name[]> {
  const taken: Name[] = [];
  for (const by of ['userName', 'externalId'] as const) {
    const value = wanted[by] ?? null;
    const holder = value === null ? null : await personCalled(db, tenant, { by, value });
    if (holder !== null && holder !== person?.id) taken.push(by);
  }
  return taken;
}

function isTaken(name: Name): ScimProblem {
  return new ScimProblem('conflict', 'uniqueness', `${name} is somebody else's already.`);
}

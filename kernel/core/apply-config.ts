import { isDeepStrictEqual } from 'node:util';
import { change, create, defineAction, edge, endEdge, none, type Row, Strict, type SubjectChange, Type } from '../../sdk/index.ts';
import { TenantFile } from '../config/tenant.ts';
import { PackEnablements, Teams, TenantConfigurations, Users } from '../database/tables.ts';
import { NEVER_LEFT } from './departed.ts';

/**
 * Brings a tenant to what its file says: one receipt for the tenant, with the file's digest, and one for every user,
 * team and pack that differs. Nobody becomes an approver by an edited file without one.
 */
export const applyConfig = defineAction({
  id: 'config.applied',
  title: 'Apply a tenant file',
  roles: [],
  input: Strict({
    digest: Type.String(),
    file: TenantFile,
    undecided: Type.Boolean({ description: 'Whether packs that the file leaves open or does not name stay as they are' }),
  }),
  entity: TenantConfigurations,
  from: ['active'],
  binds: ({ digest, file }) => ({ digest, tenant: file.id }),
  policy: none('whoever may edit the file on the server has decided already'),

  async load({ db, input }) {
    const [[tenant = null], users, teams, packs] = await Promise.all([
      db.find(TenantConfigurations, {}),
      db.find(Users, {}),
      db.find(Teams, {}),
      db.find(PackEnablements, {}),
    ]);
    const current = { tenant, users, teams, packs };
    const { file } = input;
    // What will change is locked, in the order of ids; new subjects need no lock.
    const changing = [
      ...(tenant ? [{ id: tenant.id, lock: () => db.lock(TenantConfigurations, tenant.id) }] : []),
      ...users.filter((user) => differs(user, file, teams)).map(({ id }) => ({ id, lock: () => db.lock(Users, id) })),
      ...packs
        .filter((pack) => !isDeepStrictEqual(packStateIn(input, pack.pack_id, pack), packState(pack)))
        .map(({ id }) => ({ id, lock: () => db.lock(PackEnablements, id) })),
    ].sort((a, b) => (a.id < b.id ? -1 : 1));
    for (const { lock } of changing) await lock();
    return current;
  },
  subject: ({ tenant }) => tenant,

  apply(current, at) {
    const { file, digest } = at.input;
    const content = { title: file.title, time_zone: file.time_zone, file_digest: digest, webhooks: file.webhooks ?? [] };
    const tenant = current.tenant
      ? change(TenantConfigurations, at, current.tenant, content)
      : create(TenantConfigurations, at, { id: at.subjectId, status: 'active', ...content });
    const newTeams = file.teams
      .filter((name) => !current.teams.some((team) => team.name === name))
      .map((name) => create(Teams, at, { id: at.newId(), status: 'active', name }));
    const teamIds = new Map([...current.teams, ...newTeams.map(({ after }) => after)].map((team) => [team.name, team.id]));
    const idsOf = (names: readonly string[]) => names.flatMap((name) => teamIds.get(name) ?? []);

    const newUsers = file.users
      .filter(({ handle }) => !current.users.some((user) => user.handle === handle))
      .map(({ handle, external_id = null, roles, teams }) => {
        const names = { handle, external_id, user_name: null, provisioned_by: null };
        return create(Users, at, { id: at.newId(), status: 'active', ...names, ...NEVER_LEFT, roles, team_ids: idsOf(teams) });
      });
    const changedUsers = current.users
      .filter((user) => differs(user, file, current.teams))
      .map((user) => {
        const wanted = file.users.find(({ handle }) => handle === user.handle);
        return wanted
          ? change(Users, at, user, {
              status: 'active',
              external_id: externalIdIn(wanted, user),
              provisioned_by: null,
              scim_deleted_at: null,
              roles: wanted.roles,
              team_ids: idsOf(wanted.teams),
            })
          : change(Users, at, user, { status: 'deactivated', roles: [], team_ids: [], departed_at: at.now });
      });

    const ids = new Set([...Object.keys(file.packs), ...current.packs.map(({ pack_id }) => pack_id)]);
    const packs = [...ids].flatMap((pack_id): SubjectChange[] => {
      const pack = current.packs.find((candidate) => candidate.pack_id === pack_id);
      const wanted = packStateIn(at.input, pack_id, pack);
      if (!pack) return [create(PackEnablements, at, { id: at.newId(), status: wanted.status, pack_id, settings: wanted.settings })];
      return isDeepStrictEqual(wanted, packState(pack)) ? [] : [change(PackEnablements, at, pack, wanted)];
    });

    const tenantId = tenant.after.id;
    const joined = [...newUsers, ...changedUsers].flatMap(({ before, after }) =>
      after.team_ids.filter((team) => !before?.team_ids.includes(team)).map((team) => edge(after.id, 'member_of', team)),
    );
    const left = changedUsers.flatMap(({ before, after }) =>
      (before?.team_ids ?? []).filter((team) => !after.team_ids.includes(team)).map((team) => endEdge(after.id, 'member_of', team)),
    );
    return {
      subjects: [tenant, ...newTeams, ...newUsers, ...changedUsers, ...packs],
      edges: [
        ...joined,
        ...left,
        ...newTeams.map(({ after }) => edge(after.id, 'belongs_to', tenantId)),
        ...newUsers.map(({ after }) => edge(after.id, 'belongs_to', tenantId)),
      ],
      usage: none('configuration is not metered'),
      answer: {},
    };
  },
});

interface Applied {
  readonly file: TenantFile;
  readonly undecided: boolean;
}

type User = Row<typeof Users>;
type Team = Row<typeof Teams>;
type PackEnablement = Row<typeof PackEnablements>;

/**
 * Whether the file has something to say of a person that is not so. Of whom somebody else has deactivated it has not, and it
 * says nothing of whom a provider has made and it does not name.
 */
function differs(user: User, file: TenantFile, teams: readonly Team[]): boolean {
  const wanted = file.users.find(({ handle }) => handle === user.handle);
  if (!wanted) return user.status === 'active' && user.provisioned_by === null;
  if (user.deactivated_by !== null) return false;
  const names = teams.filter(({ id }) => user.team_ids.includes(id)).map(({ name }) => name);
  return (
    user.status !== 'active' ||
    user.provisioned_by !== null ||
    user.external_id !== externalIdIn(wanted, user) ||
    !isDeepStrictEqual(new Set(wanted.roles), new Set(user.roles)) ||
    !isDeepStrictEqual(new Set(wanted.teams), new Set(names))
  );
}

/** A provider that names somebody by SCIM need not be repeated in the file. */
function externalIdIn({ external_id }: TenantFile['users'][number], user: User): string | null {
  return external_id ?? (user.user_name === null ? null : user.external_id);
}

function packState({ status, settings }: PackEnablement) {
  return { status, settings };
}

/** A pack that the file no longer names is disabled and keeps its settings, unless that is undecided. */
function packStateIn({ file, undecided }: Applied, packId: string, current: PackEnablement | undefined) {
  const pack = file.packs[packId];
  const settings = pack?.settings ?? current?.settings ?? {};
  if (undecided && current && pack?.enabled === undefined) return { status: current.status, settings };
  return { status: pack?.enabled ? 'enabled' : 'disabled', settings };
}

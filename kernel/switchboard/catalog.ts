import { type Action, type Actor, defineQuery, isNone, type Pack, type Query, Strict } from '../../sdk/index.ts';
import { hasRole } from '../admission.ts';
import { TenantConfigurations } from '../database/tables.ts';
import { Deferred } from '../deferred.ts';
import { enabledPacks } from '../packs/enabled.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { itemSchemaOf, type List, listsOf } from './lists.ts';

/** By pack and path from its folder, where the browser finds a module; null where it could not be built. */
export type ModuleUrls = (pack: string, module: string) => Promise<string | null>;

/** `GET /switchboard`: all that the shell needs to know to show a person what is there for them. */
export function switchboardCatalog(packs: PackRegistry, urlOf: ModuleUrls): Query {
  return defineQuery({
    id: 'switchboard',
    title: 'What the Switchboard shows of the tenant to who asks',
    route: { method: 'GET', path: '/switchboard' },
    query: Strict({}),
    async run({ db, tenant, actor }) {
      const [configuration] = await db.find(TenantConfigurations, {});
      const enabled = await enabledPacks(db);
      const shown = packs.all.filter(({ id }) => enabled.has(id));
      // Where a module is may take a build to know.
      return new Deferred(async () => ({
        tenant: { id: tenant, title: configuration?.title ?? tenant, time_zone: configuration?.time_zone ?? 'UTC' },
        user: { id: actor.id, handle: actor.handle, roles: actor.roles },
        packs: await Promise.all(shown.map((pack) => packFor(pack, actor, urlOf))),
      }));
    },
  });
}

async function packFor(pack: Pack, actor: Actor, urlOf: ModuleUrls) {
  const { workspace = {}, pages = [], commands = [] } = pack.views ?? {};
  const moduleOf = async (module: string | undefined) => (module === undefined ? null : urlOf(pack.id, module));
  return {
    id: pack.id,
    title: workspace.title ?? pack.title,
    icon: workspace.icon ?? null,
    dashboards: pack.dashboards.filter(({ roles }) => hasRole(roles, actor)).map(({ id, title }) => ({ id, title })),
    lists: await Promise.all(
      listsOf(pack)
        .filter(({ list }) => hasRole(list.roles, actor))
        .map(async (found) => listFor(found, await moduleOf(found.view.ui))),
    ),
    pages: await Promise.all(
      pages
        .filter(({ roles }) => hasRole(roles, actor))
        .map(async ({ path, title, section = null, unlisted = false, ui }) => ({ path, title, section, unlisted, module: await moduleOf(ui) })),
    ),
    commands: commands.filter(({ roles }) => hasRole(roles, actor)).map(({ title, path }) => ({ title, path })),
  };
}

function listFor({ view, list, detail, creating, changing, entity, evidence }: List, module: string | null) {
  const { title = list.title, empty = null, columns = null, filters = null, section = null, unlisted = false } = view;
  return {
    id: list.id,
    path: list.route.path,
    ...{ title, empty, columns, filters, section, unlisted, module },
    detail: detail?.route.path ?? null,
    entity: entity?.type ?? null,
    transitions: entity?.transitions ?? null,
    evidence: evidence?.path ?? null,
    query: list.query,
    item: itemSchemaOf(list),
    creating: creating.map(actionFor),
    changing: changing.map(actionFor),
  };
}

function actionFor({ id, title, route, roles, input, policy, from }: Action) {
  return { id, title, method: route?.method, path: route?.path, roles, input, judged: !isNone(policy), versioned: from.length > 0 };
}

import { isNone } from './changes.ts';
import { membersOf } from './evidence.ts';
import type { Pack } from './pack.ts';
import type { Views } from './view.ts';

/** The part of a pack that is data: what `GET /packs` serves, and what the documents and the navigation are made from. */
export function manifestOf(pack: Pack) {
  return {
    id: pack.id,
    title: pack.title,
    version: pack.version,
    summit: pack.summit,
    requires: pack.requires,
    entities: pack.entities.map(({ type, kind, table, transitions }) => ({ type, kind, table, transitions })),
    migrations: pack.migrations.map(({ name }) => name),
    policies: pack.policies,
    actions: pack.actions.map(({ id, title, route, roles, from, policy }) => ({
      id,
      title,
      roles,
      from,
      ...(route ? { route } : {}),
      policy: isNone(policy) ? { none: policy.none } : { entrypoint: policy.entrypoint },
    })),
    queries: pack.queries.map(({ id, title, route, roles }) => ({ id, title, route, ...(roles ? { roles } : {}) })),
    evidence: pack.evidence.map(({ id, title, path, roles, members }) => ({
      id,
      title,
      path,
      ...(roles ? { roles } : {}),
      members: Object.fromEntries(membersOf({ members }).map(({ name, entity, many }) => [name, { type: entity.type, many }])),
    })),
    effects: pack.effects.map(({ id, outcome }) => ({ id, outcome: isNone(outcome) ? { none: outcome.none } : outcome.id })),
    events: pack.events.map(({ type, version, title }) => ({ type, version, title })),
    jobs: pack.jobs.map(({ id, title, schedule, action }) => ({ id, title, schedule, action: action.id })),
    usage: pack.usage.map(({ type, title, metadata }) => ({ type, title, metadata })),
    meters: pack.meters.map(({ id, title, event_type, aggregation }) => ({ id, title, event_type, aggregation })),
    dashboards: pack.dashboards.map(({ id, title, roles }) => ({ id, title, ...(roles ? { roles } : {}) })),
    views: viewsOf(pack.views ?? {}),
    ...(pack.demo ? { demo: { title: pack.demo.title } } : {}),
    indicators: pack.indicators.map(({ id, title, unit, target, alert, roles }) => ({
      id,
      title,
      unit,
      ...(target === undefined ? {} : { target }),
      ...(alert ? { alert } : {}),
      ...(roles ? { roles } : {}),
    })),
    relationships: pack.relationships,
    settings: pack.settings,
    ...(pack.sku ? { sku: pack.sku } : {}),
  };
}

function viewsOf({ workspace = {}, lists = [], pages = [], commands = [] }: Views) {
  return {
    workspace,
    lists: lists.map(({ list, entity, evidence, ...view }) => ({
      list: list.id,
      ...(entity ? { entity: entity.type } : {}),
      ...(evidence ? { evidence: evidence.id } : {}),
      ...view,
    })),
    pages,
    commands,
  };
}

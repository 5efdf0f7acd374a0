import { isNone } from './changes.ts';
import {
  type Declared,
  keysOfAction,
  keysOfApproval,
  keysOfCall,
  keysOfCommand,
  keysOfDashboard,
  keysOfDemo,
  keysOfEffect,
  keysOfEvent,
  keysOfEvidence,
  keysOfFeature,
  keysOfIndicator,
  keysOfJob,
  keysOfList,
  keysOfMeter,
  keysOfMigration,
  keysOfPack,
  keysOfPage,
  keysOfPaletteEntry,
  keysOfPolicy,
  keysOfQuery,
  keysOfRoute,
  keysOfSettling,
  keysOfSku,
  keysOfUsage,
  keysOfViews,
  keysOfWorkspace,
} from './declared-keys.ts';
import { keyFaults } from './known-keys.ts';
import type { Pack, PackPolicy } from './pack.ts';
import type { Views } from './view.ts';

/** A pack that cannot be, with everything that is wrong with it. */
export class InvalidPack extends TypeError {
  readonly pack: string;

  constructor(pack: string, faults: readonly string[]) {
    super(`pack ${pack}: ${faults.join('; ')}`);
    this.name = 'InvalidPack';
    this.pack = pack;
  }
}

interface Fault {
  /** Within the pack: `actions.3 (acme.vendor.approve).route`; empty for the pack itself. */
  readonly path: string;
  readonly message: string;
}

/**
 * Everything that the compiler would have said, or cannot say, of what a pack declares, each with its path. A key that nobody
 * knows would do nothing, and its author would never learn of it.
 */
export function packFaults(pack: Pack): readonly string[] {
  const faults = [
    ...keysAt('', keysOfPack, pack),
    ...entityFaults(pack.entities),
    ...each('actions', pack.actions, keysOfAction, ({ route, approval, settles, policy }, at) => [
      ...optional(`${at}.route`, keysOfRoute, route),
      ...optional(`${at}.approval`, keysOfApproval, approval),
      ...optional(`${at}.settles`, keysOfSettling, settles),
      ...(isNone(policy) ? [] : keysAt(`${at}.policy`, keysOfCall, policy)),
    ]),
    ...each('queries', pack.queries, keysOfQuery, ({ route }, at) => keysAt(`${at}.route`, keysOfRoute, route)),
    ...each('evidence', pack.evidence, keysOfEvidence),
    ...each('effects', pack.effects, keysOfEffect),
    ...each('events', pack.events, keysOfEvent),
    ...each('jobs', pack.jobs, keysOfJob, ({ command }, at) => optional(`${at}.command`, keysOfCommand, command)),
    ...each('usage', pack.usage, keysOfUsage),
    ...each('meters', pack.meters, keysOfMeter),
    ...each('migrations', pack.migrations, keysOfMigration),
    ...each('policies', pack.policies, keysOfPolicy, policyFaults),
    ...each('dashboards', pack.dashboards, keysOfDashboard, ({ id }, at) => namingFaults(pack, id, at)),
    ...each('indicators', pack.indicators, keysOfIndicator, ({ id, alert, target }, at) => [
      ...namingFaults(pack, id, at),
      ...(alert && target === undefined ? [{ path: `${at}.alert`, message: 'has nothing to compare with: give the indicator a target' }] : []),
    ]),
    ...viewFaults(pack.views),
    ...optional('demo', keysOfDemo, pack.demo),
    ...optional('sku', keysOfSku, pack.sku),
    ...each('sku.features', pack.sku?.features, keysOfFeature),
  ];
  return faults.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
}

/** What is no entity to the database would stop it for all packs. */
function entityFaults(entities: readonly unknown[] | undefined | null): readonly Fault[] {
  if (!Array.isArray(entities)) return entities ? [{ path: 'entities', message: 'is not a list' }] : [];
  return entities.flatMap((entity, index) =>
    isMade(entity) ? [] : [{ path: `entities.${index}`, message: 'is no entity: make it with governed or insertOnly' }],
  );
}

function isMade(entity: unknown): boolean {
  if (typeof entity !== 'object' || entity === null || !('schema' in entity && 'columns' in entity)) return false;
  return typeof entity.schema === 'object' && entity.schema !== null && Array.isArray(entity.columns);
}

function policyFaults({ bundle, entrypoints, answers = {}, mask = [] }: PackPolicy, path: string): readonly Fault[] {
  const stray = Object.values(answers).filter((entrypoint) => !entrypoints.includes(entrypoint));
  const odd = mask.filter((pointer) => !/^(\/[^/*]+)+$/.test(pointer));
  return [
    ...stray.map((entrypoint) => ({ path, message: `${bundle} answers by ${entrypoint}, which is not one of its entrypoints` })),
    ...odd.map((pointer) => ({ path, message: `"${pointer}" is no JSON pointer such as /context/customer` })),
  ];
}

function namingFaults(pack: Pack, id: string, path: string): readonly Fault[] {
  return id.startsWith(`${pack.id}.`) ? [] : [{ path, message: `it must be named ${pack.id}.<name>` }];
}

function viewFaults(views: Views | undefined): readonly Fault[] {
  if (views === undefined) return [];
  return [
    ...keysAt('views', keysOfViews, views),
    ...optional('views.workspace', keysOfWorkspace, views.workspace),
    ...each('views.lists', views.lists, keysOfList),
    ...each('views.pages', views.pages, keysOfPage),
    ...each('views.commands', views.commands, keysOfPaletteEntry),
  ];
}

function keysAt<T>(path: string, { what, keys }: Declared<T>, value: unknown): readonly Fault[] {
  return keyFaults(what, keys, value).map((message) => ({ path, message }));
}

function optional<T>(path: string, declared: Declared<T>, value: T | undefined): readonly Fault[] {
  return value === undefined ? [] : keysAt(path, declared, value);
}

/** @param more what else is wrong with one whose own keys are right */
function each<T>(
  path: string,
  items: readonly T[] | undefined,
  declared: Declared<T>,
  more: (item: T, at: string) => readonly Fault[] = () => [],
): readonly Fault[] {
  if (items !== undefined && !Array.isArray(items)) return [{ path, message: 'is not a list' }];
  return (items ?? []).flatMap((item, index) => {
    const at = `${path}.${index}${idIn(item)}`;
    const found = keysAt(at, declared, item);
    return found.length > 0 ? found : more(item, at);
  });
}

function idIn(item: unknown): string {
  const named = typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string';
  return named ? ` (${item.id})` : '';
}

import type { Pack } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { kernelMigrations } from '../database/migrations.ts';
import { kernelEntities } from '../database/tables.ts';
import { kernelRelationships } from '../graph/record.ts';
import { OWN_JOBS } from '../jobs/own-jobs.ts';
import { kernelMeters, kernelUsage } from '../metering/types.ts';

/** What a pack declares, or as much of it as is known. */
export type Declarations = Pick<Pack, 'id'> & Partial<Pack>;

/** What the kernel declares before its own pack is made, which takes a database. */
export const KERNEL: Declarations = {
  id: KERNEL_PACK,
  entities: kernelEntities,
  usage: kernelUsage,
  meters: kernelMeters,
  relationships: kernelRelationships,
};

/** A name that only one may have. */
export interface Claim {
  /** What it must be unique among. */
  readonly among: string;
  readonly name: string;
  /** In words: `the action "acme.vendor.approve"`. */
  readonly what: string;
}

/** Something that answers requests, of a browser or of a program. */
export interface Address {
  readonly method: string;
  readonly path: string;
  readonly what: string;
}

export function claimsOf(pack: Declarations): readonly Claim[] {
  const { actions = [], queries = [], evidence = [], dashboards = [], effects = [], jobs = [], events = [], indicators = [] } = pack;
  const { entities = [], usage = [], meters = [], policies = [], views: { lists = [] } = {} } = pack;
  const claim = (among: string, what: string) => (name: string) => ({ among, name, what: `the ${what} "${name}"` });
  const ids = (declared: readonly { readonly id: string }[]) => declared.map(({ id }) => id);
  return [
    ...ids(actions).map(claim('operation', 'action')),
    ...ids(queries).map(claim('operation', 'query')),
    // Each is answered by a query of that id.
    ...ids(evidence).map((id) => ({ ...claim('operation', 'evidence')(id), name: `evidence.${id}` })),
    ...ids(dashboards).map((id) => ({ ...claim('operation', 'dashboard')(id), name: `dashboard.${id}` })),
    // Each acts under its name: its receipts say `system:<id>`.
    ...ids(effects).map(claim('system', 'effect')),
    ...ids(jobs).map(claim('system', 'job')),
    ...(pack.id === KERNEL_PACK ? OWN_JOBS.map(claim('system', 'job')) : []),
    ...jobs.flatMap(({ command }) => (command ? [claim('command', 'command of a job')(command.name)] : [])),
    ...events.map(({ type }) => claim('event', 'event')(type)),
    ...ids(indicators).map(claim('indicator', 'indicator')),
    ...entities.map(({ type }) => claim('entity', 'entity')(type)),
    ...entities.map(({ table }) => claim('table', 'table')(table)),
    ...(pack.id === KERNEL_PACK ? otherKernelTables().map(claim('table', 'table')) : []),
    ...usage.map(({ type }) => claim('usage', 'usage type')(type)),
    ...ids(meters).map(claim('meter', 'meter')),
    ...policies.flatMap(({ answers = {} }) => Object.keys(answers).map(claim('answer', 'AuthZEN answer for'))),
    ...lists.map(({ list }) => claim('view', 'view of the list')(list.id)),
  ];
}

/** Those that no entity stands for. */
function otherKernelTables(): readonly string[] {
  const made = kernelMigrations.flatMap(({ statements }) =>
    statements.flatMap((sql) => /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/.exec(sql)?.[1] ?? []),
  );
  const tables = new Set(kernelEntities.map(({ table }): string => table));
  return [...new Set(made)].filter((table) => !tables.has(table));
}

/** One for each operation that has a route, with the queries that answer evidence and dashboards. */
export function routesOf({ actions = [], queries = [], evidence = [], dashboards = [] }: Declarations): readonly Address[] {
  const declared = [
    ...actions.flatMap(({ id, route }) => (route ? [{ ...route, kind: 'action', id }] : [])),
    ...queries.map(({ id, route }) => ({ ...route, kind: 'query', id })),
    ...evidence.map(({ id, path }) => ({ method: 'GET', path, kind: 'evidence', id })),
    ...dashboards.map(({ id }) => ({ method: 'GET', path: `/dashboards/${id}`, kind: 'dashboard', id })),
  ];
  return declared.map(({ method, path, kind, id }) => ({ method, path, what: `${method} ${path} (the ${kind} "${id}")` }));
}

/** The Switchboard shows what the API answers at the same path, and a page before it. */
export function pagesOf({ views: { pages = [] } = {} }: Declarations): readonly Address[] {
  return pages.map(({ path }) => ({ method: 'GET', path, what: `the page ${path}` }));
}

export function addressesOf(pack: Declarations): readonly Address[] {
  return [...routesOf(pack), ...pagesOf(pack)];
}

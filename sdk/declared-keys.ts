import type { Action, PolicyCall, Route } from './action.ts';
import type { Dashboard } from './dashboard.ts';
import type { Demo } from './demo.ts';
import type { EventType } from './event.ts';
import type { Evidence } from './evidence.ts';
import type { Indicator } from './indicator.ts';
import type { Keys } from './known-keys.ts';
import type { MigrationStep } from './migration.ts';
import type { Pack, PackPolicy } from './pack.ts';
import type { QueryDefinition } from './query.ts';
import type { TSchema } from './schema.ts';
import type { Sku, SkuFeature } from './sku.ts';
import type { Meter, UsageType } from './usage.ts';
import type { CommandView, ListView, PageView, Views } from './view.ts';
import type { Effect, Job, JobCommand } from './work.ts';

/** The keys of each kind of declaration, for those who write without the compiler. */
export interface Declared<T> {
  /** With its article: `an action`. */
  readonly what: string;
  readonly keys: Keys<T>;
}

/** A key that the type does not have is refused here too: where spreads make an object, the compiler looks for none by itself. */
function declared<T>() {
  return <K extends Keys<T>>(what: string, keys: K & { readonly [Unknown in Exclude<keyof K, keyof T>]: never }): Declared<T> =>
    Object.freeze({ what, keys });
}

export const keysOfPack = declared<Pack>()('a pack', {
  ...{ id: 'required', title: 'required', version: 'required', summit: 'required', requires: 'required' },
  ...{ entities: 'required', migrations: 'required', policies: 'required', actions: 'required', queries: 'required' },
  ...{ evidence: 'required', effects: 'required', events: 'required', jobs: 'required', usage: 'required', meters: 'required' },
  ...{ dashboards: 'required', views: 'optional', demo: 'optional', sku: 'optional', indicators: 'required', relationships: 'required' },
  ...{ settings: 'required', settingsErrors: 'optional' },
});

export const keysOfAction = declared<Action>()('an action', {
  ...{ id: 'required', title: 'required', route: 'optional', roles: 'required', input: 'required', entity: 'required', from: 'required' },
  ...{ maxBodyBytes: 'optional', media: 'optional', check: 'optional', readsLog: 'optional', load: 'required', params: 'optional' },
  ...{ subject: 'required', approval: 'optional', withdraws: 'optional', policy: 'required', binds: 'optional', apply: 'required' },
  ...{ success: 'optional', upserts: 'optional', answer: 'optional', settles: 'optional' },
});

export const keysOfRoute = declared<Route>()('a route', { method: 'required', path: 'required' });
export const keysOfApproval = declared<NonNullable<Action['approval']>>()('an approval', { status: 'required', round: 'required' });
export const keysOfSettling = declared<NonNullable<Action['settles']>>()('what an action settles by', { query: 'required', while: 'required' });
export const keysOfCall = declared<PolicyCall<unknown, unknown>>()('the policy of an action, which is none(why) where it has none', {
  entrypoint: 'required',
  facts: 'required',
  when: 'optional',
});

export const keysOfQuery = declared<QueryDefinition<TSchema, TSchema>>()('a query', {
  ...{ id: 'required', title: 'required', route: 'required', roles: 'optional', query: 'required', body: 'optional' },
  ...{ answer: 'optional', media: 'optional', run: 'required' },
});

export const keysOfEvidence = declared<Evidence>()('a declaration of evidence', {
  ...{ id: 'required', title: 'required', path: 'required', roles: 'optional', subject: 'optional', round: 'optional' },
  ...{ summary: 'optional', cites: 'optional', usage: 'optional', links: 'optional', members: 'required', collect: 'required' },
});

export const keysOfEffect = declared<Effect>()('an effect', { id: 'required', outcome: 'required', run: 'required', givesUp: 'optional' });
export const keysOfEvent = declared<EventType>()('an event', { type: 'required', version: 'required', title: 'required', data: 'required' });

export const keysOfJob = declared<Job>()('a job', {
  ...{ id: 'required', title: 'required', schedule: 'required', action: 'required', due: 'required', command: 'optional' },
  ...{ afterDeparture: 'optional' },
});
export const keysOfCommand = declared<JobCommand>()('the command of a job', {
  ...{ name: 'required', option: 'required', due: 'required', report: 'required' },
});

export const keysOfUsage = declared<UsageType>()('a usage type', { type: 'required', title: 'required', metadata: 'required' });
export const keysOfMeter = declared<Meter>()('a meter', { id: 'required', title: 'required', event_type: 'required', aggregation: 'required' });
export const keysOfMigration = declared<MigrationStep>()('a migration', { name: 'required', statements: 'required' });

export const keysOfPolicy = declared<PackPolicy>()('a policy of a pack', {
  ...{ bundle: 'required', entrypoints: 'required', answers: 'optional', mask: 'optional' },
});

export const keysOfDashboard = declared<Dashboard>()('a dashboard', {
  ...{ id: 'required', title: 'required', roles: 'optional', ownTime: 'optional', read: 'required' },
});

export const keysOfIndicator = declared<Indicator>()('an indicator', {
  ...{ id: 'required', title: 'required', definition: 'required', unit: 'required', target: 'optional', list: 'optional' },
  ...{ alert: 'optional', roles: 'optional', read: 'required' },
});

export const keysOfViews = declared<Views>()('the views of a pack', {
  ...{ workspace: 'optional', lists: 'optional', pages: 'optional', commands: 'optional' },
});
export const keysOfSku = declared<Sku>()('a SKU', { features: 'required', policies: 'required', dashboards: 'required', evidence: 'required' });
export const keysOfFeature = declared<SkuFeature>()('a feature', {
  ...{ id: 'required', title: 'required', description: 'required', provided_by: 'required' },
});
export const keysOfDemo = declared<Demo>()('a demo', { title: 'required', tell: 'required' });
export const keysOfWorkspace = declared<NonNullable<Views['workspace']>>()('a workspace', { title: 'optional', icon: 'optional' });
export const keysOfList = declared<ListView>()('the view of a list', {
  ...{ list: 'required', title: 'optional', empty: 'optional', columns: 'optional', filters: 'optional', entity: 'optional' },
  ...{ evidence: 'optional', ui: 'optional', section: 'optional', unlisted: 'optional' },
});
export const keysOfPage = declared<PageView>()('a page', {
  ...{ path: 'required', title: 'required', roles: 'optional', ui: 'required', section: 'optional', unlisted: 'optional' },
});
export const keysOfPaletteEntry = declared<CommandView>()('a command of the palette', { title: 'required', path: 'required', roles: 'optional' });

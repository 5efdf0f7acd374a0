import { type Action, type ActionContext, defineAction, type LoadContext } from './action.ts';
import type { Changes, None } from './changes.ts';
import type { Governed, GovernedRow } from './entity.ts';
import { Problem } from './errors.ts';
import type { Approval, ColumnOf } from './reader.ts';
import { Empty } from './schema.ts';
import { defineJob, type Job } from './work.ts';

/** A minute at most after somebody has left, with time to do it in. */
const SCHEDULE = '*/15 * * * * *';

/** What becomes of what somebody leaves behind, for the pack's `departures`: an action, and the job that runs it. */
export interface Departure {
  readonly action: Action;
  readonly job: Job;
}

/** What both kinds declare. */
interface Declaration<Loaded, R extends GovernedRow> {
  /** Of the action, and so `<pack>.<thing>.<verb>`; the receipts say that `system:<id>` did it. */
  readonly id: string;
  readonly title: string;
  readonly entity: Governed<R>;
  /** The states in which the subject is open still. */
  readonly from: readonly string[];
  /** Why no policy judges: it follows from what was done to the person. */
  readonly policy: None;
  /** As an action's own. `params.id` is the subject's. */
  load(context: LoadContext<object>): Promise<Loaded>;
  subject(loaded: Loaded): R;
}

/** What `defineDeparture` takes. */
export interface DepartureDefinition<Loaded, R extends GovernedRow> extends Declaration<Loaded, R> {
  /** The column with the id of whose it is. */
  readonly person: ColumnOf<R>;
  /** The column that says since when it is theirs; since it was made, unless said, and where it is empty. */
  readonly since?: ColumnOf<R>;
  /** What becomes of it: pure, as an action's own. */
  apply(loaded: Loaded, context: ActionContext<object>): Changes;
}

/** What `defineWithdrawal` takes. */
export interface WithdrawalDefinition<Loaded, R extends GovernedRow> extends Declaration<Loaded, R> {
  /** What the subject is without them: pure, as an action's own. The kernel keeps that they are withdrawn; `db.approvals` shows them so from then on. */
  apply(loaded: Loaded, context: ActionContext<object>, withdrawn: readonly Approval[]): Changes;
}

/**
 * Declares what becomes of the open subjects of somebody who has left: who was deactivated or erased, or was and has come back
 * since. The kernel finds them within a minute and runs the action on each, once however many replicas there are; what it is
 * killed in the middle of it takes up again. Under the lock it looks again, so that `apply` need not.
 *
 * @throws TypeError where it names a state or a column that its entity does not have
 * @example
 * ```ts
 * const retireForLeaver = defineDeparture({
 *   id: 'vendors.vendor.retire-left-behind',
 *   title: 'Retire the draft of somebody who has left',
 *   entity: Vendor,
 *   person: 'owner_id',
 *   from: ['draft'],
 *   policy: none('it follows from what was done to the person'),
 *   load: ({ db, params }) => db.lock(Vendor, params.id ?? ''),
 *   subject: (vendor) => vendor,
 *   apply: (vendor, at) => ({ ...unchanged({}), subjects: [change(Vendor, at, vendor, { status: 'retired' })] }),
 * });
 * const pack = definePack({ id: 'vendors', title: 'Vendors', version: '1.0.0', summit: '^0.1.0', departures: [retireForLeaver] });
 * assert.equal(pack.actions[0]?.id, pack.jobs[0]?.id);
 * assert.deepEqual(await pack.jobs[0]?.due({ db, tenant: 'acme', now: at.now, settings: {} }), []);
 * ```
 */
export function defineDeparture<Loaded, R extends GovernedRow>(definition: DepartureDefinition<Loaded, R>): Departure {
  const { person, since = 'created_at', load, subject, apply, ...declared } = definition;
  const { id, entity, from } = declared;
  const stray = [person, since].find((column) => !entity.columns.includes(column));
  if (stray !== undefined) throw new TypeError(`${id}: ${entity.type} has no column "${stray}"`);
  const action = defineAction({
    ...{ ...declared, roles: [], input: Empty },
    async load(context) {
      const loaded = await load(context);
      const [due] = await context.db.leftBehind(entity, { person, since, status: from, id: subject(loaded).id });
      if (due === undefined)
        throw new Problem('invalid-state', `${entity.type} ${subject(loaded).id}: whose it is has not left, or it is open no more.`);
      return loaded;
    },
    subject,
    apply,
  });
  return departure(action, ({ db }) => db.leftBehind(entity, { person, since, status: from }));
}

/**
 * Declares what becomes of an open subject when somebody has left who had approved it: as `defineDeparture`, with the approvals
 * that count no more.
 *
 * @throws TypeError where it names a state that its entity does not have
 * @example
 * ```ts
 * const reopen = defineWithdrawal({
 *   id: 'vendors.vendor.withdraw-approvals',
 *   title: 'Withdraw the approvals of somebody who has left',
 *   entity: Vendor,
 *   from: ['draft', 'active'],
 *   policy: none('it follows from what was done to the person'),
 *   load: ({ db, params }) => db.lock(Vendor, params.id ?? ''),
 *   subject: (vendor) => vendor,
 *   apply: (vendor, at, withdrawn) => ({
 *     ...unchanged({ withdrawn: withdrawn.length }),
 *     subjects: [change(Vendor, at, vendor, { status: 'retired' })],
 *   }),
 * });
 * assert.deepEqual(await reopen.job.due({ db, tenant: 'acme', now: at.now, settings: {} }), []);
 * ```
 */
export function defineWithdrawal<Loaded, R extends GovernedRow>(definition: WithdrawalDefinition<Loaded, R>): Departure {
  const { load, subject, apply, ...declared } = definition;
  const { entity, from } = declared;
  const action = defineAction({
    ...{ ...declared, roles: [], input: Empty },
    async load(context) {
      const loaded = await load(context);
      const withdrawn = await context.db.leftApprovals(entity, { status: from, id: subject(loaded).id });
      if (withdrawn.length === 0) throw new Problem('invalid-state', `${entity.type} ${subject(loaded).id}: nobody who has approved it has left.`);
      return { loaded, withdrawn };
    },
    subject: ({ loaded }) => subject(loaded),
    withdraws: ({ withdrawn }) => withdrawn,
    apply: ({ loaded, withdrawn }, at) => apply(loaded, at, withdrawn),
  });
  return departure(action, async ({ db }) => [...new Set((await db.leftApprovals(entity, { status: from })).map(({ subject_id }) => subject_id))]);
}

function departure(action: Action, due: Job['due']): Departure {
  const { id, title } = action;
  return Object.freeze({ action, job: defineJob({ id, title, schedule: SCHEDULE, action, due, afterDeparture: true }) });
}

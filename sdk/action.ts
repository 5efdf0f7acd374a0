import type { Changes, None } from './changes.ts';
import type { Governed, GovernedRow } from './entity.ts';
import type { Approval, LockingReader } from './reader.ts';
import type { Static, TSchema } from './schema.ts';
import type { Meter } from './usage.ts';

/** How a route is asked: GET for a query, or POST where the question needs a body; the others for actions. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** By media type, what the JSON of a body must be: `{ "application/cloudevents-batch+json": "list" }`. */
export type BodyMedia = Readonly<Record<string, 'object' | 'list' | 'either'>>;

/** Where the API has an action or a query. */
export interface Route {
  readonly method: Method;
  /** From the root of the API, lowercase, with names for what varies: `/vendors/:id/retire`. Two packs must not have the same. */
  readonly path: string;
}

/** Who acts: a person of the tenant, or the kernel's own `system:<job>`. */
export interface Actor {
  /** A user id, or `system:<job>`. */
  readonly id: string;
  /** What people call them. Rows, edges, facts and events hold the id instead: a handle can be erased, they cannot. */
  readonly handle: string;
  readonly roles: readonly string[];
  /** A job, an effect or configuration, and no person. */
  readonly system: boolean;
  /** Absent where they signed in themselves. A policy reads it as `subject.properties.authentication`. */
  readonly authentication?: Authentication;
}

/** How a caller has shown who they are, where that says more than that they did. */
export type Authentication =
  /** A script of theirs, by a token of that id. */
  | { readonly by: 'api-token'; readonly id: string; readonly read_only: boolean }
  /** By a JWT of that issuer; how (OpenID Connect's `acr`) and when (`auth_time`, seconds since 1970) they signed in there, where it says so. */
  | { readonly by: 'issuer'; readonly issuer: string; readonly acr?: string; readonly auth_time?: number };

/**
 * What `load` is given. It runs within the transaction of the action, and again where a concurrent change came first: it reads
 * and locks, and touches nothing outside of the database.
 */
export interface LoadContext<Input> {
  /** Reads the tenant's rows, and locks those that the action will change. */
  readonly db: LockingReader;
  /** The id of the tenant, a slug. */
  readonly tenant: string;
  readonly actor: Actor;
  /** What stands in the path by name, ids in small letters: `params.id` of `/vendors/:id`. For a job or an effect it is the subject's id. */
  readonly params: Readonly<Record<string, string>>;
  /** The body, valid by the action's `input`. */
  readonly input: Input;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that all packs declare. */
  readonly meters: readonly Meter[];
}

/**
 * What `apply` knows beside what was loaded. Times come from the database's clock, ids are made before the transaction.
 * `Said` is never null for an action with a policy, and `Filled` never for one with `approval`.
 */
export interface ActionContext<Input, Said extends Decision | null = Decision | null, Filled extends FilledRole | null = FilledRole | null> {
  readonly tenant: string;
  readonly actor: Actor;
  readonly input: Input;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** RFC 3339 UTC with milliseconds, taken once every lock is held. No code of a pack asks another clock. */
  readonly now: string;
  /** The subject's id; for an action that creates its subject, the id to give it. */
  readonly subjectId: string;
  /** Ids for new rows, UUIDv7: the one thing that differs between two runs of the same `apply`. */
  readonly newId: () => string;
  /** What the policy has said, which is never a refusal here; null only where no policy judges the action. */
  readonly decision: Said;
  /** What the action adds to the approvals; null only where it is none. */
  readonly approval: Filled;
}

/** What a policy has said, as it is on record. */
export interface Decision {
  readonly id: string;
  readonly allowed: boolean;
  /** The roles that must approve, by this policy; none where it asks for no approval. */
  readonly required_approvals: readonly string[];
  /** The required roles whose approval of an earlier content still counts. */
  readonly kept_approvals: readonly string[];
  /** By rule, why: what the caller reads of a refusal. */
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
}

/** The approval that this action adds, and whether it was the last one that was needed. */
export interface FilledRole {
  readonly approval: Approval;
  readonly complete: boolean;
}

/** What is put up for approval. An approval counts only for the digest of exactly this content. */
export interface ApprovalRound {
  /** The roles that must approve, each to be filled by a different person. */
  readonly required: readonly string[];
  /** All approvals and rejections of the subject, as `db.approvals` finds them: those of other content are passed over. */
  readonly given: readonly Approval[];
  /** Ids of approvals of other content that count all the same, since a policy has said so. */
  readonly kept?: readonly string[];
  /** Ids of those who may fill no role, the requester as a rule. */
  readonly excluded: readonly string[];
  /**
   * All that the approvers judge by: leave something out, and it can be changed after they have approved. Numbers in it are
   * whole, decimals are strings.
   */
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * Which policy judges, and the facts that it judges by: the `resource` and the `context` of an AuthZEN 1.0 evaluation.
 * `subject` and `action` are added by the kernel. Each decision is stored, bound by a receipt and metered.
 */
export interface PolicyCall<Input, Loaded> {
  /** One of the entrypoints that the pack's `policies` name, as a path: `vendors/onboarding/decision`. */
  readonly entrypoint: string;
  /**
   * Pure. Ids and business values, decimals as strings; of people's names and free text nothing, since the decision is stored
   * with its input, unless the policy's `mask` covers it. `decision` and `approval` of the context are null yet.
   */
  facts(
    loaded: Loaded,
    context: ActionContext<Input>,
  ): {
    readonly resource: Readonly<Record<string, unknown>>;
    readonly context: Readonly<Record<string, unknown>>;
  };
  readonly when?: never;
}

/** A policy that is asked where a tenant's settings ask for it, and else not: the decision is null then, as for an action without one. */
export interface ConditionalPolicyCall<Input, Loaded> extends Omit<PolicyCall<Input, Loaded>, 'when'> {
  /** By the pack's settings for the tenant, whether it is asked. Pure. */
  when(context: { readonly settings: Readonly<Record<string, unknown>> }): boolean;
}

/**
 * What `defineAction` takes. The kernel goes through it in this order: `roles`, `input`, `check`, `load`, `from`, `approval`,
 * `policy`, `apply`; then it writes all changes with their receipts in one statement, or nothing.
 */
export interface ActionDefinition<
  Schema extends TSchema,
  Loaded,
  R extends GovernedRow,
  Said extends Decision | null = Decision | null,
  Filled extends FilledRole | null = FilledRole | null,
> {
  /** `<pack>.<thing>.<verb>` in lowercase. Receipts, policies and the audit log name it, so it stays as it is. */
  readonly id: string;
  /** In the imperative: it is what the Switchboard writes on the button. */
  readonly title: string;
  /** Absent for an action that only the kernel calls: a job's, an effect's outcome. */
  readonly route?: Route;
  /**
   * Who may try; everybody else is `forbidden` before the body is read. Whether they may in this case, the policy says. None
   * for what only the kernel calls.
   */
  readonly roles: readonly string[];
  /** The body. `Strict` refuses, and names, fields that it does not have. */
  readonly input: Schema;
  /** What the action is about, whose type its receipt names. */
  readonly entity: Governed<R>;
  /** The states in which the action makes sense, `invalid-state` in all others; none for one that only creates its subject. */
  readonly from: readonly string[];
  /** Bytes of body that it takes, where that is more than others may send. */
  readonly maxBodyBytes?: number;
  /** The media types that it takes, where that is not `application/json` with an object alone. */
  readonly media?: BodyMedia;
  /**
   * What takes long and needs no lock: it runs before the transaction begins, and so perhaps more than once.
   * @throws Problem
   */
  check?(request: { readonly tenant: string; readonly params: Readonly<Record<string, string>>; readonly input: Static<Schema> }): Promise<void>;
  /** `load` reads by the log: what is committed before the action has its place there when it begins. */
  readonly readsLog?: true;
  /**
   * Reads what the action needs, and locks what it changes: always in the same order, or two actions may wait for each other.
   * @throws Problem where it cannot be: `not-found`, `forbidden`, `conflict`, or `invalid-input` naming the field
   */
  load(context: LoadContext<Static<Schema>>): Promise<Loaded>;
  /** What its route calls a subject, where that is not its id alone as `:id`. */
  params?(subject: R): Readonly<Record<string, string>>;
  /** The subject among what was loaded; null where the action creates it. */
  subject(loaded: Loaded): R | null;
  /**
   * The action approves or rejects. The kernel then judges whether this person may in this round, keeps the approval with the
   * text of the input's `comment`, and links it in the graph. Others are refused by `separation-of-duties` or `forbidden`.
   */
  readonly approval?: {
    readonly status: 'approved' | 'rejected';
    round(loaded: Loaded): ApprovalRound;
  };
  /**
   * Approvals that count no more from then on. The kernel keeps that they were withdrawn, bound by the action's receipt.
   * `defineWithdrawal` sets it.
   */
  withdraws?(loaded: Loaded): readonly Approval[];
  /** Which policy judges, always or where the settings ask for it; or `none("why")` where none need do so. */
  readonly policy: PolicyCall<Static<Schema>, Loaded> | (null extends Said ? ConditionalPolicyCall<Static<Schema>, Loaded> | None : never);
  /** What of the input its receipt binds, where that is not all of it: people's names belong to the people's own receipts. */
  binds?(input: Static<Schema>): Readonly<Record<string, unknown>>;
  /**
   * What becomes of it. Pure: no I/O, no clock, no chance but `newId`, so that it can be tested with nothing running and
   * replayed. It runs again where a concurrent change came first.
   * @throws Problem `invalid-state` where what is locked does not allow it after all. Whatever else it throws is a 500, which
   * changes nothing and leaves a receipt `failed`
   */
  apply(loaded: Loaded, context: ActionContext<Static<Schema>, Said, Filled>): Changes;
  /** The status of the answer, 200 unless said. */
  readonly success?: 200 | 201;
  /** It creates its subject or, where it is there, changes it: 201 or 200. */
  readonly upserts?: true;
  /** What `Changes.answer` looks like, for OpenAPI and the Switchboard. Answers are not checked by it. */
  readonly answer?: TSchema;
  /**
   * Where the outcome of an effect is read, when the caller waits for it: the query (its id) that answers for the subject, and
   * the states in which it is not settled yet. After `http.outcome_wait_ms` of the configuration (3 s unless set) the answer is
   * 202.
   */
  readonly settles?: { readonly query: string; readonly while: readonly string[] };
}

/** A governed action, as `defineAction` gives it to the pack's `actions`. */
export type Action = ActionDefinition<TSchema, unknown, GovernedRow>;

/**
 * Declares a governed action, the only way in which anything changes. The declaration is data and a few pure functions:
 * registering it does nothing.
 *
 * @throws TypeError where it names a state that its entity does not have
 * @example
 * ```ts
 * const retireVendor = defineAction({
 *   id: 'vendors.vendor.retire',
 *   title: 'Retire a vendor',
 *   route: { method: 'POST', path: '/vendors/:id/retire' },
 *   roles: ['manager'],
 *   input: Strict({ comment: Comment }),
 *   entity: Vendor,
 *   from: ['active'],
 *   policy: none('whoever manages vendors may retire one'),
 *   load: ({ db, params }) => db.lock(Vendor, params.id ?? ''),
 *   subject: (vendor) => vendor,
 *   apply(vendor, at) {
 *     const retired = change(Vendor, at, vendor, { status: 'retired' });
 *     return {
 *       subjects: [retired],
 *       edges: [edge(vendor.id, 'retired_by', at.actor.id)],
 *       usage: none('retiring a vendor starts no workflow'),
 *       answer: { id: vendor.id, status: retired.after.status, version: retired.after.version },
 *     };
 *   },
 * });
 *
 * // `apply` is pure, so that a test needs nothing else.
 * const { answer } = retireVendor.apply({ ...vendor, status: 'active' }, at);
 * assert.deepEqual(answer, { id: vendor.id, status: 'retired', version: 2 });
 * ```
 */
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(
  definition: ActionDefinition<Schema, Loaded, R, Decision, FilledRole> & { readonly approval: object },
): Action;
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(
  definition: ActionDefinition<Schema, Loaded, R, Decision | null, FilledRole> & { readonly approval: object },
): Action;
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(
  definition: ActionDefinition<Schema, Loaded, R, Decision>,
): Action;
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(definition: ActionDefinition<Schema, Loaded, R>): Action;
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(definition: ActionDefinition<Schema, Loaded, R>): Action {
  const unknown = definition.from.find((state) => !(state in definition.entity.transitions));
  if (unknown !== undefined) throw new TypeError(`${definition.id}: the state "${unknown}" is not one of ${definition.entity.type}`);
  return Object.freeze(definition);
}

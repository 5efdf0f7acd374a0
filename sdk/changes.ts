import type { Entity, Governed, GovernedRow, InsertOnlyRow } from './entity.ts';
import type { Occurrence } from './event.ts';

const reason = Symbol('none');

/**
 * Says, where a declaration is required, that there is none and why. Only `none` makes it, so that something left out by
 * mistake is never taken for it.
 */
export interface None {
  /** The reason. */
  readonly none: string;
  readonly [reason]: true;
}

/**
 * Where an action has no policy, no edges or no usage, and an effect no outcome: the reason, for whoever reviews the pack and
 * for `GET /packs`.
 *
 * @throws TypeError where no reason is given
 * @example
 * ```ts
 * const usage = none('an approval is part of the workflow that the request started');
 * assert.equal(usage.none, 'an approval is part of the workflow that the request started');
 * assert.throws(() => none(' '), { message: 'none(why) takes the reason' });
 * ```
 */
export function none(why: string): None {
  if (why.trim() === '') throw new TypeError('none(why) takes the reason');
  return Object.freeze({ none: why, [reason]: true as const });
}

/**
 * Packs say it, and the kernel alone asks.
 *
 * @internal
 */
export function isNone(value: unknown): value is None {
  return typeof value === 'object' && value !== null && reason in value;
}

/** The tenant and the time that an action runs at, RFC 3339 UTC. What `apply` is given is one. */
export interface At {
  readonly tenant: string;
  readonly now: string;
}

/**
 * One subject from one version to the next, made by `create` or `change`. Each has a receipt of its own, and no state gets into
 * the database without.
 */
export interface SubjectChange<R extends GovernedRow = GovernedRow> {
  readonly entity: Governed;
  /** null where it is new. */
  readonly before: R | null;
  readonly after: R;
  /** The columns that change, beside status, version and updated_at. */
  readonly set: readonly string[];
}

/** A row that is written once, made by `insert`. */
export interface Insertion<R extends InsertOnlyRow = InsertOnlyRow> {
  readonly entity: Entity;
  readonly row: R;
  /** Id of the subject whose receipt binds the row; that of the first subject unless said. */
  readonly bound_to?: string;
}

/**
 * A relationship in the graph, made by `edge` or `endEdge`. Both ends are ids: of rows whose entity has a `label`, of users, of
 * decisions.
 */
export interface Edge {
  readonly from: string;
  /** One of the pack's `relationships`, which say what it is called from the other end. */
  readonly relationship: string;
  readonly to: string;
  /** The relationship was, and is no more. Edges only grow, so its end is an edge too. */
  readonly ends?: true;
}

/**
 * One metered event, counted in the transaction of what it counts. Decisions of policies are metered by the kernel. One of a
 * type that no pack declares, or with metadata against its schema, is an error of the pack: 500, and nothing changes.
 */
export interface Usage {
  /** One of the pack's `usage`, or the kernel's `workflow_run`. */
  readonly type: string;
  /** What was used: an id as a rule. */
  readonly subject: string;
  /** A decimal string, in the unit of its type; "1" unless said. */
  readonly quantity?: string;
  /** As the schema of its type has it, and no personal data: the receipt binds it. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What the outbox delivers after COMMIT, at least once: the call of an effect of the same pack. */
export interface Message {
  /** The id of the effect. */
  readonly effect: string;
  /** The id of what it is about, and the `:id` of the effect's `outcome`. */
  readonly subject: string;
  /**
   * JSON, whose numbers are whole: any other is a decimal string. The receipt binds it, so that nothing in it can be erased: no
   * personal data, and no secrets.
   */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** All that an action does to the world, as `apply` returns it. The kernel writes it, with its receipts, in one statement. */
export interface Changes {
  /**
   * The first is what the action is about: its receipt binds the edges, usage, messages and rows, unless a row says otherwise.
   * All but new ones must be locked by `load`.
   */
  readonly subjects: readonly SubjectChange[];
  readonly rows?: readonly Insertion[];
  /** Required, since a graph is worth as much as what nobody forgot: `none("why")` where there are none. */
  readonly edges: readonly Edge[] | None;
  /** Required, since what is not metered is not billed: `none("why")` where there is none. */
  readonly usage: readonly Usage[] | None;
  readonly messages?: readonly Message[];
  /** What others are told of it, each made by `occurred`. */
  readonly events?: readonly Occurrence[];
  /** Commitments whose values are to be forgotten. What was proven with them stays proven; the values are gone for good. */
  readonly erases?: readonly string[];
  /** What the caller is told: the resource as it is after the change. The kernel adds the `receipt`. */
  readonly answer: Readonly<Record<string, unknown>>;
  /**
   * What the caller is told this once, such as a secret: members that take the place of those of `answer`, and are kept nowhere.
   * Where the same request comes again by its `Idempotency-Key`, `answer` is all there is.
   */
  readonly once?: Readonly<Record<string, unknown>>;
}

type Content<R, Base> = Omit<R, keyof Base>;

/**
 * The world is as the caller wants it already: nothing is written, and there is no receipt. Where a policy has judged the
 * action, or somebody has approved by it, that is on record all the same.
 *
 * @param answer the resource as it is
 * @example
 * ```ts
 * const renamed = (name: string) =>
 *   name === vendor.name
 *     ? unchanged({ id: vendor.id, name })
 *     : { ...unchanged({ id: vendor.id, name }), subjects: [change(Vendor, at, vendor, { name })] };
 * assert.equal(renamed('Globex').subjects.length, 0);
 * assert.equal(renamed('Globex Ltd').subjects.length, 1);
 * ```
 */
export function unchanged(answer: Readonly<Record<string, unknown>>): Changes {
  return { subjects: [], edges: none('nothing changes'), usage: none('nothing changes'), answer };
}

/**
 * Whether there is anything to write. A pack says `unchanged`, and need not ask.
 *
 * @internal
 */
export function isUnchanged({ subjects, rows = [], edges, usage, messages = [], events = [], erases = [] }: Changes): boolean {
  return isNone(edges) && isNone(usage) && [subjects, rows, messages, events, erases].every((writes) => writes.length === 0);
}

/**
 * A new subject in its first state, version 1. What the action is about takes the id `at.subjectId`, since its receipt, and the
 * answer's `Location`, name that; others of the same action take `at.newId()`.
 *
 * @param fields all of them, with null for an optional one that has no value
 * @example
 * ```ts
 * const created = create(Vendor, at, { id: at.subjectId, status: 'draft', name: 'Initech', country: 'US', owner_id: at.actor.id });
 * assert.equal(created.after.version, 1);
 * assert.equal(created.after.created_at, at.now);
 * assert.equal(created.before, null);
 * ```
 */
export function create<R extends GovernedRow>(
  entity: Governed<R>,
  at: At,
  fields: { id: string; status: string } & Content<R, GovernedRow>,
): SubjectChange<R> {
  const base = { tenant_id: at.tenant, version: 1, created_at: at.now, updated_at: at.now };
  return { entity, before: null, after: { ...base, ...fields } as R, set: Object.keys(fields) };
}

/**
 * The next version of a subject. What is not named stays as it was, the state too: then the table of transitions must lead from
 * the state to itself. When it is written, the kernel refuses a subject that `load` has not locked, and a way that the table
 * does not have.
 *
 * @param before the row as `load` has locked it, and not one that was read before
 * @example
 * ```ts
 * const activated = change(Vendor, at, vendor, { status: 'active', country: 'BE' });
 * const { status, version, name, country } = activated.after;
 * assert.deepEqual({ status, version, name, country }, { status: 'active', version: 2, name: 'Globex', country: 'BE' });
 * assert.equal(vendor.status, 'draft', 'what was loaded stays as it was');
 * ```
 */
export function change<R extends GovernedRow>(
  entity: Governed<R>,
  at: At,
  before: R,
  fields: { status?: string } & Partial<Content<R, GovernedRow>>,
): SubjectChange<R> {
  const after = { ...before, ...fields, version: before.version + 1, updated_at: at.now };
  return { entity, before, after, set: Object.keys(fields).filter((name) => name !== 'status') };
}

/**
 * A row of an insert-only entity.
 *
 * @param boundTo another subject of the same action than the first, to whose story the row belongs
 * @example
 * ```ts
 * const review = insert(Review, at, { id: at.newId(), vendor_id: vendor.id, verdict: 'fit', comment: at.input.comment });
 * assert.equal(review.row.created_at, at.now);
 * assert.equal(review.bound_to, undefined, 'the receipt of the first subject binds it');
 * ```
 */
export function insert<R extends InsertOnlyRow>(
  entity: Entity<R>,
  at: At,
  fields: { id: string } & Content<R, InsertOnlyRow>,
  boundTo?: string,
): Insertion<R> {
  const row = { tenant_id: at.tenant, created_at: at.now, ...fields } as R;
  return { entity, row, ...(boundTo === undefined ? {} : { bound_to: boundTo }) };
}

/**
 * A relationship from something to something, each by its id, read from the left: the vendor `owned_by` a person. What it is
 * called from the other end the pack's `relationships` say, so there is one edge and not two.
 *
 * @example
 * ```ts
 * const pack = definePack({
 *   id: 'vendors',
 *   title: 'Vendors',
 *   version: '1.0.0',
 *   summit: '^0.1.0',
 *   relationships: { owned_by: 'owns' },
 * });
 * const owned = edge(vendor.id, 'owned_by', vendor.owner_id);
 * assert.deepEqual(owned, { from: vendor.id, relationship: 'owned_by', to: vendor.owner_id });
 * assert.ok(owned.relationship in pack.relationships);
 * ```
 */
export function edge(from: string, relationship: string, to: string): Edge {
  return Object.freeze({ from, relationship, to });
}

/**
 * Ends a relationship that an earlier edge has brought about. The graph keeps both, and so what was.
 *
 * @example
 * ```ts
 * const successor = '019aa000-0000-7000-8000-000000000009';
 * const handedOver = [endEdge(vendor.id, 'owned_by', vendor.owner_id), edge(vendor.id, 'owned_by', successor)];
 * assert.deepEqual(handedOver.map(({ to, ends = false }) => [to, ends]), [[vendor.owner_id, true], [successor, false]]);
 * ```
 */
export function endEdge(from: string, relationship: string, to: string): Edge {
  return Object.freeze({ from, relationship, to, ends: true as const });
}

import type { ApprovalRound } from './action.ts';
import type { Entity, Row } from './entity.ts';
import type { Reader } from './reader.ts';
import type { UsageSelection } from './usage.ts';

/** A member that is a list of rows, made by `many`. */
export interface Many<E extends Entity<never> = Entity<never>> {
  readonly many: E;
}

/**
 * A member that is a list of rows.
 *
 * @example
 * ```ts
 * const members = { vendor: Vendor, reviews: many(Review) };
 * assert.equal(members.reviews.many, Review);
 * ```
 */
export function many<E extends Entity<never>>(entity: E): Many<E> {
  return Object.freeze({ many: entity });
}

/** What a bundle shows, by the name of its member: the one row of an entity, or `many`. */
export type Members = Readonly<Record<string, Entity<never> | Many>>;

/** The rows of each member, as a Reader gives them. */
export type RowsOf<M extends Members> = {
  readonly [Name in keyof M]: M[Name] extends Many<infer E> ? readonly Row<E>[] : Row<M[Name]> | null;
};

/** The receipt that made this version of a subject that the bundle is not about. */
export interface Citation {
  readonly subject: string;
  readonly version: number;
}

/** Which usage events a bundle shows. */
export interface UsageWanted {
  readonly selection: UsageSelection;
  /**
   * Ids of events beside those, of an earlier month that came late, say: shown as the others are, if the log had them by then. Each
   * must be named by a row that is shown, in a list that is its column `event_ids`: by that the verifier knows that it was asked for.
   */
  readonly also: readonly string[];
}

/** A usage event that a bundle shows. */
export interface ShownEvent {
  readonly id: string;
  readonly type: string;
  /** `YYYY-MM-DD`, in the time zone of the selection. */
  readonly day: string;
  readonly receipt_id: string;
}

/** What the kernel has found for a bundle, as far as something may be linked to it. */
export interface Shown {
  /** What `cites` has named, with its receipt. */
  readonly cited: readonly (Citation & { readonly receipt_id: string })[];
  /** Those of the sample. Where all are shown, they may be too many to link: then only those that `also` has named. */
  readonly events: readonly ShownEvent[];
}

/** What something that a bundle shows was made of. */
export interface Link {
  /** JSON pointer into a member: `/invoice/lines/1`. */
  readonly from: string;
  /** Ids of rows, receipts and usage events in the bundle. */
  readonly to: readonly string[];
}

/** What every declaration of evidence says beside its members. */
interface Declaration<Rows> {
  /** The pack's id, or begins with it: `revops.deals`. */
  readonly id: string;
  readonly title: string;
  /** Under `/evidence`. Names what is asked for, by `:id` unless `subject` says otherwise. */
  readonly path: string;
  /** The roles that may have it; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  /** The id of what the path names, where that is not `:id`. @throws Problem `not-found` */
  subject?(db: Reader, params: Readonly<Record<string, string>>): Promise<string>;
  /** What is up for approval, where a subject's content may change after it was approved: only what counts now is received. */
  round?(db: Reader, id: string): Promise<ApprovalRound>;
  /** What the manifest sums up, by name: JSON pointers such as `/quote/amount`, to a column of a member that is one row. */
  readonly summary?: Readonly<Record<string, string>>;
  /**
   * Whose receipts are shown beside those of what the bundle is about, so that rows are bound which were written there: a reading by
   * the run that made it. Each comes with its proof and with all that it wrote, and brings no people, decisions or disclosures: of a
   * row that is bound in this way no column may be personal. A version that no receipt has made is left out, and what was to be bound
   * by it the verifier then finds bound by nothing.
   */
  cites?(rows: Rows): readonly Citation[];
  /**
   * Which usage events count for what is shown: those that stood in the log before a position, corrected since or not, each proven by
   * the root that its receipt binds. Whoever asks gets a sample that nobody picks (`sample`, `seed`), or all (`events=all`). null, or
   * a selection of no types, for none.
   */
  usage?(rows: Rows): UsageWanted | null;
  /** What stands behind what, for a reader who asks where a number comes from; the verifier sees to it that both ends are there. */
  links?(rows: Rows, shown: Shown): readonly Link[];
}

/**
 * What a pack shows in the evidence of a subject. Its governed members are what the bundle is about, the one that was asked
 * for first; the kernel adds their receipts, approvals, people, policy decisions with the bundles that made them, graph,
 * proofs and signature.
 */
export interface EvidenceDefinition<M extends Members> extends Declaration<RowsOf<M>> {
  readonly members: M;
  /**
   * Reads whole rows, and with them all that one action has changed together: a decision that a receipt binds must be about
   * something that is shown. @throws Problem `not-found`
   */
  collect(db: Reader, id: string): Promise<RowsOf<M>>;
}

/** A declaration of evidence, as `defineEvidence` gives it to the pack's `evidence`. */
export interface Evidence extends Declaration<AnyRows> {
  readonly members: Members;
  collect(db: Reader, id: string): Promise<AnyRows>;
}

type AnyRows = Readonly<Record<string, unknown>>;

/**
 * Declares what proves a subject, served at its path as a signed bundle that anybody can verify offline. Show all that an
 * action has changed together: what a receipt binds and the bundle does not show cannot be verified.
 *
 * @throws TypeError for a member whose name is the kernel's, where no member is governed, or where the summary points at no
 * column
 * @example
 * ```ts
 * const vendorEvidence = defineEvidence({
 *   id: 'vendors.vendor',
 *   title: 'What proves a vendor',
 *   path: '/evidence/vendors/:id',
 *   members: { vendor: Vendor, reviews: many(Review) },
 *   summary: { country: '/vendor/country' },
 *   collect: async (db, id) => ({ vendor: await db.one(Vendor, id), reviews: await db.find(Review, { vendor_id: id }) }),
 * });
 * await assert.rejects(vendorEvidence.collect(db, vendor.id), { code: 'not-found' });
 * const reviewsAlone = { ...vendorEvidence, members: { reviews: many(Review) }, summary: {}, collect: async () => ({ reviews: [] }) };
 * assert.throws(() => defineEvidence(reviewsAlone), /a bundle is about governed entities, and none of its members is one/);
 * ```
 */
export function defineEvidence<const M extends Members>(evidence: EvidenceDefinition<M>): Evidence {
  const taken = Object.keys(evidence.members).find((name) => KERNEL_MEMBERS.has(name) || !/^[a-z][a-z0-9_]*$/.test(name));
  if (taken !== undefined) throw new TypeError(`evidence ${evidence.id}: "${taken}" is no name for a member of a pack`);
  if (!membersOf(evidence).some(({ entity }) => entity.kind === 'governed')) {
    throw new TypeError(`evidence ${evidence.id}: a bundle is about governed entities, and none of its members is one`);
  }
  for (const pointer of Object.values(evidence.summary ?? {})) {
    const [, member = '', column = ''] = pointer.split('/');
    const found = membersOf(evidence).find(({ name, many }) => name === member && !many);
    if (!found?.entity.columns.includes(column))
      throw new TypeError(`evidence ${evidence.id}: "${pointer}" is no column of a member that is one row`);
  }
  return Object.freeze(evidence);
}

/**
 * A member as the kernel and the manifest read it.
 *
 * @internal
 */
export interface MemberDeclaration {
  readonly name: string;
  readonly entity: Entity<never>;
  readonly many: boolean;
}

/**
 * The members in the order of their declaration, which a pack knows of its own.
 *
 * @internal
 */
export function membersOf({ members }: { readonly members: Members }): readonly MemberDeclaration[] {
  return Object.entries(members).map(([name, member]) =>
    'many' in member ? { name, entity: member.many, many: true } : { name, entity: member, many: false },
  );
}

/** What every bundle has. */
const KERNEL_MEMBERS: ReadonlySet<string> = new Set([
  ...['manifest', 'approvals', 'receipts', 'cited_receipts', 'usage_events', 'people', 'policy_decisions', 'policy_bundles'],
  ...['graph', 'disclosures', 'proof', 'signature'],
]);

import type { ApprovalRound } from './action.ts';
import type { Entity, Governed } from './entity.ts';
import type { Listing } from './list.ts';
import type { Calendar, DayUsage, LogPosition, UsageSelection, UsageSince } from './usage.ts';

/** Bounds of a time, RFC 3339, or of any column that is compared: `since` and `until` include their moment, `before` does not. */
export interface TimeRange {
  readonly since?: string;
  readonly until?: string;
  readonly before?: string;
}

/** That a column of several values has this one. */
export interface Having {
  readonly has: string;
}

/**
 * Which rows: those for which all of it holds. A value must be equal, of a list one must be; undefined filters by nothing, and
 * an empty list lets nothing through; null means that there is none. Rows are not found by a personal column, of which they hold
 * no more than commitments: whoever asks gets a TypeError, and `q` of a list looks there.
 */
export type Where<Row> = {
  readonly [K in keyof Row]?: Row[K] | readonly Row[K][] | TimeRange | Having | undefined;
};

/** What a list takes from its caller. All but `limit` and `count` is bound into the cursor, so that it cannot be carried to another list. */
export interface PageRequest<Row> {
  readonly where?: Where<Row>;
  /** Only subjects with fewer allowed receipts than their version: always none, unless someone went round the kernel. */
  readonly withoutReceipts?: boolean | undefined;
  /** Rows a page: 50 unless said, 200 at most. */
  readonly limit?: number | undefined;
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** false leaves out the total, which costs as much as the list is long. */
  readonly count?: boolean | undefined;
  /** A column that the listing offers, with `-` before it for descending; newest first where it is absent. Rows without a value come last. */
  readonly sort?: string | undefined;
  /** Words, each to be found where the listing says. */
  readonly q?: string | undefined;
}

/** A page of a list, as the API answers it. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** What `cursor` is for the page after it; null on the last. */
  readonly next_cursor: string | null;
  /** Exact; on the first page only, and not where the caller said `count=false`. */
  readonly total?: number;
}

/** The name of a column. */
export type ColumnOf<Row> = keyof Row & string;

/** A column of times, or when a governed row first came into a state, by its receipts. */
export type Moment<Row> = ColumnOf<Row> | { readonly firstIn: string };

/** A column of numbers, or the seconds between two moments. Rows where it is null are not measured. */
export type Measure<Row> = ColumnOf<Row> | { readonly secondsFrom: Moment<Row>; readonly to: Moment<Row> };

/** How a measure is distributed. Average and percentiles are rounded as floats are, and null where nothing was measured. */
export interface Distribution {
  readonly count: number;
  readonly average: number | null;
  /** Interpolated between neighbours, as PostgreSQL's `percentile_cont` does. */
  readonly p50: number | null;
  readonly p95: number | null;
  /** How many lie up to each bound and above the one before it, and at the end those above them all. */
  readonly histogram: readonly number[];
}

/** How many rows have this value on this day, UTC; days and values without rows are absent. */
export interface DayCount {
  /** `YYYY-MM-DD` */
  readonly day: string;
  readonly value: string;
  readonly count: number;
}

/** One approval, as the approvals service keeps it. */
export interface Approval {
  readonly id: string;
  readonly subject_id: string;
  readonly approver_id: string;
  readonly role: string;
  /** `withdrawn`: it was given, and counts no more, since who gave it has left. */
  readonly status: 'approved' | 'rejected' | 'withdrawn';
  /** SHA-256 of the content that it was given to. */
  readonly digest: string;
  readonly comment: string | null;
  readonly created_at: string;
}

/** Subjects that are not at their end. */
export interface Open {
  readonly status: readonly string[];
  /** Of this one alone. */
  readonly id?: string;
}

/** A receipt as the API shows it: the actor opened from its commitment, for those who may read it. */
export interface ReceiptView {
  readonly id: string;
  readonly action: string;
  readonly outcome: 'allowed' | 'denied' | 'failed' | 'refused';
  /** A handle. */
  readonly actor: string;
  readonly subject: { readonly type: string; readonly id: string };
  /** The subject's version that it made; null where nothing changed. */
  readonly seq: number | null;
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly decision_ids: readonly string[];
  readonly at: string;
  /** SHA-256, base64. */
  readonly leaf_hash: string;
  /** null while it waits for its place in the log. */
  readonly log_index: number | null;
}

/** Reads of one tenant's rows, inside the transaction that asks. Personal values come back in clear, or null once erased. */
export interface Reader {
  /**
   * The row with this id.
   * @throws Problem `not-found`, also for what is no id and for one of another tenant
   */
  one<R>(entity: Entity<R>, id: string): Promise<R>;
  /**
   * Rows in the order of their ids, and so of their age, oldest first.
   * @param options.limit the first so many
   * @throws TypeError where there are more than 10,000 and no limit is given: what is silently cut off looks complete
   */
  find<R>(entity: Entity<R>, where: Where<R>, options?: { limit?: number }): Promise<readonly R[]>;
  /**
   * A page of a list, newest first unless it is sorted.
   * @throws Problem `invalid-input` for a cursor of another list; TypeError where it is to be sorted by what is not offered
   */
  page<R>(listing: Listing<R>, request: PageRequest<R>): Promise<Page<R>>;
  /** How many there are: the `total` of the page with the same conditions. */
  count<R>(entity: Entity<R>, where: Where<R>, options?: Pick<PageRequest<R>, 'withoutReceipts'>): Promise<number>;
  /**
   * Worked out by the database.
   * @param options.upTo ascending bounds of the histogram, each included in what it ends; decimals as strings, compared exactly
   */
  distribution<R>(
    entity: Entity<R>,
    where: Where<R>,
    measure: Measure<R>,
    options?: { readonly upTo?: readonly (number | string)[] },
  ): Promise<Distribution>;
  /** Worked out by the database, by days in UTC. */
  countByDay<R>(entity: Entity<R>, where: Where<R>, columns: { readonly time: ColumnOf<R>; readonly by: ColumnOf<R> }): Promise<readonly DayCount[]>;
  /** All of these subjects, rejections and those of earlier contents too: `standing` says which of them count. */
  approvals(subjectIds: readonly string[]): Promise<readonly Approval[]>;
  /** Of a round those that count: given to exactly this content or kept for it by a policy, and not withdrawn. */
  standing(round: ApprovalRound): readonly Approval[];
  /**
   * The ids of subjects in these states that belong to somebody who has left since they were theirs, the oldest 1,000: whose they
   * are is in the column `person`, since when in `since`; where that is empty, since they were made.
   */
  leftBehind<R>(entity: Governed<R>, where: Open & { readonly person: ColumnOf<R>; readonly since: ColumnOf<R> }): Promise<readonly string[]>;
  /** Approvals of subjects in these states, not withdrawn yet, by people who have left since they gave them: the oldest 1,000. */
  leftApprovals<R>(entity: Governed<R>, where: Open): Promise<readonly Approval[]>;
  /** Ids of the policy decisions on each subject, oldest first. */
  decisions(subjectIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** All receipts of a subject, oldest first. */
  receipts(entity: Governed, subjectId: string): Promise<readonly ReceiptView[]>;
  /** Handles by user id; an erased person is absent. */
  handles(userIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The id behind `user:<handle>`, `team:<name>` or `tenant:<id>`; null where there is none. */
  resolve(alias: string): Promise<string | null>;
  /** The id of the subject that has this natural key of its entity, or null. */
  byKey<R>(entity: Governed<R>, key: string, values: readonly string[]): Promise<string | null>;
  /** @param timeZone IANA name; the tenant's unless said */
  calendar(timeZone?: string): Promise<Calendar>;
  /**
   * What usage events the log has brought since a position, null for its beginning, in the order of the log and not of time: each is
   * met once, however late it comes. @param options.named_before the ids are wanted of events of days before this
   */
  usageSince(from: LogPosition | null, options: { readonly time_zone: string; readonly named_before?: string | null }): Promise<UsageSince>;
  /** Whether it would bring any. */
  hasUsageSince(from: LogPosition | null): Promise<boolean>;
  /** When the oldest event was recorded that is not before a position, or has no place in the log yet; null where there is none. */
  oldestUsageSince(from: LogPosition | null): Promise<string | null>;
  /** What the events of some days came to, worked out from the events alone. */
  usageOf(selection: UsageSelection): Promise<readonly DayUsage[]>;
}

/** The reader that an action's `load` gets: what it locks, and only that, its `apply` may change. */
export interface LockingReader extends Reader {
  /** Locks the row until the action ends. @throws Problem `not-found` */
  lock<R>(entity: Governed<R>, id: string): Promise<R>;
}

import type { Entity, Governed, GovernedRow, InsertOnlyRow } from './entity.ts';
import type { Occurrence } from './event.ts';

/** Says, where a declaration is required, that there is none and why. */
const reason = Symbol('none');

export interface None {
  readonly none: string;
  readonly [reason]: true;
}

export function none(why: string): None {
  if (why.trim() === '') throw new TypeError('none(why) takes the reason');
  return Object.freeze({ none: why, [reason]: true as const });
}

export function isNone(value: unknown): value is None {
  return typeof value === 'object' && value !== null && reason in value;
}

/** The tenant and the time that an action runs at. Its context is one. */
export interface At {
  readonly tenant: string;
  readonly now: string;
}

export interface SubjectChange<R extends GovernedRow = GovernedRow> {
  readonly entity: Governed;
  readonly before: R | null;
  readonly after: R;
  /** The columns that change, beside status, version and updated_at. */
  readonly set: readonly string[];
}

export interface Insertion<R extends InsertOnlyRow = InsertOnlyRow> {
  readonly entity: Entity;
  readonly row: R;
  /** Id of the subject whose receipt binds the row; that of the first subject unless said. */
  readonly bound_to?: string;
}

export interface Edge {
  readonly from: string;
  readonly relationship: string;
  readonly to: string;
  /** The relationship was, and is no more. Edges only grow, so its end is an edge too. */
  readonly ends?: true;
}

/** One metered event. `quantity` is a decimal string, 1 unless said. */
export interface Usage {
  readonly type: string;
  readonly subject: string;
  readonly quantity?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** What the outbox delivers after COMMIT, at least once. `effect` names an effect of the same pack. */
export interface Message {
  readonly effect: string;
  readonly subject: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** All that an action does to the world. The kernel writes it, with its receipts, in one statement. */
export interface Changes {
  readonly subjects: readonly SubjectChange[];
  readonly rows?: readonly Insertion[];
  readonly edges: readonly Edge[] | None;
  readonly usage: readonly Usage[] | None;
  readonly messages?: readonly Message[];
  /** What others are told of it, each made by `occurred`. */
  readonly events?: readonly Occurrence[];
  /** Commitments whose values are to be forgotten. What was proven with them stays proven; the values are gone for good. */
  readonly erases?: readonly string[];
  /** What the caller is told: the resource as it is after the change. */
  readonly answer: Readonly<Record<string, unknown>>;
}

type Content<R, Base> = Omit<R, keyof Base>;

/** The world is as the caller wants it already: nothing is written, and so there is no receipt. */
export function unchanged(answer: Readonly<Record<string, unknown>>): Changes {
  return { subjects: [], edges: none('nothing changes'), usage: none('nothing changes'), answer };
}

export function isUnchanged({ subjects, rows = [], edges, usage, messages = [], events = [], erases = [] }: Changes): boolean {
  return isNone(edges) && isNone(usage) && [subjects, rows, messages, events, erases].every((writes) => writes.length === 0);
}

/** A new subject in its first state, version 1. */
export function create<R extends GovernedRow>(
  entity: Governed<R>,
  at: At,
  fields: { id: string; status: string } & Content<R, GovernedRow>,
): SubjectChange<R> {
  const base = { tenant_id: at.tenant, version: 1, created_at: at.now, updated_at: at.now };
  return { entity, before: null, after: { ...base, ...fields } as R, set: Object.keys(fields) };
}

/** The next version of a subject that `load` has locked. */
export function change<R extends GovernedRow>(
  entity: Governed<R>,
  at: At,
  before: R,
  fields: { status?: string } & Partial<Content<R, GovernedRow>>,
): SubjectChange<R> {
  const after = { ...before, ...fields, version: before.version + 1, updated_at: at.now };
  return { entity, before, after, set: Object.keys(fields).filter((name) => name !== 'status') };
}

/** A row of an insert-only entity. @param boundTo another subject of the same action than the first, to whose story the row belongs */
export function insert<R extends InsertOnlyRow>(
  entity: Entity<R>,
  at: At,
  fields: { id: string } & Content<R, InsertOnlyRow>,
  boundTo?: string,
): Insertion<R> {
  const row = { tenant_id: at.tenant, created_at: at.now, ...fields } as R;
  return { entity, row, ...(boundTo === undefined ? {} : { bound_to: boundTo }) };
}

export function edge(from: string, relationship: string, to: string): Edge {
  return Object.freeze({ from, relationship, to });
}

/** Ends a relationship that an earlier edge has brought about. */
export function endEdge(from: string, relationship: string, to: string): Edge {
  return Object.freeze({ from, relationship, to, ends: true as const });
}

import { type Entity, type Evidence, type MemberDeclaration, membersOf, Problem, type Reader } from '../../sdk/index.ts';
import { Approvals } from '../database/tables.ts';
import type { People } from './people.ts';

export type MemberRow = Readonly<Record<string, unknown>> & { readonly id: string };

export interface Member extends MemberDeclaration {
  readonly rows: readonly MemberRow[];
}

/** A governed row that a bundle is about. */
export interface Subject {
  readonly type: string;
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What a bundle is about and what it shows. */
export interface Collected {
  /** What was asked for. */
  readonly subject: Subject;
  /** All of them, that one first. */
  readonly subjects: readonly Subject[];
  /** The pack's, and the approvals of all subjects. */
  readonly members: readonly Member[];
  /** By member, as the pack gave them. */
  readonly rows: Readonly<Record<string, unknown>>;
}

/** @throws Problem `not-found`; TypeError where the pack gives what its declaration does not say */
export async function collect(evidence: Evidence, db: Reader, id: string): Promise<Collected> {
  const rows = await evidence.collect(db, id);
  const members = membersOf(evidence).map((member): Member => ({ ...member, rows: rowsOf(member, rows[member.name]) }));
  const governed = members.flatMap(({ entity, rows: found }) => (entity.kind === 'governed' ? found.map((row) => subjectOf(entity, row)) : []));
  const subject = governed.find((candidate) => candidate.id === id.toLowerCase());
  if (!subject) throw new Problem('not-found', `There is nothing ${id} that ${evidence.path} could prove.`);
  const subjects = [subject, ...governed.filter((other) => other !== subject)];
  const approvals = await db.find(Approvals, { subject_id: subjects.map((each) => each.id) });
  return { subject, subjects, members: [...members, { name: 'approvals', entity: Approvals, many: true, rows: approvals.map(asRow) }], rows };
}

/** Ids in a row that may be those of people. */
export function idsIn({ entity, rows }: Member): readonly string[] {
  const columns = entity.columns.filter((column) => nameBeside(column) !== null);
  return rows.flatMap((row) => columns.flatMap((column) => (typeof row[column] === 'string' ? [row[column]] : [])));
}

/** The columns of a row, and the handle of a person beside their id: `requester` beside `requester_id`. Null once erased. */
export function shownRow({ columns }: Pick<Entity, 'columns'>, row: MemberRow, people: People): Readonly<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  for (const column of columns) {
    const value = row[column] ?? null;
    shown[column] = value;
    const name = nameBeside(column);
    const person = typeof value === 'string' ? people.get(value) : undefined;
    if (name !== null && person && !columns.includes(name)) shown[name] = person.handle;
  }
  return shown;
}

function nameBeside(column: string): string | null {
  return column.endsWith('_id') ? column.slice(0, -'_id'.length) : null;
}

function rowsOf({ name, entity, many }: MemberDeclaration, value: unknown): readonly MemberRow[] {
  if (many && Array.isArray(value)) return value.map(asRow);
  if (!many && value === null) return [];
  if (!many && typeof value === 'object') return [asRow(value)];
  throw new TypeError(`evidence: the member ${name} is to be ${many ? 'a list of rows' : 'a row or null'} of ${entity.type}`);
}

function asRow(value: unknown): MemberRow {
  if (isRow(value)) return value;
  throw new TypeError('evidence: what is no row with an id cannot be shown');
}

function isRow(value: unknown): value is MemberRow {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string';
}

function subjectOf({ type }: Entity<never>, row: MemberRow): Subject {
  const { id, status, version, created_at, updated_at } = row;
  if (typeof status === 'string' && typeof version === 'number' && typeof created_at === 'string' && typeof updated_at === 'string') {
    return { type, id, status, version, created_at, updated_at };
  }
  throw new TypeError(`evidence: the row of ${type} ${id} is not whole`);
}

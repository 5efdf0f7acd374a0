import type { CitedReceipt, Manifest } from './bundle.ts';
import { isSame } from './canonical.ts';
import type { Opened } from './commitment.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import { chainOf, type Entry, nameOf } from './history.ts';
import type { Json, JsonObject } from './json.ts';
import type { Handles } from './people.ts';
import type { Receipt } from './receipts.ts';

/** What rows are rebuilt from and compared with. */
export interface Binding {
  readonly receipts: readonly Receipt[];
  /** The rows that they write may be shown, and need not be. */
  readonly cited: readonly Receipt<CitedReceipt>[];
  readonly opened: ReadonlyMap<string, Opened>;
  readonly handles: Handles;
}

/** Each row that is shown is rebuilt from the receipts and compared, and each row that those of the subjects bind is shown. */
export function judgeMembers({ manifest, members }: Pick<Evidence, 'manifest' | 'members'>, binding: Binding, findings: Findings): void {
  if (!isSame(manifest.members.approvals ?? null, APPROVALS)) {
    findings.add('INVALID', 'manifest-differs', `every bundle shows approvals: ${JSON.stringify(APPROVALS)}`, 'manifest.members.approvals');
  }
  const bound = boundRows(manifest, binding, findings);
  const shown = new Set<string>();
  for (const { path, type, row } of shownRows({ manifest, members })) {
    const key = keyOf(type, row.id);
    if (shown.has(key)) findings.add('INVALID', 'doubled-row', `${path}: ${key} is shown twice`, path);
    shown.add(key);
    const whole = bound.get(key);
    if (whole) judgeRow(row, whole.row, path, binding, findings);
    else findings.add('INVALID', 'row-not-bound', `${path}: no receipt binds ${key}`, path);
  }
  // Also of types that no member has: else whoever signs the bundle hides rows by leaving their member out.
  for (const [key, { isOwn }] of bound) {
    if (isOwn && !shown.has(key))
      findings.add('INCOMPLETE', 'row-not-shown', `the receipts bind ${key}, which the bundle does not show`, 'manifest.members');
  }
}

/** Who approved is shown of whatever can be approved, so that none is not the same as nothing shown. */
const APPROVALS = { type: 'approval', many: true } as const;

/** The rows of all members. */
export function shownRows({ manifest, members }: Pick<Evidence, 'manifest' | 'members'>): readonly ShownRow[] {
  return [...members].flatMap(([member, rows]) => {
    const { type = '', many = false } = manifest.members[member] ?? {};
    return rows.map((row, index) => ({ path: many ? `${member}[${index}]` : member, type, row }));
  });
}

export interface ShownRow {
  readonly type: string;
  readonly row: JsonObject;
  readonly path: string;
}

interface BoundRow {
  readonly row: JsonObject;
  /** Written by a receipt of what the bundle is about. */
  readonly isOwn: boolean;
}

/**
 * Subjects as their receipts leave them, and the rows that were written once; each by its type and id. The subject of a cited
 * receipt is none of them: what its other receipts made of it is not here.
 */
function boundRows({ subjects }: Manifest, { receipts, cited }: Binding, findings: Findings): ReadonlyMap<string, BoundRow> {
  const bound = new Map<string, BoundRow>();
  const own = new Set<Entry>(receipts);
  for (const { type, id } of subjects) {
    const ofSubject = receipts.filter(({ content }) => content.subject.type === type && content.subject.id === id);
    const changes = chainOf(ofSubject).map((receipt) => receipt.changes.subject?.row ?? {});
    const row: JsonObject = Object.assign(Object.create(null), ...changes);
    bound.set(keyOf(type, id), { row, isOwn: true });
  }
  for (const receipt of [...receipts, ...cited]) {
    const { content, changes, path } = receipt;
    for (const { type, row } of changes.rows ?? []) {
      const key = keyOf(type, row.id);
      if (bound.has(key)) findings.add('INVALID', 'doubled-row', `receipt ${content.id} writes ${key}, which was written before`, path);
      bound.set(key, { row, isOwn: own.has(receipt) });
    }
  }
  return bound;
}

function judgeRow(row: JsonObject, bound: JsonObject, path: string, { opened, handles }: Binding, findings: Findings): void {
  for (const field of new Set([...Object.keys(bound), ...Object.keys(row), ...namesIn(bound, handles)])) {
    const isColumn = Object.hasOwn(bound, field);
    const shown = row[field];
    const problem = isColumn ? columnProblem(field, shown, bound[field] ?? null, opened) : nameProblem(shown, bound[`${field}_id`], handles);
    if (problem !== null) findings.add('INVALID', 'field-not-bound', `${path}.${field}: ${problem}`, `${path}.${field}`);
  }
}

/** A value is bound as it is, or by a commitment: then what that was opened to is shown, or null where it was erased. */
function columnProblem(field: string, shown: Json | undefined, bound: Json, opened: ReadonlyMap<string, Opened>): string | null {
  if (shown === undefined) return 'it is left out';
  const disclosed = typeof bound === 'string' ? opened.get(bound) : undefined;
  if (!disclosed) return isSame(shown, bound) ? null : 'the receipts bind another value';
  if (disclosed.name !== field) return `the commitment is disclosed as ${disclosed.name}`;
  if (shown === disclosed.value) return null;
  return disclosed.value === null ? 'the value was erased, so nothing binds what is shown' : 'the commitment opens to another value';
}

/** What is no column of its own is the handle of the person whose id is the column `<field>_id`. */
function nameProblem(shown: Json | undefined, id: Json | undefined, handles: Handles): string | null {
  if (shown === undefined) return 'the handle of that person is left out';
  if (id === undefined) return 'nothing binds it';
  if (id === null) return shown === null ? null : 'there is a name, and nobody whose name it is';
  const handle = typeof id === 'string' ? handles.get(id) : undefined;
  if (handle === undefined) return 'nothing shows whose name it is';
  return shown === handle ? null : `the handle of that person is ${handle ?? 'erased'}`;
}

/** The fields that stand beside columns with people's ids. */
function namesIn(bound: JsonObject, handles: Handles): readonly string[] {
  const ids = Object.entries(bound).filter(([field, value]) => field.endsWith('_id') && typeof value === 'string' && handles.has(value));
  return ids.map(([field]) => field.slice(0, -'_id'.length));
}

function keyOf(type: string, id: Json | undefined): string {
  return nameOf({ type, id: typeof id === 'string' ? id : JSON.stringify(id ?? null) });
}

import type { Manifest, ReceiptContent } from './bundle.ts';
import type { Findings } from './findings.ts';
import type { Position } from './log.ts';

type Subject = Manifest['subjects'][number];

/** An entry of a log that is a receipt. */
export interface Entry {
  readonly content: ReceiptContent;
  /** The leaf hash in base64, as parents are named. */
  readonly leafText: string;
  /** Where it stands in the bundle. */
  readonly path: string;
}

/**
 * Whether the receipts tell all of each subject's life, each once and in order.
 * @returns the subjects that are not sealed, by type and id
 */
export function judgeHistory(
  subjects: readonly Subject[],
  entries: readonly Entry[],
  places: ReadonlyMap<Entry, Position>,
  findings: Findings,
): readonly string[] {
  const bySubject = Map.groupBy(entries, ({ content }) => nameOf(content.subject));
  const known = new Set(subjects.map(nameOf));
  for (const { content, path } of [...bySubject].flatMap(([name, own]) => (known.has(name) ? [] : own))) {
    findings.add('INVALID', 'stray-receipt', `receipt ${content.id} is of ${nameOf(content.subject)}, which the manifest does not name`, path);
  }
  return subjects
    .filter((subject) => {
      const own = bySubject.get(nameOf(subject)) ?? [];
      judgeEnd(subject, chainOf(own), findings);
      return !judgeLife(subject, own, places, findings);
    })
    .map(nameOf);
}

/** Those that changed the subject, by seq. */
export function chainOf<E extends Entry>(entries: readonly E[]): readonly E[] {
  return entries.filter(({ content }) => content.seq !== null).toSorted((a, b) => (a.content.seq ?? 0) - (b.content.seq ?? 0));
}

/** One subject's receipts, each after those that it names. @returns whether the subject has come to its end */
export function judgeLife(
  subject: Pick<Subject, 'type' | 'id'>,
  own: readonly Entry[],
  places: ReadonlyMap<Entry, Position>,
  findings: Findings,
): boolean {
  const chain = chainOf(own);
  judgeChain(subject, chain, findings);
  judgeParents(own, places, findings);
  return judgeSeal(subject, chain, findings);
}

/** No gap, nothing twice, and each goes on where the one before it ended. */
function judgeChain(subject: Pick<Subject, 'type' | 'id'>, chain: readonly Entry[], findings: Findings): void {
  judgeSeqs(subject, chain, findings);
  for (const [index, entry] of chain.entries()) judgeLink(entry, chain[index - 1] ?? null, findings);
}

function judgeEnd(subject: Subject, chain: readonly Entry[], findings: Findings): void {
  const { seq, state } = chain.at(-1)?.content ?? {};
  if (subject.version === seq && subject.status === state?.to) return;
  const message = `the manifest has ${nameOf(subject)} at version ${subject.version}, ${subject.status}; its receipts end at ${seq}, ${state?.to}`;
  findings.add('INCOMPLETE', 'subject-differs', message, 'manifest.subjects');
}

function judgeSeqs(subject: Pick<Subject, 'type' | 'id'>, chain: readonly Entry[], findings: Findings): void {
  let last = 0;
  let missing = 0;
  for (const { content, path } of chain) {
    const seq = content.seq ?? 0;
    if (seq === last) findings.add('INVALID', 'doubled-seq', `${nameOf(subject)} has two receipts of seq ${seq}`, path);
    while (++last < seq && ++missing <= MOST_GAPS)
      findings.add('INCOMPLETE', 'gap', `${nameOf(subject)}: the receipt of seq ${last} is missing`, 'receipts');
    last = seq;
  }
}

/** So many are named. */
const MOST_GAPS = 20;

function judgeLink({ content, path }: Entry, previous: Entry | null, findings: Findings): void {
  const { id, seq, state, at } = content;
  const wrong = (code: string, what: string) => findings.add('INVALID', code, `receipt ${id}: ${what}`, path);
  if (previous === null) {
    if (seq === 1 && state.from !== null) wrong('state-break', `the first of its subject begins at the state ${state.from}`);
    return;
  }
  if (at < previous.content.at) wrong('clock-rollback', `it is of ${at}, the one before it of ${previous.content.at}`);
  if (seq !== (previous.content.seq ?? 0) + 1) return;
  if (state.from !== previous.content.state.to) {
    wrong('state-break', `it begins at ${state.from}, the one before it ended at ${previous.content.state.to}`);
  }
  if (!content.parents.includes(previous.leafText)) wrong('parent-not-named', `it does not name receipt ${previous.content.id} before it`);
}

function judgeParents(own: readonly Entry[], places: ReadonlyMap<Entry, Position>, findings: Findings): void {
  const byLeaf = new Map(own.map((entry) => [entry.leafText, entry]));
  for (const entry of own) {
    for (const hash of entry.content.parents) {
      const parent = byLeaf.get(hash);
      const name = `receipt ${entry.content.id}`;
      if (!parent) findings.add('INCOMPLETE', 'parent-missing', `${name} names the receipt ${hash} before it, which is not here`, entry.path);
      else if (!isBefore(places.get(parent), places.get(entry))) {
        findings.add('INVALID', 'parent-after-child', `${name} stands in the log before ${parent.content.id}, which it names`, entry.path);
      }
    }
  }
}

/** Of receipts without a place other findings tell. */
function isBefore(a: Position | undefined, b: Position | undefined): boolean {
  return !a || !b || a.epoch < b.epoch || (a.epoch === b.epoch && a.index < b.index);
}

/** Whether the subject has come to an end. */
function judgeSeal(subject: Pick<Subject, 'type' | 'id'>, chain: readonly Entry[], findings: Findings): boolean {
  const seal = chain.find(({ content }) => content.sealed_count !== undefined);
  if (!seal) return false;
  const { id, sealed_count = 0 } = seal.content;
  if (chain.length !== sealed_count) {
    findings.add('INCOMPLETE', 'seal-differs', `${nameOf(subject)} is sealed with ${sealed_count} receipts, ${chain.length} are here`, seal.path);
  }
  const after = chain.at(-1);
  if (after && after !== seal) {
    findings.add('INVALID', 'after-the-seal', `receipt ${after.content.id} comes after ${id} has sealed ${nameOf(subject)}`, after.path);
  }
  return true;
}

export function nameOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return `${type} ${id}`;
}

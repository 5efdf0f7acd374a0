import type { Person } from './bundle.ts';
import type { Opened } from './commitment.ts';
import type { Findings } from './findings.ts';
import type { Receipt } from './receipts.ts';

/** What stands for an actor whose name was erased. */
const ERASED = '[erased]';

/** A person's handle, proven by the receipt that made the person; null where it is erased. */
export type Handles = ReadonlyMap<string, string | null>;

/** @param receipts of the people, at the same index; null where one could not be read */
export function judgePeople(
  people: readonly Person[],
  receipts: readonly (Receipt | null)[],
  opened: ReadonlyMap<string, Opened>,
  findings: Findings,
): Handles {
  const handles = new Map<string, string | null>();
  for (const [index, { id, handle }] of people.entries()) {
    const path = `people[${index}]`;
    if (handles.has(id)) findings.add('INVALID', 'doubled-person', `${path}: ${id} is there twice`, path);
    handles.set(id, handle);
    const problem = receipts[index] ? problemOf(id, handle, receipts[index], opened) : null;
    if (problem !== null) findings.add('INVALID', 'person-not-bound', `${path}: ${problem}`, path);
  }
  return handles;
}

function problemOf(id: string, handle: string | null, { content, changes }: Receipt, opened: ReadonlyMap<string, Opened>): string | null {
  const { subject, seq, outcome } = content;
  if (subject.type !== 'user' || subject.id !== id || seq !== 1 || outcome !== 'allowed') {
    return `its receipt is not the one that made the user ${id}`;
  }
  const commitment = changes.subject?.row.handle;
  const disclosed = typeof commitment === 'string' ? opened.get(commitment) : undefined;
  if (disclosed?.name !== 'handle') return 'its receipt binds no handle';
  return disclosed.value === handle ? null : `its receipt binds another handle than ${handle ?? 'none'}`;
}

/** Whoever is shown to have acted is whom the receipt binds. */
export function judgeActor({ view, content, path }: Receipt, handles: Handles, opened: ReadonlyMap<string, Opened>, findings: Findings): void {
  const disclosed = opened.get(content.actor);
  const input = opened.get(content.input_digest);
  const wrong = (what: string) => findings.add('INVALID', 'actor-not-bound', `receipt ${view.id}: ${what}`, path);
  if (input && input.name !== 'input') wrong(`its input is disclosed as ${input.name}`);
  if (!disclosed) return;
  if (disclosed.name !== 'actor') wrong(`its actor is disclosed as ${disclosed.name}`);
  const shown = shownActor(disclosed.value, handles);
  if (shown === undefined) {
    findings.add('INCOMPLETE', 'person-missing', `receipt ${view.id}: nothing shows who ${disclosed.value} is`, 'people');
  } else if (view.actor !== shown) wrong(`its actor is shown as ${view.actor}, and bound as ${shown}`);
}

function shownActor(actor: string | null, handles: Handles): string | undefined {
  if (actor === null) return ERASED;
  if (actor.startsWith('system:')) return actor;
  const handle = handles.get(actor);
  return handle === null ? actor : handle;
}

import type { Governed, SubjectChange } from '../sdk/index.ts';
import { canonicalJson, sha256 } from '../sdk/index.ts';
import { NaturalKeys } from './database/tables.ts';
import type { TableWrite } from './write.ts';

export interface NaturalKey {
  readonly type: string;
  readonly name: string;
  readonly digest: string;
}

export function naturalKey({ type }: Pick<Governed<never>, 'type'>, name: string, values: readonly string[]): NaturalKey {
  return { type, name, digest: sha256(canonicalJson(values)) };
}

/**
 * Takes the keys of what comes, and gives up those that a subject no longer has. Of two that want one, the second fails. What one
 * subject gives up and another takes in the same action passes from hand to hand: a statement does not see what it deletes itself.
 */
export function keyWrites(subjects: readonly SubjectChange[]): readonly TableWrite[] {
  const given = subjects.flatMap(({ entity, before, after }) => newIn(keysIn(entity, before), keysIn(entity, after), after.id));
  const taken = subjects.flatMap(({ entity, before, after }) => newIn(keysIn(entity, after), keysIn(entity, before), after.id));
  const givenBy = new Map(given.map((key) => [textOf(key), key.subject_id]));
  const passedOn = new Set(taken.map(textOf));
  return [
    { kind: 'delete', entity: NaturalKeys, rows: given.filter((key) => !passedOn.has(textOf(key))) },
    { kind: 'claim', entity: NaturalKeys, rows: taken.map((key) => ({ ...key, former_id: givenBy.get(textOf(key)) ?? null })) },
  ];
}

/** Those that are not among others. */
function newIn(keys: readonly NaturalKey[], others: readonly NaturalKey[], subject_id: string) {
  const known = new Set(others.map(textOf));
  return keys.filter((key) => !known.has(textOf(key))).map((key) => ({ ...key, subject_id }));
}

function textOf({ type, name, digest }: NaturalKey): string {
  return `${type}/${name}/${digest}`;
}

function keysIn(entity: Governed, row: SubjectChange['before']): readonly NaturalKey[] {
  const keys = row ? (entity.keysOf?.(row) ?? {}) : {};
  return Object.entries(keys).flatMap(([name, values]) => (values ? [naturalKey(entity, name, values)] : []));
}

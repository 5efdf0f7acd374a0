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

/** Takes the keys of what comes, and gives up those that a subject no longer has. Of two that want one, the second fails. */
export function keyWrites(subjects: readonly SubjectChange[]): readonly TableWrite[] {
  const moves = subjects.flatMap(({ entity, before, after }) => {
    const [had, has] = [keysIn(entity, before), keysIn(entity, after)];
    const isIn = (keys: readonly NaturalKey[], key: NaturalKey) => keys.some(({ digest, name }) => digest === key.digest && name === key.name);
    return {
      given: had.filter((key) => !isIn(has, key)),
      taken: has.filter((key) => !isIn(had, key)).map((key) => ({ ...key, subject_id: after.id })),
    };
  });
  return [
    { kind: 'delete', entity: NaturalKeys, rows: moves.flatMap(({ given }) => given.map((key) => ({ ...key }))) },
    { kind: 'claim', entity: NaturalKeys, rows: moves.flatMap(({ taken }) => taken) },
  ];
}

function keysIn(entity: Governed, row: SubjectChange['before']): readonly NaturalKey[] {
  const keys = row ? (entity.keysOf?.(row) ?? {}) : {};
  return Object.entries(keys).flatMap(([name, values]) => (values ? [naturalKey(entity, name, values)] : []));
}

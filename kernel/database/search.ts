import type { Listing } from '../../sdk/index.ts';
import { type Bind, type Conditions, columnOf, narrowed, personalJoins } from './conditions.ts';

/**
 * Those of the rows in which every word is found, somewhere. Texts are compared without case, and as they are: `%` is a percent sign.
 * What is looked in is put together once a row, however many words there are.
 */
export function containing<R>(selected: Conditions, listing: Listing<R>, q: string): Conditions {
  const words = [...new Set(q.split(/\s+/).filter((word) => word !== ''))];
  if (words.length === 0) return selected;
  const found = narrowed(selected, (bind) => [everyWord(idColumnsOf(listing), words, bind)]);
  return { ...found, joins: joinsOf(listing) };
}

/** One term for any words: a statement is prepared once for each shape that it has. */
function everyWord(ids: readonly string[], words: readonly string[], bind: Bind): string {
  const ranges = words.map(idRangeOf);
  const arrays = [
    `${bind(words)}::text[]`,
    `${bind(ranges.map((range) => range?.lowest ?? null))}::uuid[]`,
    `${bind(ranges.map((range) => range?.highest ?? null))}::uuid[]`,
  ];
  const places = ['strpos(sought.text, lower(word.part)) > 0', ...ids.map((column) => `${column} BETWEEN word.lowest AND word.highest`)];
  return `NOT EXISTS (SELECT FROM unnest(${arrays.join(', ')}) AS word (part, lowest, highest) WHERE (${places.join(' OR ')}) IS NOT TRUE)`;
}

/** A word has no line break, so none is found across two texts. OFFSET 0 keeps the planner from working it out for each word. */
function joinsOf<R>(listing: Listing<R>): string {
  const { entity, people } = listing;
  const joins = people.map((name) => personJoin(name, columnOf(entity, name), entity.types[name] === 'uuid'));
  const text = `lower(concat_ws(chr(10), ${textsOf(listing).join(', ')}))`;
  return [personalJoins(entity), ...joins, `CROSS JOIN LATERAL (SELECT ${text} AS text OFFSET 0) sought`].join(' ');
}

function textsOf<R>({ entity, search, people, within }: Listing<R>): readonly string[] {
  const inColumns = search.filter((name) => entity.types[name] === 'text');
  const inActors = people.filter((name) => entity.types[name] === 'text').map((name) => columnOf(entity, name));
  return [
    "''",
    ...inColumns.map((name) => (entity.personal.includes(name) ? `p_${name}.value` : columnOf(entity, name))),
    ...people.map((name) => `who_${name}.handle`),
    ...inActors.map((column) => `CASE WHEN starts_with(${column}, 'system:') THEN ${column} END`),
    ...within.map(
      ([name, member]) => `(SELECT string_agg(e ->> '${member}', chr(10)) FROM jsonb_array_elements(${columnOf(entity, name)}) AS of_${name} (e))`,
    ),
  ];
}

/** The handle of who a column names; an erased person has none. */
function personJoin(name: string, column: string, isId: boolean): string {
  return `LEFT JOIN (
      SELECT ${isId ? 'u.id' : 'u.id::text AS id'}, d.value AS handle FROM users u JOIN disclosures d ON d.tenant_id = $1 AND d.commitment = u.handle
        WHERE u.tenant_id = $1
    ) who_${name} ON who_${name}.id = ${column}`;
}

const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const SHORTEST_ID = 4;

function idColumnsOf<R>({ entity, search }: Listing<R>): readonly string[] {
  return ['id', ...search.filter((name) => entity.types[name] === 'uuid')].map((name) => columnOf(entity, name));
}

/** Of the ids that begin with a word; null for a word that no id begins with, or nearly all do. */
function idRangeOf(word: string): { readonly lowest: string; readonly highest: string } | null {
  const lowest = word + LOWEST.slice(word.length);
  const isBeginning = word.length >= SHORTEST_ID && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(lowest);
  return isBeginning ? { lowest, highest: word + HIGHEST.slice(word.length) } : null;
}

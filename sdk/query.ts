import type { Actor, Route } from './action.ts';
import type { Reader } from './reader.ts';
import type { Static, TSchema } from './schema.ts';

export interface QueryContext<Params> {
  readonly db: Reader;
  readonly tenant: string;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  /** The query string, checked and converted by its schema. */
  readonly query: Params;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface QueryDefinition<Schema extends TSchema> {
  readonly id: string;
  readonly title: string;
  readonly route: Route;
  /** The roles that may ask; everybody of the tenant where it is absent. */
  readonly roles?: readonly string[];
  readonly query: Schema;
  readonly answer?: TSchema;
  /** Runs in a READ ONLY transaction: a write here is refused by the database. */
  run(context: QueryContext<Static<Schema>>): Promise<unknown>;
}

export type Query = QueryDefinition<TSchema>;

export function defineQuery<Schema extends TSchema>(definition: QueryDefinition<Schema>): Query {
  return Object.freeze(definition);
}

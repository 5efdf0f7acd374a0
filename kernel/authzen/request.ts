import { type Static, Type } from '../../sdk/index.ts';
import { errorsIn, inWords } from '../validation.ts';

/** Requests of the AuthZEN Authorization API 1.0, sections 5 to 7. Members that it does not know are ignored. */

const Properties = Type.Optional(Type.Record(Type.String(), Type.Unknown()));
const Name = Type.String({ minLength: 1, maxLength: 500 });
const Entity = Type.Object({ type: Name, id: Name, properties: Properties });
const Action = Type.Object({ name: Name, properties: Properties });
const Context = Type.Record(Type.String(), Type.Unknown());

export const EvaluationRequest = Type.Object({ subject: Entity, action: Action, resource: Entity, context: Type.Optional(Context) });

export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof SEMANTICS)[number];

/** So many may be asked for at once: they are decided, and written down, together. */
export const MAX_EVALUATIONS = 100;

export const EvaluationsRequest = Type.Object({
  subject: Type.Optional(Entity),
  action: Type.Optional(Action),
  resource: Type.Optional(Entity),
  context: Type.Optional(Context),
  options: Type.Optional(Type.Object({ evaluations_semantic: Type.Optional(Type.Enum([...SEMANTICS])) })),
  evaluations: Type.Optional(Type.Array(Type.Object({}), { maxItems: MAX_EVALUATIONS })),
});

/** One question, reduced to what the API knows. */
export interface Evaluation {
  readonly subject: Static<typeof Entity>;
  readonly action: Static<typeof Action>;
  readonly resource: Static<typeof Entity>;
  readonly context: Static<typeof Context>;
}

/** A question that cannot be asked, and why: its place among the others is kept, and answered with false. */
export interface Malformed {
  readonly malformed: string;
}

export function evaluationOf({ subject, action, resource, context = {} }: Static<typeof EvaluationRequest>): Evaluation {
  return { subject: entityOf(subject), action: named(action), resource: entityOf(resource), context };
}

/** Each of the evaluations, with what the request says for all of them where it says nothing itself (section 7.1.1). */
export function evaluationsOf({
  subject,
  action,
  resource,
  context,
  evaluations = [],
}: Static<typeof EvaluationsRequest>): readonly (Evaluation | Malformed)[] {
  const defaults = { subject, action, resource, context };
  return evaluations.map((evaluation) => {
    const merged: unknown = Object.fromEntries(Object.entries({ ...defaults, ...evaluation }).filter(([, value]) => value !== undefined));
    const errors = errorsIn(EvaluationRequest, merged);
    if (errors.length > 0) return { malformed: inWords(errors) };
    return evaluationOf(merged as Static<typeof EvaluationRequest>);
  });
}

function entityOf({ type, id, properties }: Static<typeof Entity>) {
  return { type, id, ...(properties ? { properties } : {}) };
}

function named({ name, properties }: Static<typeof Action>) {
  return { name, ...(properties ? { properties } : {}) };
}

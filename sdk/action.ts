import type { Changes, None } from './changes.ts';
import type { Governed, GovernedRow } from './entity.ts';
import type { Approval, LockingReader } from './reader.ts';
import type { Static, TSchema } from './schema.ts';
import type { Meter } from './usage.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** By media type, what the JSON of a body must be. */
export type BodyMedia = Readonly<Record<string, 'object' | 'list' | 'either'>>;

export interface Route {
  readonly method: Method;
  readonly path: string;
}

/** Who acts: a person of the tenant, or the kernel's own `system:<job>`. */
export interface Actor {
  /** A user id, or `system:<job>`. */
  readonly id: string;
  readonly handle: string;
  readonly roles: readonly string[];
  readonly system: boolean;
}

export interface LoadContext<Input> {
  readonly db: LockingReader;
  readonly tenant: string;
  readonly actor: Actor;
  readonly params: Readonly<Record<string, string>>;
  readonly input: Input;
  /** The pack's settings for this tenant, checked by its schema. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Those that all packs declare. */
  readonly meters: readonly Meter[];
}

/** What `apply` knows. Times come from the database's clock, ids are made before the transaction. */
export interface ActionContext<Input> {
  readonly tenant: string;
  readonly actor: Actor;
  readonly input: Input;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly now: string;
  /** The subject's id; for an action that creates its subject, the id to give it. */
  readonly subjectId: string;
  /** Ids for new rows, UUIDv7: the one thing that differs between two runs of the same `apply`. */
  readonly newId: () => string;
  readonly decision: Decision | null;
  readonly approval: FilledRole | null;
}

export interface Decision {
  readonly id: string;
  readonly allowed: boolean;
  readonly required_approvals: readonly string[];
  /** The required roles whose approval of an earlier content still counts. */
  readonly kept_approvals: readonly string[];
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
}

/** The approval that this action adds, and whether it was the last one that was needed. */
export interface FilledRole {
  readonly approval: Approval;
  readonly complete: boolean;
}

/** What is put up for approval. An approval counts only for the digest of exactly this content. */
export interface ApprovalRound {
  /** The roles that must approve, each to be filled by a different person. */
  readonly required: readonly string[];
  readonly given: readonly Approval[];
  /** Ids of approvals of other content that count all the same, since a policy has said so. */
  readonly kept?: readonly string[];
  /** Who may fill no role, the requester as a rule. */
  readonly excluded: readonly string[];
  readonly content: Readonly<Record<string, unknown>>;
}

/** Which policy judges, and the facts it judges by. `subject` and `action` are added by the kernel. */
export interface PolicyCall<Input, Loaded> {
  readonly entrypoint: string;
  facts(
    loaded: Loaded,
    context: ActionContext<Input>,
  ): {
    readonly resource: Readonly<Record<string, unknown>>;
    readonly context: Readonly<Record<string, unknown>>;
  };
}

export interface ActionDefinition<Schema extends TSchema, Loaded, R extends GovernedRow> {
  readonly id: string;
  readonly title: string;
  /** Absent for an action that only the kernel calls: a job's, an effect's outcome. */
  readonly route?: Route;
  readonly roles: readonly string[];
  readonly input: Schema;
  readonly entity: Governed<R>;
  /** The states in which the action makes sense; none for one that only creates its subject. */
  readonly from: readonly string[];
  /** Bytes of body that it takes, where that is more than others may send. */
  readonly maxBodyBytes?: number;
  /** The media types that it takes, where that is not `application/json` with an object alone. */
  readonly media?: BodyMedia;
  /** What takes long and needs no lock: checked before the transaction begins, and so perhaps more than once. @throws Problem */
  check?(request: { readonly tenant: string; readonly params: Readonly<Record<string, string>>; readonly input: Static<Schema> }): Promise<void>;
  /** `load` reads by the log: what is committed before the action has its place there when it begins. */
  readonly readsLog?: true;
  load(context: LoadContext<Static<Schema>>): Promise<Loaded>;
  /** What its route calls a subject, where that is not its id alone as `:id`. */
  params?(subject: R): Readonly<Record<string, string>>;
  /** The subject among what was loaded; null where the action creates it. */
  subject(loaded: Loaded): R | null;
  readonly approval?: {
    readonly status: 'approved' | 'rejected';
    round(loaded: Loaded): ApprovalRound;
  };
  readonly policy: PolicyCall<Static<Schema>, Loaded> | None;
  /** What of the input its receipt binds, where that is not all of it: people's names belong to the people's own receipts. */
  binds?(input: Static<Schema>): Readonly<Record<string, unknown>>;
  apply(loaded: Loaded, context: ActionContext<Static<Schema>>): Changes;
  /** The status of the answer, 200 unless said. */
  readonly success?: 200 | 201;
  /** It creates its subject or, where it is there, changes it: 201 or 200. */
  readonly upserts?: true;
  readonly answer?: TSchema;
  /** Where the outcome of an effect is read, when the caller waits for it: the query that answers for the subject. */
  readonly settles?: { readonly query: string; readonly while: readonly string[] };
}

export type Action = ActionDefinition<TSchema, unknown, GovernedRow>;

/**
 * Declares a governed action. The declaration is data and a few pure functions: registering it does nothing.
 * @throws TypeError where it names a state that its entity does not have
 */
export function defineAction<Schema extends TSchema, Loaded, R extends GovernedRow>(definition: ActionDefinition<Schema, Loaded, R>): Action {
  const unknown = definition.from.find((state) => !(state in definition.entity.transitions));
  if (unknown !== undefined) throw new TypeError(`${definition.id}: the state "${unknown}" is not one of ${definition.entity.type}`);
  return Object.freeze(definition);
}

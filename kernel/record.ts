import {
  type Action,
  type Actor,
  type Approval,
  type Changes,
  canonicalJson,
  type Entity,
  type FilledRole,
  type Insertion,
  insert,
  isNone,
  type Message,
  type None,
  type SubjectChange,
} from '../sdk/index.ts';
import { LogQueue } from './database/log-tables.ts';
import { PolicyDecisions } from './database/policy-tables.ts';
import type { ActionReader } from './database/reader.ts';
import { Approvals, Disclosures, Receipts, SubjectStates } from './database/tables.ts';
import { graphWrites, kernelEdges } from './graph/record.ts';
import { boundUsage, usageEvents, usageWrites } from './metering/record.ts';
import { keyWrites } from './natural-keys.ts';
import { outboxWrite } from './outbox/record.ts';
import type { JudgedDecision } from './policy/decide.ts';
import { recordDecision } from './policy/record.ts';
import { canonical } from './receipts/canonical.ts';
import { PersonalValues } from './receipts/personal.ts';
import type { Outcome } from './receipts/receipt.ts';
import { type Witness, witness } from './receipts/witness.ts';
import type { Row, TableWrite } from './write.ts';

/** Everything that the rows of an action are made from. */
export interface Happening {
  readonly action: Pick<Action, 'id' | 'entity' | 'binds'>;
  readonly pack: string;
  readonly tenant: string;
  /** The name of the tenant's log. */
  readonly origin: string;
  readonly actor: Actor;
  /** null where it was refused before that was read. */
  readonly input: unknown;
  readonly now: string;
  readonly outcome: Outcome;
  /** The subject as it was; status null where it does not exist yet. */
  readonly subject: { readonly id: string; readonly status: string | null };
  readonly locked: ActionReader['locked'];
  readonly newId: () => string;
  readonly decisions: readonly JudgedDecision[];
  readonly approval: FilledRole | null;
  /** Rows that take earlier approvals away. */
  readonly withdrawals?: readonly Approval[];
  /** null where nothing changes: denied, failed, refused. */
  readonly changes: Changes | null;
  /** What webhooks tell of it, by an effect of the kernel's own. */
  readonly notices?: readonly Message[];
}

export interface ActionRecord {
  readonly writes: readonly TableWrite[];
  /** The receipt of the action's own subject, as an answer names it. */
  readonly receipt: { readonly id: string; readonly leaf_hash: string };
  /** Ids of the pack's outbox messages. */
  readonly messages: readonly string[];
}

/** What nobody has read is bound as nothing. */
function boundInput({ action, input }: Happening): unknown {
  if (input === null) return {};
  return action.binds?.(input) ?? input;
}

/** Turns what happened into rows: the business rows, and everything that witnesses them. */
export function recordOf(happening: Happening): ActionRecord {
  const { tenant, actor, changes, approval, newId, now } = happening;
  const personal = new PersonalValues();
  // The input holds free text, so it is bound by a salted commitment that can be erased, and once for the whole action.
  const input = personal.commit('input', canonicalJson(boundInput(happening)), happening.subject.id);
  const decisions = happening.decisions.map((decision) => recordDecision(decision, personal));
  const judged = changes ? [...(approval ? [approval.approval] : []), ...(happening.withdrawals ?? [])] : [];
  const inserted = [...(changes?.rows ?? []), ...judged.map((row) => insert(Approvals, { tenant, now }, row))];
  const rows = boundRows(happening, inserted, personal);
  const edges = [...listOf(changes?.edges), ...kernelEdges(happening)];
  const usage = usageEvents(happening, listOf(changes?.usage));
  const messages = (changes?.messages ?? []).map((message) => ({ id: newId(), ...message }));
  const notices = (happening.notices ?? []).map((notice) => ({ id: newId(), ...notice }));

  // Each receipt binds its own subject's row and those that belong to it; that of the action's subject, the first, all else that was written.
  const erased = changes?.erases?.toSorted() ?? [];
  const metered = boundUsage(usage);
  const rest = {
    ...{ edges, messages: [...messages, ...notices] },
    ...(metered ? { usage: metered } : {}),
    ...(erased.length > 0 ? { erased } : {}),
  };
  const actorIn = (subjectId: string) => personal.commit('actor', actor.id, subjectId);
  const subjects = (changes?.subjects ?? []).map((change, index) => {
    const isFirst = index === 0;
    const own = rows.filter(({ boundTo }) => (boundTo === null ? isFirst : boundTo === change.after.id));
    const commitments = own.flatMap((row) => row.commitments);
    const row = personal.conceal(change.entity, change.after, columnsOf(change), change.after.id, commitments);
    const written = canonical({
      subject: { type: change.entity.type, row },
      ...(isFirst || own.length > 0 ? { rows: own.map(({ bound }) => bound) } : {}),
      ...(isFirst ? rest : {}),
    });
    return { change, row, witness: witness(happening, change, { written, commitments, decisions, input, actor: actorIn(change.after.id) }) };
  });
  const ofNothing = () =>
    witness(happening, null, {
      written: canonical({ subject: null, rows: rows.map(({ bound }) => bound), ...rest }),
      commitments: rows.flatMap((row) => row.commitments),
      ...{ decisions, input, actor: actorIn(happening.subject.id) },
    });
  const witnesses = subjects.length > 0 ? subjects.map((subject) => subject.witness) : [ofNothing()];
  const own = witnesses[0] as Witness;

  const created = [
    ...subjects.filter(({ change }) => change.before === null).map(({ change }) => ({ entity: change.entity as Entity<never>, row: change.after })),
    ...inserted,
  ];
  return {
    receipt: { id: own.id, leaf_hash: own.leafHash },
    messages: messages.map(({ id }) => id),
    writes: [
      { kind: 'insert', entity: Receipts, rows: witnesses.map(({ receipt }) => receipt) },
      { kind: 'insert', entity: LogQueue, rows: witnesses.map(({ waiting }) => waiting) },
      { kind: 'insert', entity: SubjectStates, rows: witnesses.flatMap(({ state }) => (state ? [state] : [])) },
      ...byTable([
        ...subjects.map(({ change, row }) => subjectWrite(change, row)),
        ...rows.map(({ entity, bound }): TableWrite => ({ kind: 'insert', entity, rows: [bound.row] })),
      ]),
      ...keyWrites(changes?.subjects ?? []),
      { kind: 'insert', entity: PolicyDecisions, rows: decisions.map(({ row }) => ({ ...row, receipt_id: own.id, created_at: now })) },
      ...graphWrites(happening, edges, created, own.id),
      ...usageWrites(usage, own.id),
      { kind: 'insert', entity: Disclosures, rows: personal.rows },
      { kind: 'erase', entity: Disclosures, rows: erased.map((commitment) => ({ commitment })) },
      outboxWrite(happening, messages, notices),
    ],
  };
}

/** A row in the form that its receipt binds, and by whose receipt: null for that of the first subject. */
interface BoundRow {
  readonly entity: Entity<never>;
  readonly bound: { readonly type: string; readonly row: Row };
  readonly commitments: readonly string[];
  readonly boundTo: string | null;
}

/** @throws TypeError for a row that is bound to what the action does not change */
function boundRows({ action, changes, subject }: Happening, inserted: readonly Insertion[], personal: PersonalValues): readonly BoundRow[] {
  const ids = new Set(changes?.subjects.map(({ after }) => after.id));
  return inserted.map(({ entity, row, bound_to: boundTo = null }) => {
    if (boundTo !== null && !ids.has(boundTo))
      throw new TypeError(`${action.id}: a row of ${entity.type} is bound to ${boundTo}, which it does not change`);
    const commitments: string[] = [];
    const concealed = personal.conceal(entity, { ...row }, entity.columns, boundTo ?? subject.id, commitments);
    return { entity, bound: { type: entity.type, row: concealed }, commitments, boundTo };
  });
}

/** Writes to the same table and columns are one, however many rows they come with. */
function byTable(writes: readonly TableWrite[]): readonly TableWrite[] {
  const groups = Map.groupBy(writes, (write) => `${write.kind} ${write.entity.table} ${write.kind === 'update' ? write.set : ''}`);
  return [...groups.values()].flatMap(([first, ...others]) => (first ? [{ ...first, rows: [first, ...others].flatMap(({ rows }) => rows) }] : []));
}

function columnsOf({ entity, before, set }: SubjectChange): readonly string[] {
  return before === null ? entity.columns : ['id', 'status', 'version', 'updated_at', ...set];
}

function subjectWrite({ entity, before, set }: SubjectChange, row: Row): TableWrite {
  return before === null ? { kind: 'insert', entity, rows: [row] } : { kind: 'update', entity, set, rows: [row] };
}

function listOf<T>(declared: readonly T[] | None | undefined): readonly T[] {
  return declared === undefined || isNone(declared) ? [] : (declared as readonly T[]);
}

import { isFinal, type SubjectChange, sha256 } from '../../sdk/index.ts';
import type { RecordedDecision } from '../policy/record.ts';
import type { Happening } from '../record.ts';
import type { Row } from '../write.ts';

import { encodeReceipt } from './receipt.ts';

/** A receipt as it is stored, and the state that it witnesses: none where nothing changed. */
export interface Witness {
  readonly id: string;
  readonly leafHash: string;
  readonly receipt: Row;
  /** Its place in the queue of the log. */
  readonly waiting: Row;
  readonly state: Row | null;
}

/** What a receipt binds, each in the form that goes into it. */
export interface Bound {
  /** Canonical text of what was written. */
  readonly written: string;
  /** Of the personal values in it. */
  readonly commitments: readonly string[];
  readonly decisions: readonly RecordedDecision[];
  /** Commitments, both. */
  readonly input: string;
  readonly actor: string;
}

/**
 * Makes the receipt of one subject's change; with `change` null, of an action that changed nothing.
 * @throws TypeError where the pack changes what it has not locked, or goes where its table of transitions has no way
 */
export function witness(happening: Happening, change: SubjectChange | null, bound: Bound): Witness {
  const { action, tenant, actor, now, outcome, newId } = happening;
  const id = newId();
  const subject = change ? { type: change.entity.type, id: change.after.id } : { type: action.entity.type, id: happening.subject.id };
  const previous = happening.locked.get(subject.id);
  if (change) assertAllowed(happening, change);
  const state = change ? { from: change.before?.status ?? null, to: change.after.status } : { from: happening.subject.status, to: null };
  const seq = change ? change.after.version : null;
  const { bytes, leafHash } = encodeReceipt({
    typ: 'summit-receipt/v1',
    origin: happening.origin,
    id,
    action: action.id,
    subject,
    seq,
    parents: previous ? [previous.toString('base64')] : [],
    actor: bound.actor,
    outcome,
    policy: bound.decisions.map(({ binding }) => binding),
    state,
    input_digest: bound.input,
    changes_digest: sha256(bound.written),
    commitments: bound.commitments.toSorted(),
    at: now,
    ...(change && isFinal(change.entity, change.after.status) ? { sealed_count: change.after.version } : {}),
  });
  return {
    id,
    leafHash: leafHash.toString('base64'),
    receipt: {
      tenant_id: tenant,
      id,
      action: action.id,
      outcome,
      actor: actor.id,
      subject_type: subject.type,
      subject_id: subject.id,
      seq,
      state_from: state.from,
      state_to: state.to,
      leaf_hash: leafHash,
      bytes,
      changes: bound.written,
      decision_ids: bound.decisions.map(({ id: decision }) => decision),
      at: now,
    },
    waiting: { at: now, receipt_id: id, leaf_hash: leafHash, parent: previous ?? null },
    state: change ? { subject_id: subject.id, version: seq, status: state.to, receipt_id: id, leaf_hash: leafHash } : null,
  };
}

function assertAllowed({ action, locked }: Happening, { entity, before, after }: SubjectChange): void {
  if (before && !locked.has(before.id)) {
    throw new TypeError(`${action.id} changes ${entity.type} ${before.id}, which its load has not locked`);
  }
  if (after.version !== (before?.version ?? 0) + 1) {
    throw new TypeError(`${action.id}: ${entity.type} ${after.id} goes from version ${before?.version ?? 0} to ${after.version}`);
  }
  const ways = before ? (entity.transitions[before.status] ?? []) : Object.keys(entity.transitions);
  if (!ways.includes(after.status)) {
    throw new TypeError(`${action.id}: ${entity.type} has no way from ${before?.status ?? 'nothing'} to ${after.status}`);
  }
}

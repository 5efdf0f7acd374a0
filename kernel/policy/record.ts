import { canonicalJson, sha256 } from '../../sdk/index.ts';
import type { PersonalValues } from '../receipts/personal.ts';
import type { Row } from '../write.ts';
import type { JudgedDecision } from './decide.ts';
import { mask } from './mask.ts';

/** A decision in the two forms that outlive it: its row, and what a receipt binds of it. */
export interface RecordedDecision {
  readonly id: string;
  readonly row: Row;
  readonly binding: {
    readonly decision_id: string;
    readonly bundle_digest: string;
    readonly input_digest: string;
    readonly result_digest: string;
  };
}

/** The digests are of what is kept: of a masked input they cover the commitments, which outlive what they stand for. */
export function recordDecision(decision: JudgedDecision, personal: PersonalValues): RecordedDecision {
  const { id, bundle_digest, input_text, result } = decision;
  const kept = mask({ ...decision.input }, decision.mask, (name, value) => personal.commit(name, value, decision.subject_id));
  const text = kept.masked.length === 0 ? input_text : canonicalJson(kept.input);
  return {
    id,
    row: { ...decision, ...kept },
    binding: { decision_id: id, bundle_digest, input_digest: sha256(text), result_digest: sha256(canonicalJson(result)) },
  };
}

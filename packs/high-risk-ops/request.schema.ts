import { Id, Nullable, Strict, Timestamp, Type } from '@summit/sdk';

const Text = Type.String();

/** The request as the API answers it. */
export const RequestAnswer = Strict({
  id: Id,
  type: Text,
  target: Text,
  environment: Text,
  duration_minutes: Type.Integer(),
  justification: Nullable(Text),
  status: Type.Enum(['pending', 'approved', 'executing', 'executed', 'expired', 'revoked', 'rejected', 'cancelled', 'failed', 'lapsed']),
  requester: Type.String({ description: 'A handle' }),
  required_approvals: Type.Array(Text),
  approvals: Type.Array(
    Strict({
      id: Id,
      approver: Text,
      role: Text,
      status: Type.Enum(['approved', 'rejected', 'withdrawn'], { description: 'withdrawn where its approver has left before it was used' }),
      comment: Nullable(Text),
      created_at: Timestamp,
    }),
  ),
  execution: Nullable(
    Strict({
      id: Id,
      status: Text,
      success: Type.Boolean(),
      error: Nullable(Text),
      executor: Type.String({ description: 'The handle of who executed' }),
      target_executor: Type.String({ description: 'The kind of executor that opened the access' }),
      started_at: Timestamp,
      finished_at: Timestamp,
      expires_at: Nullable(Timestamp),
      revoked_at: Nullable(Timestamp),
    }),
  ),
  decision_ids: Type.Array(Id),
  created_at: Timestamp,
  updated_at: Timestamp,
  version: Type.Integer({ minimum: 1 }),
});

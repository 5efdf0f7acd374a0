import type { Item } from '@summit/sdk/ui';

/** As `GET /high-risk-ops/requests/:id` answers it. */
export interface Request extends Item {
  readonly id: string;
  readonly type: string;
  readonly target: string;
  readonly environment: string;
  readonly duration_minutes: number;
  /** null once what is personal in it is erased. */
  readonly justification: string | null;
  readonly status: string;
  readonly requester: string;
  readonly execution: {
    readonly success: boolean;
    readonly error: string | null;
    readonly executor: string;
    readonly target_executor: string;
    readonly started_at: string;
    readonly finished_at: string;
    readonly expires_at: string | null;
    readonly revoked_at: string | null;
  } | null;
  readonly created_at: string;
}

/** What an evidence path answers with `format=summary`. */
export interface Summary {
  readonly type: string;
  readonly id: string;
  readonly subjects: readonly { readonly type: string; readonly id: string }[];
  readonly actions: readonly SummaryAction[];
  /** By name, what the manifest of the bundle will sum up. */
  readonly summary: Readonly<Record<string, { readonly value: unknown }>>;
  readonly approvals: ApprovalsNeeded;
  readonly counts: Readonly<Record<'receipts' | 'logged' | 'missing', number>>;
  readonly bundle: { readonly path: string; readonly verify: string; readonly policy: string };
}

export interface SummaryAction {
  /** null where a receipt is missing: nobody knows what was done. */
  readonly action: string | null;
  readonly outcome: string | null;
  readonly actor: string | null;
  readonly at: string | null;
  readonly subject: { readonly type: string; readonly id: string };
  readonly seq: number | null;
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly receipt: SummaryReceipt;
}

export interface SummaryReceipt {
  readonly id: string | null;
  /** Base64. */
  readonly leaf_hash: string | null;
  readonly log_index: number | null;
  /** As far as the server says; that is verified is not for it to say. */
  readonly state: string;
}

export interface ApprovalsNeeded {
  readonly required: readonly string[];
  readonly needed: number;
  readonly received: number;
  readonly given: readonly {
    readonly id: string;
    readonly role: string;
    readonly status: string;
    readonly approver: string;
    readonly created_at: string;
    readonly counts: boolean;
  }[];
  readonly reasons: readonly { readonly rule: string; readonly message: string }[];
}

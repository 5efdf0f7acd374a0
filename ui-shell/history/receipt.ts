/** As `GET /receipts` answers them. */
export interface Receipt {
  readonly id: string;
  readonly action: string;
  readonly outcome: 'allowed' | 'denied' | 'failed' | 'refused';
  readonly actor: string;
  readonly state: { readonly from: string | null; readonly to: string | null };
  readonly decision_ids: readonly string[];
  readonly at: string;
  /** Base64. */
  readonly leaf_hash: string;
  /** null while it waits for the log. */
  readonly log_index: number | null;
}

export interface ReceiptPage {
  readonly items: readonly Receipt[];
  readonly next_cursor: string | null;
}

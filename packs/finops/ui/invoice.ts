import type { Line } from '@summit/sdk/rating';
import type { Item } from '@summit/sdk/ui';

export type { Line };

export interface CreditNote {
  readonly number: string;
  readonly amount: string;
  readonly comment: string | null;
  readonly created_at: string;
}

/** As `GET /billing/invoices/:tenant_id/:period` answers it. */
export interface Invoice extends Item {
  /** null where nothing of the month has been rated yet. */
  readonly id: string | null;
  readonly number: string | null;
  readonly tenant_id: string;
  readonly period: string;
  readonly currency: string;
  readonly status: 'draft' | 'finalized' | 'void' | 'credited';
  readonly lines: readonly Line[];
  readonly total: string;
  readonly credited_total: string;
  readonly plan_id: string;
  readonly plan_version: number;
  readonly time_zone: string;
  readonly credit_notes: readonly CreditNote[];
  readonly updated_at: string | null;
  readonly finalized_at: string | null;
  readonly voided_at: string | null;
  readonly void_reason: string | null;
}

/** What names this invoice and no other. */
export function pathOf({ tenant_id, number, period }: Invoice): string {
  return `/billing/invoices/${tenant_id}/${number ?? period}`;
}

import type { Finding, Line } from '../index.ts';

/** What the page asks its worker. */
export interface Asked {
  readonly bundle: Uint8Array;
  readonly policy: string;
  readonly state: string | null;
  readonly promise: string | null;
  readonly nonce: string | null;
}

/** What it answers, once: a report, or why there is none. */
export type Answered =
  | {
      readonly kind: 'report';
      readonly ok: boolean;
      readonly title: string;
      readonly lines: readonly Line[];
      readonly findings: readonly Finding[];
      /** What to remember of the logs from now on; null where the bundle is not verified. */
      readonly state: string | null;
    }
  | { readonly kind: 'failure'; readonly message: string };

import { type Item, messagesOf, words } from '../../sdk/ui/index.ts';

export interface Run extends Item {
  readonly id: string;
  readonly kind: 'backtest' | 'replay';
  readonly candidate: string | null;
  readonly since: string | null;
  readonly status: 'running' | 'done' | 'failed';
  readonly error: string | null;
  readonly created_at: string;
  /** Of one run only, not of those in the list. */
  readonly progress?: { readonly evaluated: number; readonly skipped: number; readonly total: number | null };
  readonly report?: Report | null;
}

export interface Report {
  readonly evaluated: number;
  readonly not_replayable: number;
  readonly late: number;
  readonly differences: Readonly<Record<string, number>>;
  readonly rules: readonly { readonly difference: string; readonly rule: string; readonly count: number }[];
  readonly blast_radius: {
    readonly subjects: Readonly<Record<string, number>>;
    readonly approvals: number;
    readonly people: number;
    readonly reached: Readonly<Record<string, number>>;
  };
}

const say = messagesOf({
  failed: 'the policy fails',
  'allow-to-deny': 'allowed before, refused now',
  'deny-to-allow': 'refused before, allowed now',
  approvals: 'other approvals needed',
  reasons: 'other reasons',
  other: 'other result',
});

/** How a decision comes out otherwise, the gravest first. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  failed: say('failed'),
  'allow-to-deny': say('allow-to-deny'),
  'deny-to-allow': say('deny-to-allow'),
  approvals: say('approvals'),
  reasons: say('reasons'),
  other: say('other'),
};

const GRAVITY = Object.keys(DIFFERENCES);

export function differenceWords(difference: string): string {
  return DIFFERENCES[difference] ?? words(difference);
}

export function byGravity([a]: readonly [string, number], [b]: readonly [string, number]): number {
  return GRAVITY.indexOf(a) - GRAVITY.indexOf(b);
}

import type { User } from './site.ts';

/** What a client wants to be done. */
export interface Order {
  readonly user: User;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** The same, however often it is sent. */
  readonly key: string;
}

export interface Receipt {
  readonly id: string;
  readonly leaf_hash: string;
  readonly promise: string;
}

/** What was answered to who wanted it: Summit has taken responsibility for it. */
export interface Acknowledged extends Order {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly receipt: Receipt;
  /** By the monotonic clock of this process, in milliseconds. */
  readonly at: number;
  /** How often it had to be sent. */
  readonly attempts: number;
}

/** What clients keep of what they were told, to hold against what is there. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  /** What no client should ever see, in words. */
  readonly surprises: string[] = [];
  /** Answers that said: not now, by their code; `nothing` where there was none. */
  readonly refusals = new Map<string, number>();
  /** Sent, and nobody knows what became of it. */
  readonly open = new Map<string, Order>();
  /** How long the longest attempt took, in milliseconds, whatever came of it. */
  longest = 0;
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  acknowledge(entry: Acknowledged): void {
    this.acknowledged.push(entry);
    this.open.delete(entry.key);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.acknowledged.length < count) return true;
      resolve();
      return false;
    });
  }

  refused(code: string): void {
    this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  /** Resolves once so many more are acknowledged. @throws Error where that takes too long */
  async more(count: number, withinMs: number): Promise<void> {
    const reached = new Promise<void>((resolve) => this.#waiting.push({ count: this.acknowledged.length + count, resolve }));
    let patience: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      patience = setTimeout(() => reject(new Error(`within ${withinMs / 1_000} s not ${count} more writes were acknowledged`)), withinMs);
    });
    try {
      await Promise.race([reached, tooLong]);
    } finally {
      clearTimeout(patience);
    }
  }
}

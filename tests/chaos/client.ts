import { setTimeout as sleep } from 'node:timers/promises';
import type { Acknowledged, Ledger, Order, Receipt } from './ledger.ts';
import type { Random } from './random.ts';
import type { Site, User } from './site.ts';

/** A client waits no longer for one answer. What takes longer hangs. */
const ATTEMPT_MS = 60_000;
/** A client asks no longer for one thing, however many attempts that takes. */
const PATIENCE_MS = 180_000;
const PAUSE_MS = 100;
/** Between two writes, at most: what others are told of goes out in batches of 20, each two seconds, and is to come to an end. */
const THINK_MS = 200;
/** So often is something sent again that was answered. */
const RESENT = 0.05;

/** Not now, or not known: the same is to be sent again. `conflict` is what a late one is told while the first is underway. */
const TRY_AGAIN: ReadonlySet<string> = new Set(['unavailable', 'conflict']);

interface Answer {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One who uses Summit as docs tell: through any replica, and with the same `Idempotency-Key` until there is an answer. */
export class Client {
  readonly #site: Site;
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(site: Site, ledger: Ledger, random: Random) {
    this.#site = site;
    this.#ledger = ledger;
    this.#random = random;
  }

  /** @throws Error where it is refused for good, or never answered: then it is on the ledger */
  async write(order: Order): Promise<Acknowledged> {
    await sleep(this.#random.between(0, THINK_MS));
    this.#ledger.open.set(order.key, order);
    const deadline = performance.now() + PATIENCE_MS;
    for (let attempts = 1; ; attempts++) {
      const answer = await this.#attempt('POST', order.user, order.path, order);
      if (answer && answer.status < 300) {
        const entry = acknowledged(order, answer, attempts);
        this.#ledger.acknowledge(entry);
        if (this.#random.chance(RESENT)) await this.#again(entry);
        return entry;
      }
      if (answer && !isTransient(answer)) {
        this.#ledger.open.delete(order.key);
        throw this.#surprise(`POST ${order.path} by ${order.user} (attempt ${attempts}) was answered ${told(answer)}`);
      }
      if (performance.now() > deadline) throw this.#surprise(`POST ${order.path} was not answered within ${PATIENCE_MS / 1_000} s`);
      await sleep(this.#random.between(PAUSE_MS / 2, PAUSE_MS * 2));
    }
  }

  /** Asks until there is an answer. @throws Error where there is none, or not the right one */
  async read(user: User, path: string): Promise<Readonly<Record<string, unknown>>> {
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const answer = await this.#attempt('GET', user, path);
      if (answer?.status === 200) return answer.body;
      if (answer && !isTransient(answer)) throw this.#surprise(`GET ${path} was answered ${told(answer)}`);
      if (performance.now() > deadline) throw this.#surprise(`GET ${path} was not answered within ${PATIENCE_MS / 1_000} s`);
      await sleep(PAUSE_MS);
    }
  }

  /** What was answered is answered the same, if at all. */
  async #again(first: Acknowledged): Promise<void> {
    const answer = await this.#attempt('POST', first.user, first.path, first);
    if (!answer || isTransient(answer)) return;
    const receipt = receiptOf(answer.body);
    if (answer.isReplayed && answer.body.id === first.id && receipt?.id === first.receipt.id && receipt.leaf_hash === first.receipt.leaf_hash) return;
    this.#surprise(`POST ${first.path}, sent again with the key of ${first.id}, was answered ${told(answer)}`);
  }

  /** @returns null where there was no answer */
  async #attempt(method: 'GET' | 'POST', user: User, path: string, order?: Order): Promise<Answer | null> {
    const ready = this.#site.replicas.filter(({ isReady }) => isReady);
    if (ready.length === 0) return this.#none();
    const { url } = this.#random.pick(ready);
    const begun = performance.now();
    const headers = { authorization: `Bearer ${this.#site.tokenOf(user)}`, 'content-type': 'application/json', 'idempotency-key': order?.key ?? '' };
    try {
      const response = await fetch(url + path, {
        ...{ method, headers, signal: AbortSignal.timeout(ATTEMPT_MS) },
        ...(order ? { body: JSON.stringify(order.body) } : {}),
      });
      const body = (await response.json()) as Answer['body'];
      const answer = { status: response.status, isReplayed: response.headers.get('idempotent-replayed') === 'true', body };
      if (answer.status >= 400) this.#ledger.refused(`${answer.status} ${body.code}`);
      return answer;
    } catch (error) {
      if (error instanceof DOMException && error.name === 'TimeoutError')
        this.#surprise(`${method} ${path} hangs: it was not answered within ${ATTEMPT_MS / 1_000} s`);
      return this.#none();
    } finally {
      this.#ledger.longest = Math.max(this.#ledger.longest, performance.now() - begun);
    }
  }

  #none(): null {
    this.#ledger.refused('no answer');
    return null;
  }

  #surprise(what: string): Error {
    this.#ledger.surprises.push(what);
    return new Error(what);
  }
}

function isTransient({ status, body }: Answer): boolean {
  return status >= 400 && TRY_AGAIN.has(String(body.code));
}

function told({ status, isReplayed, body }: Answer): string {
  return `${status}${isReplayed ? ', replayed' : ''}: ${JSON.stringify(body).slice(0, 300)}`;
}

function acknowledged(order: Order, { body }: Answer, attempts: number): Acknowledged {
  const receipt = receiptOf(body);
  if (typeof body.id !== 'string' || typeof body.status !== 'string' || typeof body.version !== 'number' || !receipt)
    throw new TypeError(`POST ${order.path} answers no governed write: ${JSON.stringify(body)}`);
  return { ...order, id: body.id, status: body.status, version: body.version, receipt, at: performance.now(), attempts };
}

function receiptOf({ receipt }: Answer['body']): Receipt | null {
  return typeof receipt === 'object' && receipt !== null && 'id' in receipt && 'leaf_hash' in receipt && 'promise' in receipt
    ? { id: String(receipt.id), leaf_hash: String(receipt.leaf_hash), promise: String(receipt.promise) }
    : null;
}

import { Webhook } from 'standardwebhooks';
import type { WebhookSecrets } from '../log/signer.ts';
import { secretOf } from './endpoints.ts';
import type { guardedFetch } from './guarded-fetch.ts';
import { NOT_PUBLIC, Reach } from './reach.ts';

type Send = ReturnType<typeof guardedFetch>;

/** For connection and answer together. */
const TIMEOUT_MS = 10_000;
const GONE = 410;

interface Sending {
  readonly tenant: string;
  readonly endpoint: { readonly id: string; readonly url: string };
  /** The same at each attempt: by it the receiver can tell that something comes again. */
  readonly messageId: string;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

interface SenderServices {
  readonly webhookSecrets: WebhookSecrets;
  /** Where webhooks may go beside the public internet. */
  readonly webhookNetworks: readonly string[];
  /** Ten seconds unless said. */
  readonly timeoutMs?: number;
}

/** Sends to endpoints, signed as https://www.standardwebhooks.com says. */
export class WebhookSender {
  readonly #secrets: WebhookSecrets;
  readonly #reach: Reach;
  readonly #timeoutMs: number;
  #opening: Promise<Send> | undefined;

  constructor({ webhookSecrets, webhookNetworks, timeoutMs = TIMEOUT_MS }: SenderServices) {
    this.#secrets = webhookSecrets;
    this.#reach = new Reach(webhookNetworks);
    this.#timeoutMs = timeoutMs;
  }

  /** @throws Error unless the receiver has taken it, or says that it is gone for good: its message may be kept, and shown, and has no more of it than a code */
  async send(sending: Sending): Promise<'taken' | 'gone'> {
    const { endpoint, signal } = sending;
    const status = await this.#post(sending).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new Error(`the endpoint ${endpoint.id} ${whyNot(error)}`, { cause: error });
    });
    if (status === GONE) return 'gone';
    if (status < 200 || status > 299) throw new Error(`the endpoint ${endpoint.id} answers ${status}`);
    return 'taken';
  }

  /** @returns the status of the answer */
  async #post({ tenant, endpoint, messageId, body, signal }: Sending): Promise<number> {
    const send = await this.#open();
    const text = JSON.stringify(body);
    const sentAt = new Date();
    const response = await send(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': messageId,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
        'webhook-signature': new Webhook(secretOf(this.#secrets, tenant, endpoint.id)).sign(messageId, sentAt, text),
      },
      body: text,
      signal: AbortSignal.any([signal, AbortSignal.timeout(this.#timeoutMs)]),
    });
    // What it says beside its status is not read, however much that is.
    await response.body?.cancel();
    return response.status;
  }

  /** Where nobody is told of anything, it is not even loaded. */
  #open(): Promise<Send> {
    this.#opening ??= import('./guarded-fetch.ts').then(
      ({ guardedFetch }) => guardedFetch(this.#reach),
      (error: unknown) => {
        this.#opening = undefined;
        throw error;
      },
    );
    return this.#opening;
  }
}

/** Without what only the log may hold: addresses inside, and texts that the other side chooses, such as those of its certificate. */
function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be reached';
  if (error.name === 'TimeoutError') return 'does not answer in time';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code === NOT_PUBLIC) return 'leads to an address that is not on the public internet';
  return code === null ? 'cannot be reached' : `cannot be reached (${code})`;
}

import { promiseText } from '../../sdk/verify/promise.ts';
import type { Config } from '../config/config.ts';
import { logOrigin, promiseKeyName, tenantOrigin } from './names.ts';
import type { NoteSigner } from './note-signer.ts';

/** A receipt is in the log so many seconds after it was promised. */
const INTEGRATE_WITHIN_SECONDS = 60;

/**
 * Promises, in the answer of a write, that its receipt will be in the log: the one thing that convicts whoever deletes a
 * receipt before it has its place there. Signed by a local key, since each write signs one.
 */
export class Promises {
  readonly #host: string;
  readonly #signer: NoteSigner;

  constructor({ config, promiseSigner }: { config: Pick<Config, 'origin'>; promiseSigner: NoteSigner }) {
    this.#host = config.origin;
    this.#signer = promiseSigner;
  }

  /** @param leafHash base64 @param now RFC 3339 */
  async of(tenant: string, epoch: number, leafHash: string, now: string): Promise<string> {
    const origin = logOrigin(tenantOrigin(this.#host, tenant), epoch);
    const by = Math.floor(Date.parse(now) / 1_000) + INTEGRATE_WITHIN_SECONDS;
    return this.#signer.note(promiseKeyName(origin), promiseText({ origin, leafHash, integrateBy: BigInt(by) }));
  }
}

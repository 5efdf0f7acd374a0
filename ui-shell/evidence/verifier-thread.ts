import { bytes as sizeOf } from '../../sdk/ui/index.ts';
import type { Answered, Asked } from '../../sdk/verify/index.ts';
import { say } from './messages.ts';

const MOST_BYTES = 128 * 1_048_576;
const LIMIT_MS = 60_000;

/**
 * Verifies as `summit verify` does, in a thread of its own: it may compile the policies that it replays, which the page may
 * not, and it is ended where one of them does not end.
 * @throws Error where there is no answer in time; DOMException `AbortError` where nobody wants it any more
 */
export function verifyInThread(asked: Asked, signal: AbortSignal): Promise<Answered> {
  if (asked.bundle.length > MOST_BYTES) return Promise.reject(new Error(say('check.too-large', { size: sizeOf(MOST_BYTES) })));
  const worker = new Worker(document.body.dataset.verifier ?? '', { type: 'module' });
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const timer = setTimeout(() => reject(new Error(say('check.too-late', { seconds: LIMIT_MS / 1_000 }))), LIMIT_MS);
  const stop = () => reject(new DOMException(say('check.stopped'), 'AbortError'));
  signal.addEventListener('abort', stop);
  worker.addEventListener('message', ({ data }: MessageEvent<Answered>) => resolve(data));
  worker.addEventListener('error', ({ message }) => reject(new Error(say('check.broke', { reason: message }))));
  worker.postMessage(asked);
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    worker.terminate();
  });
}

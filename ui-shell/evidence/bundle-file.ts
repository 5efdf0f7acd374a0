import { ApiError, download } from '../../sdk/ui/index.ts';
import { say } from './messages.ts';

/** A bundle as it was fetched, to verify and to keep the same bytes. */
export interface BundleFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filename: string;
  /** Lowercase hex. */
  readonly sha256: string;
}

export type FetchProgress = { readonly kind: 'fetching'; readonly received: number; readonly total: number | null } | { readonly kind: 'waiting' };

interface FetchOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
}

/** The server waits for the log itself for a while; after that it is asked again so many times. */
const TRIES = 4;
const PAUSE_MS = 2_000;

/** @throws ApiError */
export async function fetchBundle(path: string, { signal, onProgress }: FetchOptions): Promise<BundleFile> {
  for (let attempt = 1; ; attempt++) {
    try {
      onProgress({ kind: 'fetching', received: 0, total: null });
      const { bytes, filename } = await download(path, {
        signal,
        onProgress: (received, total) => onProgress({ kind: 'fetching', received, total }),
      });
      return { bytes, filename: filename ?? `${path.slice(1).replaceAll('/', '-')}.json`, sha256: await sha256(bytes) };
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 503) || attempt === TRIES) throw error;
      onProgress({ kind: 'waiting' });
      await pause(signal);
    }
  }
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PAUSE_MS);
  signal.addEventListener('abort', () => {
    clearTimeout(timer);
    reject(new DOMException(say('check.stopped'), 'AbortError'));
  });
  return promise;
}

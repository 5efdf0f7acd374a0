import { effect } from '@preact/signals';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { ApiError, get, online } from './api.ts';

/** What was asked for, as far as it is there. `value` stays while it is asked for again, so that nothing jumps. */
export interface Resource<T> {
  readonly value: T | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  /** When the value came, in milliseconds since 1970. */
  readonly at: number;
  readonly reload: () => void;
}

interface State<T> {
  readonly path: string | null;
  readonly value: T | null;
  readonly error: ApiError | null;
  readonly loading: boolean;
  readonly at: number;
}

/** What was last seen at a path, so that going back shows it at once; it is asked for again all the same. */
const seen = new Map<string, { readonly value: unknown; readonly at: number; readonly read: unknown }>();
const MOST_SEEN = 100;

interface Asked<T> {
  /** `getAll` for a list that is wanted whole; the same function at each call. */
  readonly read?: (path: string, options: { readonly signal?: AbortSignal }) => Promise<T>;
  /** What the answer hangs on beside the path: another asks again. */
  readonly per?: string | number;
  /** What was there stays until the answer for another path comes: the next page, the same in another order. */
  readonly keep?: boolean;
}

/** Asks for a path of the API, again whenever it changes. @param path null asks for nothing */
export function useResource<T>(path: string | null, { read = get<T>, per, keep = false }: Asked<T> = {}): Resource<T> {
  const [round, setRound] = useState(0);
  const [state, setState] = useState<State<T>>(() => begun(path, read));

  // A new round asks again for the same path.
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    setState((before) => (before.path === path ? { ...before, loading: true } : begun(path, read, keep ? before : null)));
    read(path, { signal: stop.signal }).then(
      (value) => {
        const at = Date.now();
        remember(path, { value, at, read });
        if (!stop.signal.aborted) setState({ path, value, error: null, loading: false, at });
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        const known = error instanceof ApiError ? error : new ApiError(0, { code: 'unknown', detail: String(error) });
        setState({ ...begun<T>(path, read), error: known, loading: false });
      },
    );
    return () => stop.abort();
  }, [path, round, per]);

  const reload = useCallback(() => setRound((count) => count + 1), []);
  const isCutOff = state.error?.code === 'offline';
  // What the server could not be asked for is asked for once it is there again.
  useEffect(() => (isCutOff ? effect(() => void (online.value && reload())) : undefined), [isCutOff]);

  const shown = state.path === path ? state : begun<T>(path, read, keep ? state : null);
  return { value: shown.value, error: shown.error, loading: shown.loading, at: shown.at, reload };
}

/** @param before what stays until the answer comes, where nothing was seen there yet */
function begun<T>(path: string | null, read: unknown, before: Pick<State<T>, 'value' | 'at'> | null = null): State<T> {
  const known = path === null ? undefined : (seen.get(path) as { readonly value: T; readonly at: number; readonly read: unknown } | undefined);
  // One page of a list is not the whole of it.
  const { value, at } = (known?.read === read ? known : null) ?? before ?? { value: null, at: 0 };
  return { path, value, error: null, loading: path !== null, at };
}

function remember(path: string, found: { readonly value: unknown; readonly at: number; readonly read: unknown }): void {
  seen.delete(path);
  seen.set(path, found);
  const [oldest] = seen.keys();
  if (seen.size > MOST_SEEN && oldest !== undefined) seen.delete(oldest);
}

/**
 * Another person must not see what the one before did.
 *
 * @internal
 */
export function forgetAll(): void {
  seen.clear();
}

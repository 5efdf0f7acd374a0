import { useCallback, useRef } from 'preact/hooks';
import { type Answered, ApiError, send } from './api.ts';

type Write = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown) => Promise<Answered<T>>;

/** A write that may be tried again: where no answer came, the same body has the same key, so that it is done once. */
export function useWrite(): Write {
  const open = useRef<{ readonly request: string; readonly key: string } | null>(null);
  return useCallback(async <T>(method: Parameters<Write>[0], path: string, body: unknown) => {
    const request = JSON.stringify([method, path, body]);
    if (open.current?.request !== request) open.current = { request, key: crypto.randomUUID() };
    try {
      const answered = await send<T>(method, path, body, { idempotencyKey: open.current.key });
      open.current = null;
      return answered;
    } catch (error) {
      // What was answered is over; asked for again it may be answered otherwise.
      if (error instanceof ApiError && error.status > 0 && error.status < 500) open.current = null;
      throw error;
    }
  }, []);
}

import { useCallback, useRef } from 'preact/hooks';
import { type Answered, ApiError, send } from './api.ts';
import { keepOpenWrite, type OpenWrite, openWrite } from './draft.ts';

type Write = <T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body: unknown) => Promise<Answered<T>>;

/**
 * A write that may be tried again: where no answer came, the same body has the same key, so that it is done once.
 * @param draft whose form is sent: it is the same write also after the page was loaded anew
 */
export function useWrite(draft?: string): Write {
  const open = useRef<OpenWrite | null>(null);
  return useCallback(
    async <T>(method: Parameters<Write>[0], path: string, body: unknown) => {
      const set = (write: OpenWrite | null) => {
        open.current = write;
        keepOpenWrite(draft, write);
      };
      const request = JSON.stringify([method, path, body]);
      const before = open.current ?? openWrite(draft);
      const write = before?.request === request ? before : { request, key: crypto.randomUUID() };
      set(write);
      try {
        const answered = await send<T>(method, path, body, { idempotencyKey: write.key });
        set(null);
        return answered;
      } catch (error) {
        // What was answered is over; asked for again it may be answered otherwise.
        if (error instanceof ApiError && error.status > 0 && error.status < 500) set(null);
        throw error;
      }
    },
    [draft],
  );
}

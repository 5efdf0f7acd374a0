import { useEffect, useRef } from 'preact/hooks';

/** What an action has done, as the log tells it. */
export interface Happening {
  readonly receipt_id: string;
  readonly action: string;
  readonly outcome: string;
  readonly subject: { readonly type: string; readonly id: string };
  readonly state: { readonly from: string | null; readonly to: string | null };
  /** Which change of its subject it was, and so the subject's version since; null where it changed nothing. */
  readonly seq: number | null;
}

/** Hears of what happens. null: more has happened than was told, so what is shown is to be asked for again. */
export type Listener = (happening: Happening | null) => void;

const listeners = new Set<Listener>();

/**
 * Tells every part of the page that listens.
 *
 * @internal
 */
export function announce(happening: Happening | null): void {
  for (const listener of listeners) listener(happening);
}

/** Calls back for each happening while the component is there. */
export function useHappenings(listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const told: Listener = (happening) => latest.current(happening);
    listeners.add(told);
    return () => {
      listeners.delete(told);
    };
  }, []);
}

import { useEffect, useHappenings, useRef } from '../sdk/ui/index.ts';

/** What adds up many things changes with each of them: so often at most is it asked for again. */
const APART_MS = 5_000;

/** Asks again when something has happened, and once for all that happens soon after one another. */
export function useReloading(reload: () => void): void {
  const last = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useHappenings(() => {
    timer.current ??= setTimeout(
      () => {
        timer.current = null;
        last.current = Date.now();
        reload();
      },
      Math.max(0, last.current + APART_MS - Date.now()),
    );
  });
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
}

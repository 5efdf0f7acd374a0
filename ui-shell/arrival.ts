import { useEffect, useRef } from '../sdk/ui/index.ts';

/** How long a page may take to grow as long as it was. */
const GROWTH_MS = 3_000;

/** How far down a page was read. Each entry of the browser's history keeps its own, so that a reload does too. */
interface Visited {
  readonly page?: string;
  readonly scrolled?: number;
}

/**
 * A new page begins at its top, with the keyboard in it; one that is gone back to, where it was left.
 * @param page what tells one page from another: the tabs of a record are one
 */
export function useArrival(page: string): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    history.scrollRestoration = 'manual';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const keep = (at: string) => {
      // By then another entry may be there.
      if (location.href === at) history.replaceState({ page: before.current ?? '', scrolled: scrollY } satisfies Visited, '');
    };
    const scrolled = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, 100, location.href);
    };
    addEventListener('scroll', scrolled, { passive: true });
    return () => removeEventListener('scroll', scrolled);
  }, []);
  useEffect(() => {
    const isFirst = before.current === null;
    before.current = page;
    const visited = history.state as Visited | null;
    if (visited?.page === page) return scrollOnceLongEnough(visited.scrolled ?? 0);
    if (isFirst) return;
    scrollTo(0, 0);
    const main = document.getElementById('content');
    // A page that has put the keyboard somewhere knows better.
    if (main && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  }, [page]);
}

/** What it shows may still be on its way. Whoever scrolls meanwhile is let be. */
function scrollOnceLongEnough(to: number): () => void {
  const stop = new AbortController();
  const length = new ResizeObserver(() => {
    scrollTo(0, to);
    if (Math.abs(scrollY - to) < 1) stop.abort();
  });
  stop.signal.addEventListener('abort', () => length.disconnect());
  for (const event of ['wheel', 'touchmove', 'keydown', 'pointerdown'])
    addEventListener(event, () => stop.abort(), { signal: stop.signal, passive: true });
  setTimeout(() => stop.abort(), GROWTH_MS);
  length.observe(document.body);
  return () => stop.abort();
}

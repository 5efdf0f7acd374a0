import { announce, get, type Happening, lost, reached, signal, signedOut, useEffect } from '../sdk/ui/index.ts';
import { refreshCatalog } from './session.ts';

/** Whether what happens is told at once. */
export const liveness = signal(false);

/** What changes what there is for a person. */
const CHANGES_CATALOG = /^(pack-enablement|user|tenant)$/;

/** A browser has few connections for one server: a page that nobody has seen for so long gives up its own. */
const UNSEEN_MS = 30_000;

/** How long the browser, which tries again by itself, is left to it before a closed stream is opened anew. */
const REOPEN_MS = 5_000;

/** Listens while the shell is open. The browser resumes by itself where it was cut off. */
export function useLive(): void {
  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unseen: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      clearTimeout(timer);
      // One that is opened anew does not know what was missed.
      const isAnew = source !== null;
      source?.close();
      const opened = new EventSource('/events');
      source = opened;
      opened.onopen = () => {
        liveness.value = true;
        reached();
        if (isAnew) announce(null);
      };
      opened.onerror = () => {
        const isRefused = opened.readyState === EventSource.CLOSED;
        // A stream may end and be taken up again at once; a second failure is one to connect.
        if (!liveness.value && !isRefused) lost();
        liveness.value = false;
        if (isRefused) refused();
      };
      opened.addEventListener('receipt', ({ data }: MessageEvent<string>) => told(JSON.parse(data) as Happening));
      opened.addEventListener('resync', () => announce(null));
    };
    // A refusal closes it for good, and does not say why: a session that is over is found by asking for it.
    const refused = () => {
      const again = () => {
        if (!signedOut.value) timer = setTimeout(open, REOPEN_MS);
      };
      get('/session').then(again, again);
    };
    const cutOff = () => {
      liveness.value = false;
      lost();
    };
    const seen = () => {
      clearTimeout(unseen);
      if (document.hidden) unseen = setTimeout(() => source?.close(), UNSEEN_MS);
      else if (source?.readyState === EventSource.CLOSED) open();
    };
    open();
    document.addEventListener('visibilitychange', seen);
    addEventListener('offline', cutOff);
    addEventListener('online', open);
    return () => {
      clearTimeout(timer);
      clearTimeout(unseen);
      source?.close();
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('offline', cutOff);
      removeEventListener('online', open);
    };
  }, []);
}

function told(happening: Happening): void {
  announce(happening);
  if (CHANGES_CATALOG.test(happening.subject.type)) refreshCatalog().catch(reportError);
}

import type { Page, Request } from 'playwright-core';

const STILL_MS = 400;
const AT_MOST_MS = 20_000;

/** Follows what a page loads. @returns waits until nothing has been under way for a moment; the stream of events does not count, which never ends */
export function quietOf(page: Page): () => Promise<void> {
  const underWay = new Set<Request>();
  let since = performance.now();
  const ended = (request: Request) => {
    underWay.delete(request);
    since = performance.now();
  };
  page.on('request', (request) => {
    if (!request.url().endsWith('/events')) underWay.add(request);
  });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  return async () => {
    const until = performance.now() + AT_MOST_MS;
    since = performance.now();
    while ((underWay.size > 0 || performance.now() - since < STILL_MS) && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
}

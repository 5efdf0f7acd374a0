import type { Page } from 'playwright-core';
import { barriers, settled } from './switchboard.ts';

export const WIDE = { width: 1280, height: 800 };
export const NARROW = { width: 320, height: 640 };

/** How a page is looked at: everybody's eyes and screens between them. */
const LOOKS = {
  'light and wide': { colorScheme: 'light', size: WIDE },
  'light and narrow': { colorScheme: 'light', size: NARROW },
  'dark and wide': { colorScheme: 'dark', size: WIDE },
  'dark and narrow': { colorScheme: 'dark', size: NARROW },
} as const;
export type Look = keyof typeof LOOKS;

/** What keeps somebody from using what is shown, each with where it was. */
export async function looked(page: Page, where: string, looks: readonly Look[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [index, look] of looks.entries()) {
    const { colorScheme, size } = LOOKS[look];
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    found.push(...(await barriers(page, index > 0)).map((barrier) => `${where}, ${look}: ${barrier}`));
    const beyond = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    if (beyond !== 0) found.push(`${where}, ${look}: ${beyond} px to scroll sideways`);
  }
  const titles: readonly string[] = await page.locator('main h1').allInnerTexts();
  if (titles.length !== 1) found.push(`${where}: ${titles.length} headings of the first level`);
  await page.setViewportSize(WIDE);
  return found;
}

/** As a link of the page leads on, so that nothing is loaded twice. */
export async function follow(page: Page, href: string): Promise<void> {
  await page.evaluate(`new Promise((shown) => {
    history.pushState(null, '', ${JSON.stringify(href)});
    dispatchEvent(new PopStateEvent('popstate'));
    requestAnimationFrame(() => requestAnimationFrame(shown));
  })`);
  await settled(page);
}

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { listen, settled, TENANT, type TestSwitchboard, testSwitchboard } from '../support/switchboard.ts';
import { quietOf } from './quiet.ts';
import { README, SHOTS, type Shot } from './shots.ts';
import { BEGINS, type Cast, ENDS, tell } from './story.ts';

const root = new URL('../..', import.meta.url).pathname;
const THEMES = ['light', 'dark'] as const;
const WIDTHS = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/** Pictures of the Switchboard, with a story in it: all of them into `screenshots/`, or with `--readme` those of the README into `docs/images/`. */
async function run(): Promise<void> {
  const [wanted, ...others] = process.argv.slice(2);
  const forReadme = wanted === '--readme';
  const folder = join(root, forReadme ? 'docs/images' : 'screenshots');
  const named = forReadme ? [] : [wanted, ...others].filter((name) => name !== undefined);
  const switchboard = await testSwitchboard(undefined, BEGINS);
  try {
    const cast = await tell(switchboard.s, TENANT);
    if (named.length === 0 && !forReadme) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const shots = forReadme ? README : SHOTS.filter(({ name }) => named.length === 0 || named.some((part) => name.includes(part)));
    for (const theme of forReadme ? (['light'] as const) : THEMES) await take(switchboard, shots, { cast, theme, folder, forReadme });
  } finally {
    await switchboard.close();
  }
}

interface Taking {
  readonly cast: Cast;
  readonly theme: (typeof THEMES)[number];
  readonly folder: string;
  readonly forReadme: boolean;
}

/** A browser context for each person: who is signed in stays so. */
async function take({ s, browser }: TestSwitchboard, shots: readonly Shot[], taking: Taking): Promise<void> {
  const { theme: colorScheme } = taking;
  const options = { baseURL: s.summit.url, colorScheme, deviceScaleFactor: 1, locale: 'en-US', timezoneId: 'UTC', reducedMotion: 'reduce' } as const;
  for (const handle of new Set(shots.map((shot) => shot.handle))) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.clock.setFixedTime(ENDS);
    if (handle !== null) await signIn(page, handle);
    const complaints: string[] = [];
    listen(page, complaints);
    const quiet = quietOf(page);
    for (const shot of shots.filter((candidate) => candidate.handle === handle)) {
      await picture(page, shot, taking, quiet);
      for (const complaint of complaints.splice(0)) console.error(`${shot.name}: ${complaint}`);
    }
    await context.close();
  }
}

/** Whatever could not be done on the page is said, and the picture taken of what is there. */
async function picture(page: Page, shot: Shot, { cast, theme, folder, forReadme }: Taking, quiet: () => Promise<void>): Promise<void> {
  const path = typeof shot.path === 'string' ? shot.path : shot.path(cast);
  await page.setViewportSize(shot.size ?? WIDTHS[shot.width ?? 'wide']);
  await page.goto(path.startsWith('/w') ? `${path}${path.includes('?') ? '&' : '?'}tenant=${TENANT}` : path);
  try {
    if (!shot.isDocument) await settled(page);
    await quiet();
    await shot.work?.(page);
    await quiet();
  } catch (error) {
    console.error(`${shot.name}, ${theme}: ${(error as Error).message.split('\n')[0]}`);
    process.exitCode = 1;
  }
  await page.screenshot({
    path: join(folder, forReadme ? `${shot.name}.png` : `${shot.name}.${theme}.png`),
    fullPage: shot.whole ?? !forReadme,
    ...(shot.clip ? { clip: shot.clip } : {}),
    animations: 'disabled',
    caret: 'hide',
  });
}

async function signIn(page: Page, handle: string): Promise<void> {
  await page.goto(`/sign-in?${new URLSearchParams({ return_to: '/docs', tenant: TENANT })}`);
  await page.getByRole('form', { name: TENANT }).locator(`button[value="${handle}"]`).click();
  await page.waitForURL('**/docs');
}

await run();

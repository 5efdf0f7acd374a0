import { readFileSync } from 'node:fs';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { openFromPane, openTab, take } from './hands.ts';
import { listen, settled, TENANT } from './switchboard.ts';

/** A document that says step by step what to do: numbered lines are clicks, blocks after `<!-- step -->` are commands. */
export type Step = { readonly kind: 'click'; readonly line: string } | { readonly kind: 'commands'; readonly script: string };

export function stepsIn(path: string): readonly Step[] {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\d+\. (?<line>.+)$|^<!-- step -->\n```sh\n(?<script>[\s\S]+?)```$/gm)].map(({ groups = {} }) =>
    groups.line === undefined ? { kind: 'commands', script: groups.script ?? '' } : { kind: 'click', line: groups.line },
  );
}

/** A person at a browser, who does what a line says, and nothing that it does not. */
export class Presenter {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #complaints: string[] = [];
  #context: BrowserContext | null = null;
  #page: Page | null = null;

  constructor(browser: Browser, url: string) {
    this.#browser = browser;
    this.#url = url;
  }

  /** @throws Error for a line that is none of the known ways to say what to do */
  async follow(line: string): Promise<void> {
    for (const [pattern, does] of this.#ways) {
      const found = pattern.exec(line);
      if (!found) continue;
      const [, ...words] = found;
      await does(...words);
      return;
    }
    throw new Error(`nobody knows how to do this: ${line}`);
  }

  async leave(): Promise<void> {
    await this.#context?.close();
    assert.equal(this.#complaints, []);
  }

  readonly #ways: readonly (readonly [RegExp, (...words: string[]) => Promise<unknown>])[] = [
    [/^Sign in as `(.+)`\.$/, (handle = '') => this.#signIn(handle, '/w')],
    [/^Sign in as `(.+)` on the same page\.$/, (handle = '') => this.#signIn(handle, new URL(this.#at.url()).pathname.replace(/\/evidence$/, ''))],
    [/^Open \*\*(.+) › (.+)\*\*\.$/, (workspace = '', entry = '') => openFromPane(this.#at, workspace, entry)],
    [/^Open the tab \*\*(.+)\*\*\.$/, (name = '') => openTab(this.#at, name)],
    [/^Click the row of \*\*(.+)\*\*\.$/, (text = '') => this.#at.getByRole('row').filter({ hasText: text }).first().click()],
    [/^Click the card \*\*(.+)\*\*\.$/, (title = '') => this.#at.getByRole('link', { name: new RegExp(`^${title}: `) }).click()],
    [/^Click the words \*\*(.+)\*\*\.$/, (words = '') => this.#at.getByText(words, { exact: true }).click()],
    [/^Click \*\*(.+)\*\*\.$/, (name = '') => this.#click(name)],
    [/^Choose `(.+)` as \*\*(.+)\*\*\.$/, (value = '', label = '') => this.#at.getByLabel(label, { exact: true }).selectOption(value)],
    [/^Type `(.+)` into \*\*(.+)\*\*\.$/, (text = '', label = '') => this.#at.getByLabel(label, { exact: true }).fill(text)],
    [/^Take the action \*\*(.+)\*\*$/, (action = '') => take(this.#at, action)],
    [/^Take the action \*\*(.+)\*\* with the comment `(.+)`$/, (action = '', Comment = '') => take(this.#at, action, { Comment })],
    // By its case too: "Not verified" is no sight of "Verified".
    [
      /^You see \*\*(.+)\*\*$/,
      (text = '') =>
        this.#at
          .getByText(new RegExp(RegExp.escape(text)))
          .filter({ visible: true })
          .first()
          .waitFor(),
    ],
  ];

  get #at(): Page {
    if (!this.#page) throw new Error('nobody is signed in yet');
    return this.#page;
  }

  async #signIn(handle: string, path: string): Promise<void> {
    await this.#context?.close();
    this.#context = await this.#browser.newContext({ baseURL: this.#url });
    this.#context.setDefaultTimeout(15_000);
    this.#page = await this.#context.newPage();
    listen(this.#page, this.#complaints);
    const form = { tenant: TENANT, handle, return_to: path };
    await this.#context.request.post('/sign-in', { form, headers: { Origin: this.#url }, maxRedirects: 0 });
    await this.#page.goto(path);
    await settled(this.#page);
  }

  /** A button where there is one, since the page that a link leads to may have one of the same name. */
  async #click(name: string): Promise<void> {
    const button = this.#at.getByRole('button', { name, exact: true });
    const link = this.#at.getByRole('link', { name, exact: true });
    await button.or(link).first().waitFor();
    await ((await button.count()) > 0 ? button : link).first().click();
  }
}

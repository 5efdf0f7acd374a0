import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, bundle, type PackModule } from './bundle.ts';

/** Anybody may ask for the page, and a build takes all of a processor for seconds: one that failed is not tried again sooner. */
const FAILED_MS = 5_000;

/** The shell that people use, built once from its sources and the packs' when it is first wanted. */
export class Switchboard {
  readonly #packs: PackRegistry;
  readonly #log: Logger;
  #bundle: Promise<Bundle> | null = null;
  /** When what failed may be tried again, by the clock of this process. */
  #again = 0;

  constructor({ packs, log }: { packs: PackRegistry; log: Logger }) {
    this.#packs = packs;
    this.#log = log.child({ service: 'switchboard' });
  }

  /** @throws where the shell does not build; it is tried again when it is asked for some seconds later */
  bundle(): Promise<Bundle> {
    if (this.#bundle && performance.now() < this.#again) return this.#bundle;
    this.#again = Infinity;
    this.#bundle = this.#build();
    return this.#bundle;
  }

  /** Where the browser finds a pack's module; null where it did not build. */
  async urlOf(pack: string, module: string): Promise<string | null> {
    return (await this.bundle()).modules.get(`${pack}/${module}`) ?? null;
  }

  async #build(): Promise<Bundle> {
    try {
      const begun = performance.now();
      const built = await bundle(this.#modules(), this.#icons());
      for (const { pack, reason } of built.failed) this.#log.error({ pack, reason }, 'the views of a pack do not build and are left out');
      this.#log.info({ ms: Math.round(performance.now() - begun), files: built.assets.size }, 'built');
      return built;
    } catch (error) {
      this.#again = performance.now() + FAILED_MS;
      throw error;
    }
  }

  #modules(): readonly PackModule[] {
    return this.#packs.all.flatMap(({ id, views: { lists = [], pages = [] } = {} }) => {
      const folder = this.#packs.folderOf(id) ?? SHELL;
      const modules = new Set([...lists, ...pages].flatMap(({ ui }) => (ui === undefined ? [] : [ui])));
      return [...modules].map((module) => ({ pack: id, folder, module, file: join(folder, module) }));
    });
  }

  #icons(): readonly string[] {
    return this.#packs.all.flatMap(({ views }) => (views?.workspace?.icon ? [views.workspace.icon] : []));
  }
}

/** The kernel's own pages are the shell's. */
const SHELL = fileURLToPath(new URL('../../ui-shell', import.meta.url));

import type { Auditor } from './auditor.ts';
import type { Random } from './random.ts';
import type { Site, SiteOptions } from './site.ts';
import type { Story } from './stories.ts';
import type { Traffic } from './traffic.ts';

/** Where a fault strikes: a site in use, and an auditor who watches its log. */
export interface Scene {
  readonly site: Site;
  readonly traffic: Traffic;
  readonly auditor: Auditor;
  readonly random: Random;
  /** As much as fits into a run of everything else. */
  readonly short: boolean;
  /** Something is not as it should be. */
  found(what: string): void;
}

/** What a fault has brought to stand beside the site, and how that is put away. */
export interface Stage {
  readonly site?: SiteOptions;
  /** What is wrong is brought about, and over when this resolves. @returns what was done, in words */
  strike(scene: Scene): Promise<string>;
  /** Once nothing is underway any more. */
  readonly audit?: (scene: Scene) => Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Fault {
  readonly name: string;
  readonly title: string;
  /** In milliseconds, from the site's opening to its last audit. */
  readonly limitMs: number;
  readonly stories: readonly Story[];
  /** @throws Missing where this machine lacks what it needs */
  readonly stage: () => Promise<Stage>;
}

/** For a fault that needs nothing beside the site. */
export function bare(strike: Stage['strike'], site: SiteOptions = {}): () => Promise<Stage> {
  return async () => ({ site, strike, close: async () => undefined });
}

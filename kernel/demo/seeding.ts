import type { Logger } from 'pino';
import { type Demo, Problem } from '../../sdk/index.ts';
import type { Admission } from '../admission.ts';
import type { Config } from '../config/config.ts';
import { beginStory, endStory } from './memory.ts';
import { type NarratorServices, narrate } from './narrator.ts';
import { assertNotInProduction } from './not-in-production.ts';

/** What has become of a pack's story in a tenant. */
export interface Told {
  readonly tenant: string;
  readonly pack: string;
  readonly title: string;
  /** `told`: now, to its end. `known`: it was told before, and nothing has changed. */
  readonly outcome: 'told' | 'known';
  /** By type, how many subjects it has brought about now. */
  readonly made: Readonly<Record<string, number>>;
  /** The threads that it has left as they are, since people had gone on with them. */
  readonly left: readonly string[];
}

interface Services extends NarratorServices {
  readonly admission: Admission;
  readonly config: Pick<Config, 'environment' | 'tenants'>;
  readonly log: Logger;
}

/** Fills tenants with the stories of their packs: each once, whatever stops it in between and however often it is asked for. */
export class Seeding {
  readonly #services: Services;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  /** By tenant: who asks at the same time gets the same answer. */
  readonly #underway = new Map<string, Promise<readonly Told[]>>();

  constructor(services: Services) {
    // Awilix makes the services when they are asked for.
    const { database, packs, runner, queries, outcomes, outbox, admission, config, log } = services;
    this.#services = { database, packs, runner, queries, outcomes, outbox, admission, config, log };
    this.#log = log.child({ service: 'seeding' });
  }

  /** The tenants that their files call demonstrations. */
  get tenants(): readonly string[] {
    return this.#services.config.tenants.filter(({ demo }) => demo).map(({ id }) => id);
  }

  /**
   * Tells what was not told yet, one pack after the other; where one's story is refused, the others are told all the same.
   * @throws Problem in production, for a tenant that is no demonstration, or where a step is refused; what was done until then stays, and is not done again
   */
  seed(tenant: string): Promise<readonly Told[]> {
    const underway = this.#underway.get(tenant);
    if (underway) return underway;
    const telling = this.#tellAll(tenant).finally(() => this.#underway.delete(tenant));
    this.#underway.set(tenant, telling);
    return telling;
  }

  /** Seeds the demonstrations while the server answers. Never throws: what goes wrong is logged, and tried again at the next start. */
  async inBackground(): Promise<void> {
    for (const tenant of this.tenants) {
      try {
        const begun = performance.now();
        const stories = (await this.seed(tenant)).filter(({ outcome }) => outcome === 'told');
        const ms = Math.round(performance.now() - begun);
        if (stories.length > 0) this.#log.info({ tenant, packs: stories.map(({ pack }) => pack), ms }, 'the tenant is seeded');
      } catch (error) {
        if (this.#stopping.signal.aborted) {
          this.#log.info({ tenant }, 'seeding was stopped: the next start goes on with it');
          return;
        }
        this.#log.error({ err: error, tenant }, 'the tenant could not be seeded: `summit seed` tries again, and so does the next start');
      }
    }
  }

  /** Stops between two steps. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Problem('unavailable', 'The server is being stopped: its next start goes on with seeding.'));
    await Promise.allSettled(this.#underway.values());
  }

  async #tellAll(tenant: string): Promise<readonly Told[]> {
    const { packs, admission, config } = this.#services;
    assertNotInProduction(config.environment, 'seeded');
    if (!this.tenants.includes(tenant)) throw notForDemonstrations(tenant);
    const stories: Told[] = [];
    const failures: unknown[] = [];
    for (const { id, demo } of packs.all) {
      if (!demo || !(await admission.packOf(tenant, id)).enabled) continue;
      try {
        stories.push(await this.#tell(tenant, id, demo));
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        failures.push(error);
      }
    }
    if (failures.length > 0) throw together(failures);
    return stories;
  }

  async #tell(tenant: string, pack: string, { title, tell }: Demo): Promise<Told> {
    this.#stopping.signal.throwIfAborted();
    const { database } = this.#services;
    const mark = await beginStory(database, tenant, pack);
    const made: Record<string, number> = {};
    const left: string[] = [];
    if (mark.ended) return { tenant, pack, title, outcome: 'known', made, left };
    const onMade = (type: string) => {
      made[type] = (made[type] ?? 0) + 1;
    };
    const onLeft = (thread: string) => left.push(thread);
    await tell(narrate(this.#services, { tenant, pack, mark, signal: this.#stopping.signal, onMade, onLeft }));
    await endStory(database, tenant, pack);
    return { tenant, pack, title, outcome: 'told', made, left };
  }
}

/** One error for several. What is a refusal stays one, so that whoever asked is told of each. */
function together(failures: readonly unknown[]): unknown {
  const [first] = failures;
  if (failures.length === 1 || !(first instanceof Problem)) return first;
  const messages = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new Problem(first.code, messages.join(' '));
}

function notForDemonstrations(tenant: string): Problem {
  return new Problem('invalid-state', `The tenant ${tenant} is not there for demonstrations: only one whose file says "demo": true is seeded.`);
}

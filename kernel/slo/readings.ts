import type { Logger } from 'pino';
import type { Indicator, IndicatorReading, Reader } from '../../sdk/index.ts';
import { KERNEL_PACK } from '../admission.ts';
import { type Apart, apart } from '../dashboards/apart.ts';
import { transactionOf } from '../database/reader.ts';
import { PackEnablements } from '../database/tables.ts';
import type { Metrics } from '../metrics.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { Recent } from './recent.ts';

/** What an indicator came to, or why that could not be worked out. */
export interface Reading {
  readonly indicator: Indicator;
  readonly result: Apart<IndicatorReading>;
}

/** Whether it is no longer as it should be. What could not be worked out may be anything, and what has no data is nothing yet. */
export function isMissed({ indicator: { target }, result }: Reading): boolean {
  if ('error' in result) return true;
  const { value } = result.value;
  return value !== null && target !== undefined && value > target;
}

interface Declared {
  readonly indicator: Indicator;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Reads the indicators of a tenant: those of the kernel, and of packs that are enabled. */
export class Readings {
  readonly #packs: PackRegistry;
  readonly #metrics: Pick<Metrics, 'indicators'>;
  readonly #log: Logger;
  readonly #recent = new Recent<Reading>(({ result }) => 'value' in result);

  constructor({ packs, metrics, log }: { packs: PackRegistry; metrics: Pick<Metrics, 'indicators'>; log: Logger }) {
    this.#packs = packs;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** All of them; of each, who asks meanwhile shares what is read, and what was costly to read is kept for a while. */
  async of(db: Reader, tenant: string): Promise<readonly Reading[]> {
    const readings: Reading[] = [];
    // One after the other: they share a transaction.
    for (const declared of await this.#declared(db)) {
      readings.push(await this.#recent.of(`${tenant}/${declared.indicator.id}`, () => this.#read(db, tenant, declared)));
    }
    this.#metrics.indicators(tenant, readings);
    return readings;
  }

  /** One of them, anew. @returns null where the tenant has none of this id */
  async one(db: Reader, tenant: string, id: string): Promise<Reading | null> {
    const declared = (await this.#declared(db)).find(({ indicator }) => indicator.id === id);
    return declared ? this.#read(db, tenant, declared) : null;
  }

  async #read(db: Reader, tenant: string, { indicator, settings }: Declared): Promise<Reading> {
    const tx = transactionOf(db);
    const result = await apart(tx, async () => {
      const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
      return indicator.read({ db, tenant, now: clock?.now ?? '', settings });
    });
    if ('error' in result) this.#log.error({ err: result.error, tenant, indicator: indicator.id }, 'an indicator failed');
    return { indicator, result };
  }

  /** Each with the settings of its pack. */
  async #declared(db: Reader): Promise<readonly Declared[]> {
    const settings = new Map((await db.find(PackEnablements, { status: 'enabled' })).map((row) => [row.pack_id, row.settings]));
    settings.set(KERNEL_PACK, {});
    return this.#packs.all.flatMap(({ id, indicators }) => {
      const own = settings.get(id);
      return own ? indicators.map((indicator) => ({ indicator, settings: own })) : [];
    });
  }
}

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

/** Reads the indicators of a tenant: those of the kernel, and of packs that are enabled. */
export class Readings {
  readonly #packs: PackRegistry;
  readonly #metrics: Pick<Metrics, 'indicators'>;
  readonly #log: Logger;
  readonly #recent = new Recent<readonly Reading[]>();

  constructor({ packs, metrics, log }: { packs: PackRegistry; metrics: Pick<Metrics, 'indicators'>; log: Logger }) {
    this.#packs = packs;
    this.#metrics = metrics;
    this.#log = log;
  }

  /** All of them as of one moment of the database, for all who ask meanwhile; what was costly to read is kept for a while. */
  of(db: Reader, tenant: string): Promise<readonly Reading[]> {
    return this.#recent.of(tenant, async () => {
      const readings = await this.#read(db, tenant, () => true);
      this.#metrics.indicators(tenant, readings);
      return readings;
    });
  }

  /** One of them, anew. @returns null where the tenant has none of this id */
  async one(db: Reader, tenant: string, id: string): Promise<Reading | null> {
    const [reading] = await this.#read(db, tenant, (indicator) => indicator.id === id);
    return reading ?? null;
  }

  async #read(db: Reader, tenant: string, isWanted: (indicator: Indicator) => boolean): Promise<readonly Reading[]> {
    const tx = transactionOf(db);
    const [clock] = await tx.query<{ now: string }>('SELECT summit_now() AS now');
    const now = clock?.now ?? '';
    const readings: Reading[] = [];
    for (const { indicator, settings } of await this.#declared(db)) {
      if (!isWanted(indicator)) continue;
      const result = await apart(tx, () => indicator.read({ db, tenant, now, settings }));
      if ('error' in result) this.#log.error({ err: result.error, tenant, indicator: indicator.id }, 'an indicator failed');
      readings.push({ indicator, result });
    }
    return readings;
  }

  /** Each with the settings of its pack. */
  async #declared(db: Reader) {
    const settings = new Map((await db.find(PackEnablements, { status: 'enabled' })).map((row) => [row.pack_id, row.settings]));
    settings.set(KERNEL_PACK, {});
    return this.#packs.all.flatMap(({ id, indicators }) => {
      const own = settings.get(id);
      return own ? indicators.map((indicator) => ({ indicator, settings: own })) : [];
    });
  }
}

import { inclusionPaths } from '../log/tree.ts';
import { eventsBoundBy } from '../metering/bound.ts';
import { type UsageEvent, usageLeaves } from '../metering/record.ts';
import type { Read } from './population.ts';
import type { PickedUsage } from './usage-wanted.ts';

/** A usage event with what proves it. */
export interface UsageEntry {
  readonly receipt: string;
  /** Among the events that its receipt binds, from 0. */
  readonly index: number;
  /** To the root that its receipt binds, base64; null where all events of the receipt are there. */
  readonly path: readonly string[] | null;
  readonly event: UsageEvent;
}

/** Events that are read in one transaction, and those of the receipt that goes beyond. */
const PAGE = 1_000;

/**
 * What was written below a position of the log never changes, so it is read page by page, each in a transaction of its own.
 * @param order of the receipts
 */
export async function* usageEntries(
  read: Read,
  tenant: string,
  { receipts, drawn }: PickedUsage,
  order: readonly string[],
): AsyncGenerator<UsageEntry> {
  for (const page of pagesOf(order, receipts)) {
    const events = await read((tx) => eventsBoundBy(tx, tenant, page));
    for (const receipt of page) yield* entriesOf(receipt, events.get(receipt) ?? [], drawn);
  }
}

function entriesOf(receipt: string, events: readonly UsageEvent[], drawn: PickedUsage['drawn']): readonly UsageEntry[] {
  if (!drawn) return events.map((event, index) => ({ receipt, index, path: null, event }));
  const paths = inclusionPaths(usageLeaves(events));
  return events.flatMap((event, index) => {
    const path = drawn.has(event.id) && paths[index]?.map((hash) => hash.toString('base64'));
    return path ? [{ receipt, index, path, event }] : [];
  });
}

function* pagesOf(order: readonly string[], counts: ReadonlyMap<string, number>): Generator<readonly string[]> {
  let page: string[] = [];
  let events = 0;
  for (const receipt of order) {
    page.push(receipt);
    events += counts.get(receipt) ?? 0;
    if (events < PAGE) continue;
    yield page;
    [page, events] = [[], 0];
  }
  if (page.length > 0) yield page;
}

import type { CitedReceipt, UsageEntry, UsageEvent, UsageQuery } from './bundle.ts';
import { type Bytes, equalBytes, fromBase64, utf8 } from './bytes.ts';
import { canonical } from './canonical.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { Entry } from './history.ts';
import type { Json } from './json.ts';
import { calendarOf } from './local-day.ts';
import type { Position } from './log.ts';
import { CompactRange, leafHash, verifyInclusion } from './merkle.ts';
import type { Receipt } from './receipts.ts';

/** An event that its receipt binds. */
export interface ShownEvent {
  readonly event: UsageEvent;
  /** One that is not is here only because without it the root of its receipt cannot be made. */
  readonly isAsked: boolean;
  readonly path: string;
}

/** An entry with the hash of its event, which is made once. */
interface Leaf {
  readonly entry: UsageEntry;
  readonly hash: Bytes;
  readonly path: string;
}

interface Tree {
  readonly count: number;
  readonly root: Uint8Array;
}

type AnyReceipt = Receipt<CitedReceipt>;

/** So many events are hashed together. */
const TOGETHER = 1_024;

/** Each event is bound by a receipt that is here, each once, and as many are asked for as the manifest says. @returns those that are bound */
export async function judgeUsage(
  { manifest: { usage }, members, usage_events = [] }: Evidence,
  receipts: readonly AnyReceipt[],
  places: ReadonlyMap<Entry, Position>,
  findings: Findings,
): Promise<readonly ShownEvent[]> {
  if (!usage) return [];
  const isWanted = await findings.attempt('malformed-usage', 'manifest.usage', () => wantedBy(usage, namedBy(members)));
  if (!isWanted) return [];
  const leaves = await leavesOf(usage_events);
  judgeOnce(leaves, findings);
  const bound = await boundBy(receipts, leaves, findings);
  const early = idsBefore(usage.before, receipts, places);
  const shown: ShownEvent[] = [];
  for (const { entry, path } of leaves) {
    const { event, receipt } = entry;
    const isAsked = early.has(receipt) && isWanted(event);
    shown.push({ event, isAsked, path });
    // All events of a receipt stand at one place of the log.
    if (isAsked || (entry.path === null && early.has(receipt))) continue;
    findings.add('INVALID', 'event-not-asked', `${path}: the event ${event.id} is not of the types, days and receipts that were asked for`, path);
  }
  judgeShown(usage, shown.filter(({ isAsked }) => isAsked).length, findings);
  return shown.filter(({ path }) => bound.has(path));
}

/**
 * `shown` and `total` count the events that were asked for. A receipt may hold others as well: beside those they are no more than
 * what the root of their receipt is made of, and so they have no path of their own.
 */
function judgeShown({ events, shown, total }: UsageQuery, found: number, findings: Findings): void {
  if (shown !== found) {
    const message = `the manifest says that ${shown} events that were asked for are shown, here are ${found}`;
    findings.add('INCOMPLETE', 'count-differs', message, 'manifest.usage.shown');
  }
  if (events === 'all' ? shown !== total : shown > total) {
    const message = `${shown} of ${total} events are shown, and the manifest calls that ${events === 'all' ? 'all' : 'a sample'} of them`;
    findings.add('INCOMPLETE', 'count-differs', message, 'manifest.usage.total');
  }
}

/** What came late is of other days, and is asked for by the rows that name it: those with a column `event_ids`, as adjustments have. */
function namedBy(members: Evidence['members']): ReadonlySet<Json> {
  const lists = [...members.values()].flat().map(({ event_ids }) => event_ids);
  return new Set(lists.flatMap((ids) => (Array.isArray(ids) ? ids : [])));
}

/** Of the types and days that were asked for, or named. @throws TypeError for an unknown time zone */
function wantedBy({ types, from_day, to_day, time_zone }: UsageQuery, named: ReadonlySet<Json>): (event: UsageEvent) => boolean {
  const [known, dayOf] = [new Set(types), calendarOf(time_zone)];
  return ({ id, type, timestamp }) => {
    if (named.has(id)) return true;
    if (!known.has(type)) return false;
    const day = dayOf(timestamp);
    return day >= from_day && day <= to_day;
  };
}

/** The receipts that stood in the log before the place at which usage was looked at. */
function idsBefore(
  { epoch, size }: UsageQuery['before'],
  receipts: readonly AnyReceipt[],
  places: ReadonlyMap<Entry, Position>,
): ReadonlySet<string> {
  const early = receipts.filter((receipt) => {
    const place = places.get(receipt);
    return place && (place.epoch < epoch || (place.epoch === epoch && place.index < BigInt(size)));
  });
  return new Set(early.map(({ view }) => view.id));
}

async function leavesOf(entries: readonly UsageEntry[]): Promise<readonly Leaf[]> {
  const leaves: Leaf[] = [];
  for (let start = 0; start < entries.length; start += TOGETHER) {
    const together = entries.slice(start, start + TOGETHER);
    const hashes = together.map(async (entry, at) => ({
      entry,
      hash: await leafHash(utf8(canonical(entry.event))),
      path: `usage_events[${start + at}]`,
    }));
    leaves.push(...(await Promise.all(hashes)));
  }
  return leaves;
}

function judgeOnce(leaves: readonly Leaf[], findings: Findings): void {
  const known = new Set<string>();
  for (const { entry, path } of leaves) {
    const { id } = entry.event;
    if (known.has(id)) findings.add('INVALID', 'doubled-event', `${path}: the event ${id} is there twice`, path);
    known.add(id);
  }
}

/** @returns the paths of the events that are bound */
async function boundBy(receipts: readonly AnyReceipt[], leaves: readonly Leaf[], findings: Findings): Promise<ReadonlySet<string>> {
  const byId = new Map(receipts.map((receipt) => [receipt.view.id, receipt]));
  const bound = new Set<string>();
  for (const [id, own] of Map.groupBy(leaves, ({ entry }) => entry.receipt)) {
    const tree = treeOf(byId.get(id));
    const isWhole = tree !== null && own.some(({ entry }) => entry.path === null) && (await isAllOf(tree, own));
    for (const leaf of own) {
      const problem = tree ? await problemOf(tree, leaf, isWhole) : `no receipt ${id} with a root of usage is here`;
      if (problem === null) bound.add(leaf.path);
      else findings.add('INVALID', 'event-not-bound', `${leaf.path}: the event ${leaf.entry.event.id}: ${problem}`, leaf.path);
    }
  }
  return bound;
}

function treeOf(receipt: AnyReceipt | undefined): Tree | null {
  const usage = receipt?.changes.usage;
  return usage && 'root' in usage ? { count: usage.count, root: fromBase64(usage.root) } : null;
}

async function problemOf({ count, root }: Tree, { entry: { index, path, receipt }, hash }: Leaf, isWhole: boolean): Promise<string | null> {
  if (path === null) return isWhole ? null : `it has no path, and the events here are not the ${count} that receipt ${receipt} binds`;
  const inclusion = { index: BigInt(index), size: BigInt(count), leaf: hash, proof: path.map(fromBase64), root };
  return (await verifyInclusion(inclusion)) ? null : `it is not at ${index} of the events that receipt ${receipt} binds`;
}

/** Whether these are the events of the receipt, all of them, each at its index. */
async function isAllOf({ count, root }: Tree, leaves: readonly Leaf[]): Promise<boolean> {
  if (leaves.length !== count) return false;
  const sorted = leaves.toSorted((a, b) => a.entry.index - b.entry.index);
  if (sorted.some(({ entry }, at) => entry.index !== at)) return false;
  const range = CompactRange.of();
  await range.extend(sorted.map(({ hash }) => hash));
  return equalBytes(await range.root(), root);
}

import type { Reader } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import type { Inverses } from '../graph/queries.ts';
import { comparePlaces, type Place } from '../log/leaves.ts';
import type { Bundles } from '../policy/bundles.ts';
import { decisionView } from '../policy/queries.ts';
import { canonical } from '../receipts/canonical.ts';
import { type Cited, citedBy, citedReceipts } from './cited.ts';
import { type DocumentMember, listText, objectText, readListText } from './document.ts';
import { provenGraph } from './graph.ts';
import { linksOf } from './links.ts';
import { type Asked, evidenceManifest } from './manifest.ts';
import { type Collected, idsIn, type Member, shownRow } from './members.ts';
import { handlesOf, type People, peopleAmong } from './people.ts';
import { bundlesOf, decisionsOf } from './policies.ts';
import type { Read } from './population.ts';
import { prove, type Remembered } from './proof.ts';
import { bundledReceipt, readReceipt, receiptsOf } from './receipts.ts';
import { usageEntries } from './usage-entries.ts';
import type { Drawing } from './usage-wanted.ts';

export interface BundleRequest extends Asked {
  /** Cosignatures that are wanted of a checkpoint. */
  readonly quorum: number;
  readonly inverses: Inverses;
  readonly bundles: Bundles;
  readonly since: Remembered | null;
  readonly drawing: Drawing;
  /** For what is read once the transaction is over. */
  readonly read: Read;
}

/**
 * All that proves what became of the subjects: everything that their receipts bind, and that these are in the log.
 * @returns the members in their order, without the signature
 * @throws Unproven while the log has not come so far; Problem `invalid-input` where it never was as it is remembered, `too-large`
 */
export async function bundleOf(tx: Transaction, db: Reader, collected: Collected, request: BundleRequest): Promise<readonly DocumentMember[]> {
  const { tenant, evidence, drawing } = request;
  const receipts = (await receiptsOf(db, collected.subjects)).map(readReceipt);
  const rows = receipts.map(({ row }) => row);
  const own = rows.map(({ id }) => id);
  const [cited, decisions, people] = await Promise.all([
    citedBy(tx, tenant, evidence, { rows: collected.rows, own, drawing }),
    decisionsOf(
      db,
      rows.flatMap(({ decision_ids }) => decision_ids),
    ),
    peopleAmong(tx, tenant, [
      ...rows.map(({ actor }) => actor),
      ...receipts.flatMap(({ edges }) => edges.flatMap(({ from, to }) => [from, to])),
      ...collected.members.flatMap(idsIn),
    ]),
  ]);
  const ofPeople = [...people.values()].map(({ receipt }) => readReceipt(receipt));
  const proven = [...receipts, ...ofPeople];
  const toProve = new Set([...proven.map(({ row }) => row.id), ...(cited?.ids ?? [])]);
  const { proof, places, checkpoints } = await prove(tx, request, [...toProve], request.since);
  const [bundles, graph, disclosures] = await Promise.all([
    bundlesOf(
      tx,
      tenant,
      request.bundles,
      decisions.map(({ bundle_digest }) => bundle_digest),
    ),
    provenGraph(tx, tenant, collected.subject, receipts, places, request.inverses),
    disclosuresOf(tx, tenant, new Set(proven.flatMap(({ commitments }) => commitments))),
  ]);
  const handles = handlesOf(people);
  const counts = { people: people.size, edges: graph.edges.length, disclosures: disclosures.length };
  const shown = cited && { ...cited, ids: inLogOrder(cited.ids, places) };
  const links = linksOf(evidence, collected, cited?.shown ?? NOTHING, [...own, ...(cited?.ids ?? [])]);
  const contents = { ...collected, receipts: rows, cited: shown, links, decisions, bundles, checkpoints, counts };
  const manifest = evidenceManifest(request, contents);
  return [
    { name: 'manifest', text: [canonical(manifest)], readable: JSON.stringify(manifest) },
    ...collected.members.map((member) => ({ name: member.name, text: memberText(member, people) })),
    { name: 'receipts', text: listText(rows.values().map((row) => bundledReceipt(row, handles, places))) },
    ...(shown ? citedMembers(request, shown, places) : []),
    { name: 'people', text: listText(people.values().map((person) => ({ ...person, receipt: bundledReceipt(person.receipt, handles, places) }))) },
    { name: 'policy_decisions', text: listText(decisions.values().map(decisionView)) },
    { name: 'policy_bundles', text: listText(bundles) },
    { name: 'graph', text: objectText(graph) },
    { name: 'disclosures', text: listText(disclosures) },
    { name: 'proof', text: objectText(proof) },
  ];
}

const NOTHING = { cited: [], events: [] };

function citedMembers({ read, tenant }: BundleRequest, { ids, usage }: Cited, places: ReadonlyMap<string, Place>): readonly DocumentMember[] {
  const receipts = { name: 'cited_receipts', text: readListText(citedReceipts(read, tenant, ids, places)) };
  if (!usage) return [receipts];
  const order = inLogOrder(usage.receipts.keys(), places);
  return [receipts, { name: 'usage_events', text: readListText(usageEntries(read, tenant, usage, order)) }];
}

function inLogOrder(receiptIds: Iterable<string>, places: ReadonlyMap<string, Place>): readonly string[] {
  return [...receiptIds].sort((a, b) => comparePlaces(places.get(a), places.get(b)));
}

/** What an action wrote is strictly JSON, and so must be what a pack shows of it. */
function memberText({ entity, many, rows }: Member, people: People): Iterable<string> {
  const shown = rows.values().map((row) => shownRow(entity, row, people));
  return many ? listText(shown, canonical) : [canonical(shown.next().value ?? null)];
}

interface Disclosure {
  readonly commitment: string;
  readonly name: string;
  /** Null once erased, as the value is. */
  readonly salt: string | null;
  readonly value: string | null;
}

async function disclosuresOf(tx: Transaction, tenant: string, commitments: ReadonlySet<string>): Promise<readonly Disclosure[]> {
  return tx.query<Disclosure>(
    'SELECT commitment, name, salt, value FROM disclosures WHERE tenant_id = $1 AND commitment = ANY($2) ORDER BY commitment COLLATE "C"',
    [tenant, [...commitments]],
  );
}

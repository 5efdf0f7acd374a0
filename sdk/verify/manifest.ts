import type { CitedReceipt, Manifest } from './bundle.ts';
import { isSame } from './canonical.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { Json } from './json.ts';
import type { Receipt } from './receipts.ts';

/** What the manifest says of the bundle is what is there. */
export function judgeManifest(evidence: Evidence, findings: Findings): void {
  const { manifest, receipts, cited_receipts = [], policy_decisions, policy_bundles } = evidence;
  const wrong = (what: string, path: string) => findings.add('INVALID', 'manifest-differs', what, `manifest.${path}`);
  if (!manifest.origin.endsWith(`/${manifest.tenant}`)) wrong(`the origin ${manifest.origin} is not that of the tenant ${manifest.tenant}`, 'origin');
  const [first, ...others] = manifest.subjects;
  const { type, id, status, version } = manifest;
  if (!first || !isSame(first, { type, id, status, version })) wrong('the first subject is not what the manifest is about', 'subjects');
  if (others.some((subject, index) => manifest.subjects.findIndex((one) => one.type === subject.type && one.id === subject.id) <= index)) {
    wrong('a subject is named twice', 'subjects');
  }
  const lists: Readonly<Record<string, readonly [Json, Json]>> = {
    receipts: [manifest.receipts, receipts.map(({ id: receipt, action, at }) => ({ id: receipt, action, at }))],
    policy_decisions: [
      manifest.policy_decisions,
      policy_decisions.map(({ id: decision, action, created_at }) => ({ id: decision, action, created_at })),
    ],
    cited: [manifest.cited ?? [], cited_receipts.map(({ id: receipt }) => receipt)],
    policy_bundles: [manifest.policy_bundles, policy_bundles.map(({ digest, version: of }) => ({ digest, version: of }))],
  };
  for (const [name, [listed, found]] of Object.entries(lists)) {
    if (!isSame(listed, found)) wrong(`the manifest lists other ${name} than are here`, name);
  }
  judgeSummary(evidence, findings);
  judgeCounts(evidence, findings);
}

/** The manifest's times are those of the subject's row, as its receipts leave it. */
export function judgeTimes(manifest: Manifest, receipts: readonly Receipt[], cited: readonly Receipt<CitedReceipt>[], findings: Findings): void {
  const chain = receipts.filter(
    ({ content }) => content.seq !== null && content.subject.type === manifest.type && content.subject.id === manifest.id,
  );
  const created = chain.find(({ content }) => content.seq === 1)?.changes.subject?.row.created_at;
  const updated = chain.find(({ content }) => content.seq === manifest.version)?.changes.subject?.row.updated_at;
  const wrong = (name: string) => findings.add('INVALID', 'manifest-differs', `the receipts bind another ${name}`, `manifest.${name}`);
  if (created !== undefined && created !== manifest.created_at) wrong('created_at');
  if (updated !== undefined && updated !== manifest.updated_at) wrong('updated_at');
  const late = [...receipts, ...cited].find(({ content }) => content.at > manifest.generated_at);
  if (late) findings.add('INVALID', 'clock-rollback', `receipt ${late.content.id} is of ${late.content.at}, after the bundle was made`, late.path);
}

/** What is summed up is what stands in the members. */
function judgeSummary({ manifest, members }: Evidence, findings: Findings): void {
  for (const [name, { from, value }] of Object.entries(manifest.summary ?? {})) {
    const [, member = '', column = '', ...deeper] = from.split('/');
    const isOne = manifest.members[member]?.many === false && deeper.length === 0;
    if (!isOne || !isSame(members.get(member)?.[0]?.[column] ?? null, value)) {
      findings.add('INVALID', 'manifest-differs', `the summary's ${name} is not what is at ${from}`, `manifest.summary.${name}`);
    }
  }
}

function judgeCounts({ manifest, members, ...evidence }: Evidence, findings: Findings): void {
  const { receipts, cited_receipts, usage_events, people, policy_decisions, policy_bundles, graph, disclosures } = evidence;
  const counts = new Map<string, number>();
  for (const [name, rows] of members) if (manifest.members[name]?.many) counts.set(name, rows.length);
  const optional = { ...(cited_receipts && { cited_receipts }), ...(usage_events && { usage_events }) };
  const lists = { receipts, ...optional, people, policy_decisions, policy_bundles, edges: graph.edges, disclosures };
  for (const [name, list] of Object.entries(lists)) counts.set(name, list.length);
  for (const [name, count] of counts) {
    const said = manifest.counts[name];
    if (said !== count) {
      findings.add('INCOMPLETE', 'count-differs', `the manifest counts ${said ?? 'no'} ${name}, here are ${count}`, `manifest.counts.${name}`);
    }
  }
  for (const name of Object.keys(manifest.counts)) {
    if (!counts.has(name)) {
      findings.add('INCOMPLETE', 'count-differs', `the manifest counts ${name}, which the bundle does not have`, `manifest.counts.${name}`);
    }
  }
}

import { judgeBilling } from './billing.ts';
import type { CitedReceipt, Manifest } from './bundle.ts';
import { openDisclosures } from './commitment.ts';
import { judgeDecisions, maskedCommitments } from './decisions.ts';
import { judgeEpochs } from './epochs.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import { judgeGraph } from './graph.ts';
import { type Entry, judgeHistory, nameOf } from './history.ts';
import type { JsonObject } from './json.ts';
import { judgeLinks } from './links.ts';
import { CheckpointReader, judgeCheckpoints, judgeCosignatureTimes, judgeListed, judgeSizes, type Place, provePlace } from './log.ts';
import { judgeManifest, judgeTimes } from './manifest.ts';
import { judgeMembers } from './members.ts';
import { judgeActor, judgePeople } from './people.ts';
import { judgePolicyBundles } from './policy-bundles.ts';
import { type Receipt, readReceipt } from './receipts.ts';
import { replayDecisions } from './replay.ts';
import { judgeState, nextState, readConsistency } from './state.ts';
import { judgeSignature, judgeSignerEpoch } from './statement.ts';
import { judgeUsage } from './usage.ts';
import type { Judged, VerifyOptions } from './verify.ts';

/** Everything that an evidence bundle has to stand up to, from its signature down to the policies that decided. */
export async function judgeEvidence(members: JsonObject, evidence: Evidence, options: VerifyOptions, findings: Findings): Promise<Judged> {
  const { manifest, proof, policy_decisions: decisions } = evidence;
  const { evidence: _, origin, type, id, generated_at, nonce } = manifest;
  const about = { origin, type, id, generated_at, nonce, drawn: null };
  if (options.subject !== undefined && options.subject !== id) {
    findings.add('INVALID', 'other-subject', `the bundle is about ${type} ${id}, not about ${options.subject}`, 'manifest.id');
  }
  const predicate = { origin, type, id, generated_at, nonce };
  const signed = { members, signature: evidence.signature, predicateType: 'https://summit.local/evidence/v1', predicate, origin };
  const signer = await judgeSignature(signed, options.policy.bundles, findings);
  judgeManifest(evidence, findings);

  const { receipts, ofPeople, cited } = await readReceipts(evidence, findings);
  const known = [...receipts, ...ofPeople.filter((receipt) => receipt !== null)];
  const reader = new CheckpointReader(origin, options.policy);
  const places = await placesOf([...known, ...cited], proof.receipts, reader, findings);
  const used = new Map([...places.values()].map(({ checkpoint }) => [checkpoint.origin, checkpoint.epoch]));
  await judgeEpochs(proof.epochs, used, origin, reader, findings);
  const consistencies = await readConsistency(proof.consistency, reader, findings);
  judgeSignerEpoch(signer, reader.all, findings);
  judgeSizes(reader, findings);
  judgeListed(manifest.checkpoints, reader, findings);
  const witnesses = judgeCheckpoints(reader, options.policy, findings);
  const state = options.state ?? new Map();
  await judgeState(state, origin, reader.all, consistencies, findings);

  const required = commitmentsOf(known);
  const permitted = maskedCommitments(decisions).union(commitmentsOf(cited));
  const opened = await openDisclosures(evidence.disclosures, { required, permitted }, findings);
  const handles = judgePeople(evidence.people, ofPeople, opened, findings);
  for (const receipt of known) judgeActor(receipt, handles, opened, findings);
  judgeTimes(manifest, receipts, cited, findings);
  const open = judgeHistory(manifest.subjects, receipts, places, findings);
  judgeMembers(evidence, { receipts, cited, opened, handles }, findings);
  judgeGraph(evidence.graph, manifest, receipts, places, findings);
  judgeLinks(members, evidence, findings);
  const shown = await judgeUsage(evidence, [...receipts, ...cited], places, findings);
  const billing = await judgeBilling(evidence, shown, findings);

  await judgeDecisions(decisions, receipts, opened, findings);
  const sound = await judgePolicyBundles(evidence.policy_bundles, decisions, findings);
  const logged = receipts.filter((receipt) => places.get(receipt)?.checkpoint.isSigned);
  const vouched = new Set(logged.flatMap(({ content }) => content.policy.map(({ bundle_digest }) => bundle_digest)));
  // Whoever evaluates elsewhere need not load it.
  const evaluate = options.evaluate ?? (await import('./evaluate.ts')).evaluate;
  const replay = await replayDecisions(decisions, sound, vouched, evaluate, findings);
  const leaves = new Set([...logged, ...cited.filter((receipt) => places.get(receipt)?.checkpoint.isSigned)].map(({ leafText }) => leafText));
  const changing = receipts.filter(({ content }) => content.seq !== null);
  const changes = { all: changing.length, judged: changing.filter(({ content }) => content.policy.length > 0).length };
  return { about, witnesses, open, replay, changes, billing, leaves, state: nextState(state, reader.all) };
}

/** The receipts of the subjects and those that are cited beside them, each there once, and those that made the people. */
async function readReceipts({ manifest, receipts: views, cited_receipts = [], people }: Evidence, findings: Findings) {
  const known = new Set<string>();
  const all = { receipts: views, cited_receipts };
  for (const [member, list] of Object.entries(all)) {
    for (const [index, { id }] of list.entries()) {
      if (known.has(id)) findings.add('INVALID', 'doubled-receipt', `receipt ${id} is there twice`, `${member}[${index}]`);
      known.add(id);
    }
  }
  const read = <View extends CitedReceipt>(view: View, path: string) => readReceipt(view, path, manifest.origin, findings);
  const [receipts, cited, ofPeople] = await Promise.all([
    Promise.all(views.map((view, index) => read(view, `receipts[${index}]`))),
    Promise.all(cited_receipts.map((view, index) => read(view, `cited_receipts[${index}]`))),
    Promise.all(people.map(({ receipt }, index) => read(receipt, `people[${index}].receipt`))),
  ]);
  const sound = cited.filter((receipt) => receipt !== null);
  judgeCited(manifest.subjects, sound, findings);
  return { receipts: receipts.filter((receipt) => receipt !== null), cited: sound, ofPeople };
}

/** Cited beside its history, a receipt of a subject would be passed over where that is judged. */
function judgeCited(subjects: Manifest['subjects'], cited: readonly Receipt<CitedReceipt>[], findings: Findings): void {
  const names = new Set(subjects.map(nameOf));
  for (const { content, path } of cited.filter((receipt) => names.has(nameOf(receipt.content.subject)))) {
    const message = `receipt ${content.id} is cited, and is of ${nameOf(content.subject)}, which the manifest names`;
    findings.add('INVALID', 'cited-of-subject', message, path);
  }
}

function commitmentsOf(receipts: readonly Receipt<CitedReceipt>[]): ReadonlySet<string> {
  return new Set(receipts.flatMap(({ content }) => [content.actor, content.input_digest, ...content.commitments]));
}

/** Each receipt has its proof, under its id, and no other proof is there. */
async function placesOf(
  receipts: readonly Receipt<CitedReceipt>[],
  proofs: Evidence['proof']['receipts'],
  reader: CheckpointReader,
  findings: Findings,
): Promise<ReadonlyMap<Entry, Place>> {
  const places = new Map<Entry, Place>();
  await Promise.all(
    receipts.map(async (receipt) => {
      const { id } = receipt.view;
      const place = await placeOf(Object.hasOwn(proofs, id) ? proofs[id] : undefined, receipt, reader, findings);
      if (place) places.set(receipt, place);
    }),
  );
  const known = new Set(receipts.map(({ view }) => view.id));
  for (const id of Object.keys(proofs)) {
    if (!known.has(id)) findings.add('INVALID', 'stray-proof', `there is a proof of ${id}, and no receipt of that id`, `proof.receipts.${id}`);
  }
  return places;
}

async function placeOf(
  proof: string | undefined,
  receipt: Receipt<CitedReceipt>,
  reader: CheckpointReader,
  findings: Findings,
): Promise<Place | null> {
  const { id, log_index } = receipt.view;
  const [about, path] = [`receipt ${id}`, `proof.receipts.${id}`];
  const place = proof === undefined ? undefined : await provePlace(proof, receipt.leaf, about, path, reader, findings);
  if (place === undefined) findings.add('INVALID', 'proof-missing', `${about} has no inclusion proof`, path);
  if (!place) return null;
  if (`${place.index}` !== `${log_index}`) {
    findings.add('INVALID', 'view-differs', `${about} is at index ${place.index}, not ${log_index}`, receipt.path);
  }
  judgeCosignatureTimes(place.checkpoint, receipt.content.at, about, findings);
  return place;
}

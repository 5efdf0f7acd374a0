import { sha256, toHex, utf8 } from './bytes.ts';
import { isSame } from './canonical.ts';
import type { Findings } from './findings.ts';
import { chainOf, type Entry, judgeLife, nameOf } from './history.ts';
import type { JsonObject } from './json.ts';
import { CheckpointReader, judgeCheckpoints } from './log.ts';
import type { Population } from './population.ts';
import { judgeReach } from './reach.ts';
import { judgeSegments, type LoggedEntry } from './segments.ts';
import { judgeSuccession, nextState, type State } from './state.ts';
import { judgeSignature, judgeSignerEpoch } from './statement.ts';
import type { Judged, VerifyOptions } from './verify.ts';

type Subject = Population['subjects'][number];

/** Everything that a population has to stand up to: that its leaves are all that there are, and its subjects all among them. */
export async function judgePopulation(members: JsonObject, population: Population, options: VerifyOptions, findings: Findings): Promise<Judged> {
  const { manifest, subjects } = population;
  const { origin, type, from, to, seed, generated_at, nonce } = manifest;
  const drawn = { from, to, seed, sampled: manifest.sample.length, subjects: subjects.length };
  const predicate = { origin, type, generated_at, nonce };
  const signed = { members, signature: population.signature, predicateType: 'https://summit.local/population/v1', predicate, origin };
  const signer = await judgeSignature(signed, options.policy.bundles, findings);
  if (!origin.endsWith(`/${manifest.tenant}`)) {
    findings.add('INVALID', 'manifest-differs', `${origin} is not that of the tenant ${manifest.tenant}`, 'manifest.origin');
  }
  if (options.subject !== undefined && !subjects.some(({ id }) => id === options.subject)) {
    findings.add('INVALID', 'other-subject', `${options.subject} is not in the population`, 'subjects');
  }
  const reader = new CheckpointReader(origin, options.policy);
  const state: State = options.state ?? new Map();
  const leaves = await judgeSegments(population, reader, state, findings);
  judgeSignerEpoch(signer, reader.all, findings);
  const witnesses = judgeCheckpoints(reader, options.policy, findings);
  judgeSuccession(state, origin, reader.all, findings);
  await judgeReach(population, reader, state, findings);
  judgeAsked(manifest, findings);
  const open = judgeSubjects(population, distinct(leaves.receipts, findings), findings);
  await judgeSample(population, findings);
  judgeCounts(population, findings);
  const replay = { verdict: 'NONE', reproduced: 0, decisions: 0 } as const;
  return {
    about: { ...predicate, id: null, drawn },
    witnesses,
    open,
    replay,
    changes: null,
    billing: null,
    leaves: leaves.vouched,
    state: nextState(state, reader.all),
  };
}

/** What was asked for is what the manifest says, in whatever way the times were written. */
function judgeAsked({ query, from, to, seed }: Population['manifest'], findings: Findings): void {
  for (const [name, asked, said] of [
    ['from', query.from, from],
    ['to', query.to, to],
  ] as const) {
    const isSaid = asked === said || (asked !== null && said !== null && Date.parse(asked) === Date.parse(said));
    if (!isSaid)
      findings.add('INVALID', 'manifest-differs', `${name} is ${said ?? 'nothing'}, and ${asked ?? 'nothing'} was asked for`, `manifest.${name}`);
  }
  if (query.seed !== null && query.seed !== seed)
    findings.add('INVALID', 'sample-differs', 'the seed is another one than was asked for', 'manifest.seed');
}

/** A receipt that is in two logs, since one was recovered between them, counts once. In one log it is once. */
function distinct(receipts: readonly LoggedEntry[], findings: Findings): readonly LoggedEntry[] {
  const known = new Map<string, LoggedEntry>();
  const places = new Set<string>();
  for (const receipt of receipts) {
    const { content, path, leafText, epoch } = receipt;
    const place = `${epoch} ${content.id}`;
    const first = known.get(content.id) ?? receipt;
    if (places.has(place) || first.leafText !== leafText) findings.add('INVALID', 'doubled-receipt', `two receipts have the id ${content.id}`, path);
    places.add(place);
    known.set(content.id, first);
  }
  return [...known.values()];
}

/**
 * Whoever was created among the leaves is a subject, as the leaves leave it, and nobody else. The times that were asked for exempt
 * nobody: they say which checkpoints bound the range, and a time in a receipt is what the operator's clock said.
 * @returns the subjects that are not sealed, by type and id
 */
function judgeSubjects({ manifest, subjects }: Population, receipts: readonly LoggedEntry[], findings: Findings): readonly string[] {
  const { type } = manifest;
  const ofType = receipts.filter(({ content }) => content.subject.type === type);
  const byId = Map.groupBy(ofType, ({ content }) => content.subject.id);
  const listed = new Set<string>();
  const open: string[] = [];
  for (const [index, subject] of subjects.entries()) {
    const path = `subjects[${index}]`;
    if (listed.has(subject.id)) findings.add('INVALID', 'doubled-row', `${type} ${subject.id} is there twice`, path);
    listed.add(subject.id);
    const own = byId.get(subject.id) ?? [];
    const named = { type, id: subject.id };
    if (!judgeLife(named, own, new Map(own.map((entry) => [entry, entry])), findings)) open.push(nameOf(named));
    const problem = subjectProblem(subject, chainOf(own));
    if (problem !== null) findings.add('INVALID', 'subject-not-bound', `${type} ${subject.id}: ${problem}`, path);
  }
  for (const { content } of ofType.filter((entry) => entry.content.seq === 1)) {
    const { subject } = content;
    if (!listed.has(subject.id)) {
      findings.add(
        'INCOMPLETE',
        'subject-missing',
        `${type} ${subject.id} was created in the range by receipt ${content.id}, and is not listed`,
        'subjects',
      );
    }
  }
  return open;
}

function subjectProblem(subject: Subject, chain: readonly Entry[]): string | null {
  const [first, last] = [chain[0]?.content, chain.at(-1)?.content];
  if (!first || !last || first.seq !== 1) return 'no leaf of the range creates it';
  const bound = { created_at: first.at, status: last.state.to, version: last.seq, receipts: chain.length };
  const { created_at, status, version, receipts } = subject;
  return isSame({ created_at, status, version, receipts }, bound) ? null : `the leaves make of it ${JSON.stringify(bound)}`;
}

/** The sample is drawn by the seed, so that nobody picks it: the first of all ids in the order of SHA-256(seed ":" id). */
async function judgeSample({ manifest, subjects }: Population, findings: Findings): Promise<void> {
  const { seed, sample, counts, query } = manifest;
  if (query.seed === null && sample.length < subjects.length) {
    findings.add(
      'NOTE',
      'seed-not-asked-for',
      'the server chose the seed of the sample: name one yourself, and nobody could have tried several',
      'manifest.seed',
    );
  }
  const keyed = await Promise.all(subjects.map(async ({ id }) => ({ id, key: toHex(await sha256(utf8(`${seed}:${id}`))) })));
  const drawn = keyed
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, counts.sampled)
    .map(({ id }) => id);
  if (!isSame(drawn, sample)) findings.add('INVALID', 'sample-differs', 'the sample is not the one that its seed draws', 'manifest.sample');
  const chosen = new Set(sample);
  for (const [index, { id, sampled }] of subjects.entries()) {
    if (sampled !== chosen.has(id)) {
      findings.add('INVALID', 'sample-differs', `${id} is marked otherwise than the sample has it`, `subjects[${index}].sampled`);
    }
  }
}

function judgeCounts({ manifest, subjects, entries }: Population, findings: Findings): void {
  const { query, counts } = manifest;
  const by_status = Object.fromEntries([...Map.groupBy(subjects, ({ status }) => status)].map(([status, all]) => [status, all.length]));
  const asked = Math.min(query.sample ?? manifest.sample.length, subjects.length);
  const found = {
    entries: entries.reduce((sum, segment) => sum + segment.length, 0),
    subjects: subjects.length,
    receipts: subjects.reduce((sum, { receipts }) => sum + receipts, 0),
    sampled: asked,
    by_status,
  };
  if (!isSame(counts, found)) {
    findings.add('INCOMPLETE', 'count-differs', `the manifest counts otherwise than ${JSON.stringify(found)}`, 'manifest.counts');
  }
}

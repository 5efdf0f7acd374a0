import { randomUUID } from 'node:crypto';
import { readBundles } from '../../kernel/policy/bundle.ts';
import { CompiledBundle } from '../../kernel/policy/compiled.ts';
import { canonical } from '../../kernel/receipts/canonical.ts';
import { type Commitment, commit } from '../../kernel/receipts/commitment.ts';
import { encodeReceipt, type ReceiptContent } from '../../kernel/receipts/receipt.ts';
import { canonicalJson, sha256 } from '../../sdk/index.ts';
import { parseCheckpoint, parseProof } from '../../sdk/verify/checkpoint.ts';
import type { Json } from '../../sdk/verify/json.ts';
import { keyidOf, parseNote, vkeyOf } from '../../sdk/verify/note.ts';
import { preAuthEncoding } from '../../sdk/verify/statement.ts';
import type { DraftDecision, DraftEdge, DraftReceipt, DraftRow, EvidenceDraft } from './evidence-draft.ts';
import { TenantLog, testKey } from './tenant-log.ts';

export const BASE = 'summit.test/demo';
const REQUEST = 'high-risk-ops.request';
const ENTRYPOINT = 'high_risk/operations/decision';
/** 12:00 of the day on which everything here happens. */
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

const [policyBundle] = await readBundles('policies');
if (!policyBundle) throw new Error('the policies are not built');
const compiled = await CompiledBundle.compile(policyBundle);

/** What a test may do to the world before it is logged and signed: the operator's own lies, signed as truth. */
export interface Lies {
  /** Whether the request comes to its end; yes unless said. */
  readonly ends?: boolean;
  /** How many later epochs of the log begin after the request was made, each with new keys. */
  readonly rotates?: number;
  /** Seconds after noon at which the witness cosigns. */
  readonly cosignedAt?: number;
  /** By the name of the step, its receipt's content and changes before they become bytes. */
  step?(name: string, content: { -readonly [K in keyof ReceiptContent]: ReceiptContent[K] }, changes: DraftChanges): void;
  /** What the first leaf of a later log is, where that is not the end of the one before it. */
  opens?(log: TenantLog, before: readonly TenantLog[]): void;
  /** By the name of the step, a result for a decision other than the policy's. */
  decided?(name: string, result: DraftDecision['result']): DraftDecision['result'];
  /** By the name of the step, the decision before its receipt binds it. */
  decision?(name: string, decision: DraftDecision, world: EvidenceWorld): void;
  /** The bundle before it is signed. */
  draft?(draft: EvidenceDraft, world: EvidenceWorld): void;
}

export interface DraftChanges {
  subject: { type: string; row: DraftRow } | null;
  rows?: { type: string; row: DraftRow }[];
  edges?: DraftEdge[];
  usage?: Json;
  messages?: Json[];
}

interface Person {
  readonly id: string;
  readonly handle: string;
}

interface Step {
  readonly name: string;
  readonly actor: string;
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string };
  /** The row's columns that change; none, and nothing happens. */
  readonly row: DraftRow | null;
  readonly outcome?: ReceiptContent['outcome'];
  readonly rows?: { type: string; row: DraftRow }[];
  readonly edges?: DraftEdge[];
  readonly decisions?: readonly DraftDecision[];
  readonly isFinal?: boolean;
  readonly commitments?: readonly string[];
  readonly usage?: Json;
}

/** A tenant with a log of its own, in which one request was made, refused, approved and cancelled. */
export class EvidenceWorld {
  readonly lies: Lies;
  readonly logs: TenantLog[] = [];
  readonly disclosures: Commitment[] = [];
  readonly receipts: { view: DraftReceipt; content: ReceiptContent; log: TenantLog }[] = [];
  readonly engineer: Person = { id: randomUUID(), handle: 'engineer' };
  readonly lead: Person = { id: randomUUID(), handle: 'lead' };
  readonly requestId = randomUUID();
  readonly approvalId = randomUUID();
  #seconds = 0;

  constructor(lies: Lies) {
    this.lies = lies;
  }

  get log(): TenantLog {
    const log = this.logs.at(-1);
    if (!log) throw new Error('the world has no log yet');
    return log;
  }

  /** What an auditor has pinned. */
  get policy(): string {
    const witnesses = this.log.cosigners.map(({ key }, index) => `witness w${index + 1} ${vkeyOf(key)}`);
    return [...this.logs.flatMap(({ policyLines }) => policyLines), ...witnesses, 'quorum w1', ''].join('\n');
  }

  now(): string {
    return new Date(NOON + this.#seconds++ * 1_000).toISOString();
  }

  async openLog(): Promise<void> {
    const origin = this.logs.length === 0 ? BASE : `${BASE}/${this.logs.length + 1}`;
    const last = this.logs.at(-1);
    const log = await TenantLog.open(origin);
    const witness = last?.cosigners[0]?.key ?? (await testKey('witness.test/w1', 4));
    log.cosigners.push({ key: witness, seconds: BigInt(NOON / 1_000 + (this.lies.cosignedAt ?? 3_600)) });
    this.logs.push(log);
    if (last && this.lies.opens) this.lies.opens(log, this.logs);
    else if (last) log.append(Buffer.from(last.checkpoint()));
  }

  commit(name: string, value: string): string {
    const commitment = commit(name, value);
    this.disclosures.push(commitment);
    return commitment.commitment;
  }

  async decide(name: string, actor: Person, action: string, context: Json): Promise<DraftDecision> {
    const resource = {
      type: REQUEST,
      id: this.requestId,
      properties: { type: 'TEMP_DB_READ_ACCESS', target: 'orders-db', environment: 'prod', duration_minutes: 90, requester: actor.id },
    };
    const input = { subject: { type: 'user', id: actor.id, properties: { roles: ['engineer'] } }, action: { name: action }, resource, context };
    const evaluation = await compiled.evaluate(ENTRYPOINT, canonicalJson(input));
    const honest: Record<string, Json> = JSON.parse(canonicalJson(evaluation.result));
    const result = this.lies.decided ? this.lies.decided(name, honest) : honest;
    const decision: DraftDecision = {
      id: randomUUID(),
      policy: ENTRYPOINT,
      bundle_digest: policyBundle?.digest ?? '',
      bundle_version: policyBundle?.version ?? '',
      action,
      input,
      result,
      allowed: result?.allowed === true,
      reasons: Array.isArray(result?.reasons) ? result.reasons : [],
      outcome: result === null ? 'error' : result.allowed === true ? 'allowed' : 'denied',
      masked: [],
      engine: 'opa-wasm',
      replayable: result !== null,
      actor_id: actor.id,
      subject: { type: REQUEST, id: this.requestId },
      resource,
      duration_ns: 250_000,
      created_at: '',
    };
    this.lies.decision?.(name, decision, this);
    return decision;
  }

  /** Writes the receipt of a step and puts it into the log. */
  record({
    name,
    actor,
    action,
    subject,
    row,
    outcome = 'allowed',
    rows = [],
    edges = [],
    decisions = [],
    isFinal,
    commitments = [],
    usage = [],
  }: Step): DraftReceipt {
    const at = this.now();
    const own = this.receipts.filter(({ content }) => content.subject.id === subject.id);
    const previous = own.findLast(({ content }) => content.seq !== null);
    for (const decision of decisions) decision.created_at = at;
    const seq = row ? (previous?.content.seq ?? 0) + 1 : null;
    const whole = row && {
      id: subject.id,
      status: 'active',
      version: seq,
      updated_at: at,
      ...(seq === 1 ? { tenant_id: 'demo', created_at: at } : {}),
      ...row,
    };
    const changes: DraftChanges = { subject: whole && { type: subject.type, row: whole }, rows, edges, usage, messages: [] };
    const content: { -readonly [K in keyof ReceiptContent]: ReceiptContent[K] } = {
      typ: 'summit-receipt/v1',
      origin: BASE,
      id: randomUUID(),
      action,
      subject,
      seq,
      parents: previous ? [previous.view.leaf_hash] : [],
      actor: this.commit('actor', actor),
      outcome,
      policy: decisions.map((decision) => ({
        decision_id: decision.id,
        bundle_digest: decision.bundle_digest,
        input_digest: sha256(canonicalJson(decision.input)),
        result_digest: sha256(canonicalJson(decision.result)),
      })),
      state: { from: previous?.content.state.to ?? null, to: whole ? String(whole.status) : null },
      input_digest: this.commit('input', '{}'),
      changes_digest: '',
      commitments: commitments.toSorted(),
      at,
      ...(isFinal ? { sealed_count: seq ?? 0 } : {}),
    };
    this.lies.step?.(name, content, changes);
    const written = canonical(changes);
    content.changes_digest = sha256(written);
    const { bytes, leafHash } = encodeReceipt(content);
    const view: DraftReceipt = {
      id: content.id,
      action: content.action,
      outcome: content.outcome,
      actor: [this.engineer, this.lead].find(({ id }) => id === actor)?.handle ?? actor,
      subject: { ...content.subject },
      seq: content.seq,
      state: { ...content.state },
      decision_ids: content.policy.map(({ decision_id }) => decision_id),
      at: content.at,
      leaf_hash: leafHash.toString('base64'),
      log_index: this.log.append(bytes),
      bytes: bytes.toString('base64'),
      changes: written,
    };
    this.receipts.push({ view, content, log: this.log });
    // Others of the tenant use the log too.
    this.log.append(Buffer.from(`a receipt of another subject, ${randomUUID()}`));
    return view;
  }

  /** Signs the draft as it is now; a signature that it has already is replaced. */
  sign<D extends Pick<EvidenceDraft, 'manifest' | 'signature'>>(draft: D, key = this.log.bundle): D {
    const { signature: _, ...members } = draft;
    const { origin, type, id, generated_at, nonce } = draft.manifest;
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: Object.entries(members).map(([name, member]) => ({ name, digest: { sha256: sha256(canonicalJson(member)) } })),
      predicateType: 'https://summit.local/evidence/v1',
      predicate: { origin, type, id, generated_at, nonce },
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const sig = Buffer.from(key.sign(preAuthEncoding(payload))).toString('base64');
    const signature = {
      payloadType: 'application/vnd.in-toto+json',
      payload: payload.toString('base64'),
      signatures: [{ keyid: keyidOf(key), sig }],
    };
    return { ...draft, signature };
  }
}

/** A complete, valid bundle made from nothing, but for the lies. */
export async function buildEvidence(lies: Lies = {}): Promise<{ world: EvidenceWorld; bundle: EvidenceDraft; policy: string }> {
  const world = new EvidenceWorld(lies);
  await world.openLog();
  const people = [world.engineer, world.lead].map((person) => ({ ...person, receipt: hire(world, person) }));
  const { request, approval, decisions } = await tell(world);
  const draft = draftOf(world, people, request, approval, decisions);
  lies.draft?.(draft, world);
  return { world, bundle: world.sign(draft), policy: world.policy };
}

function hire(world: EvidenceWorld, { id, handle }: Person): DraftReceipt {
  const commitment = world.commit('handle', handle);
  return world.record({
    name: `hire ${handle}`,
    actor: 'system:config',
    action: 'user.create',
    subject: { type: 'user', id },
    row: { handle: commitment, roles: ['engineer'], team_ids: [] },
    commitments: [commitment],
  });
}

/** The story: made, run too early and refused by the policy, approved, and cancelled. */
async function tell(world: EvidenceWorld) {
  const { engineer, lead, requestId, approvalId } = world;
  const subject = { type: REQUEST, id: requestId };
  const creation = await world.decide('create', engineer, `${REQUEST}.create`, { approvals: [] });
  const justification = world.commit('justification', 'A customer waits for an answer.');
  const columns: DraftRow = {
    status: 'pending',
    type: 'TEMP_DB_READ_ACCESS',
    target: 'orders-db',
    environment: 'prod',
    duration_minutes: 90,
    justification,
    requester_id: engineer.id,
    required_approvals: ['team_lead', 'security_officer'],
    executor_id: null,
    expires_at: null,
  };
  const created = world.record({
    ...{
      name: 'create',
      actor: engineer.id,
      action: `${REQUEST}.create`,
      subject,
      row: columns,
      decisions: [creation],
      commitments: [justification],
    },
    edges: [
      { from: requestId, relationship: 'requested_by', to: engineer.id },
      { from: requestId, relationship: 'waits_for', to: lead.id },
      { from: requestId, relationship: 'decided_by', to: creation.id },
    ],
  });
  for (let epoch = 0; epoch < (world.lies.rotates ?? 0); epoch++) await world.openLog();
  const execution = await world.decide('execute', engineer, `${REQUEST}.execute`, { approvals: [] });
  world.record({
    ...{ name: 'execute', actor: engineer.id, action: `${REQUEST}.execute`, subject, row: null, outcome: 'denied', decisions: [execution] },
    edges: [{ from: requestId, relationship: 'decided_by', to: execution.id }],
  });
  const comment = world.commit('comment', 'Looks right to me.');
  const approval: DraftRow = {
    tenant_id: 'demo',
    id: approvalId,
    created_at: created.at,
    subject_id: requestId,
    approver_id: lead.id,
    role: 'team_lead',
    status: 'approved',
    digest: sha256('content'),
    comment,
  };
  world.record({
    ...{ name: 'approve', actor: lead.id, action: `${REQUEST}.approve`, subject, row: { status: 'pending' }, commitments: [comment] },
    rows: [{ type: 'approval', row: approval }],
    edges: [
      { from: requestId, relationship: 'waits_for', to: lead.id, ends: true },
      { from: requestId, relationship: 'has_approval', to: approvalId },
      { from: approvalId, relationship: 'given_by', to: lead.id },
    ],
  });
  if (world.lies.ends !== false) {
    world.record({ name: 'cancel', actor: engineer.id, action: `${REQUEST}.cancel`, subject, row: { status: 'cancelled' }, isFinal: true });
  }
  return {
    request: { ...columns, justification: 'A customer waits for an answer.', requester: engineer.handle },
    approval: { ...approval, comment: 'Looks right to me.', approver: lead.handle },
    decisions: [creation, execution],
  };
}

function draftOf(
  world: EvidenceWorld,
  people: EvidenceDraft['people'],
  row: DraftRow,
  approval: DraftRow,
  decisions: DraftDecision[],
): EvidenceDraft {
  const { requestId: id, engineer, approvalId } = world;
  const own = world.receipts.filter(({ content }) => content.subject.id === id);
  const chain = own.filter(({ content }) => content.seq !== null);
  const [first, last] = [chain[0]?.content, chain.at(-1)?.content];
  const [status, version, created_at, updated_at] = [last?.state.to ?? '', last?.seq ?? 0, first?.at ?? '', last?.at ?? ''];
  const request: DraftRow = { ...row, tenant_id: 'demo', id, created_at, status, version, updated_at };
  const proofs = Object.fromEntries(world.receipts.map(({ view, log }) => [view.id, log.proof(view.log_index)]));
  const edges = own.flatMap(({ view }) => (JSON.parse(view.changes) as DraftChanges).edges ?? []);
  const used = world.logs.filter((each) => world.receipts.some(({ log }) => log === each));
  const epochs = used.slice(1).map((log) => ({
    origin: log.origin,
    entry: Buffer.from(log.entries[0] ?? []).toString('base64'),
    proof: log.proof(0),
  }));
  const { digest = '', version: bundleVersion = '', id: bundleId = '', opa = '', dataText = '', wasm } = policyBundle ?? {};
  return {
    manifest: {
      ...{ typ: 'summit-evidence/v1', evidence: 'high-risk-ops', origin: BASE, tenant: 'demo' },
      ...{ type: REQUEST, id, status, version, created_at, updated_at, generated_at: world.now(), nonce: null },
      members: {
        request: { type: REQUEST, many: false },
        execution: { type: 'high-risk-ops.execution', many: false },
        approvals: { type: 'approval', many: true },
      },
      subjects: [{ type: REQUEST, id, status, version }],
      receipts: own.map(({ view: { id: receipt, action, at } }) => ({ id: receipt, action, at })),
      policy_decisions: decisions.map(({ id: decision, action, created_at: at }) => ({ id: decision, action, created_at: at })),
      policy_bundles: [{ digest, version: bundleVersion }],
      counts: {
        ...{ approvals: 1, receipts: own.length, people: people.length, policy_decisions: decisions.length, policy_bundles: 1 },
        ...{ edges: edges.length, disclosures: world.disclosures.length },
      },
      checkpoints: checkpointsOf(proofs),
    },
    request,
    execution: null,
    approvals: [approval],
    receipts: own.map(({ view }) => structuredClone(view)),
    people: structuredClone(people),
    policy_decisions: structuredClone(decisions),
    policy_bundles: [
      {
        ...{ digest, id: bundleId, version: bundleVersion, opa, entrypoints: [ENTRYPOINT], sources: {}, signature: null },
        ...{ wasm: wasm?.toString('base64') ?? '', data: dataText },
      },
    ],
    graph: {
      node: { id, type: REQUEST, label: 'TEMP_DB_READ_ACCESS orders-db' },
      neighbors: [
        { id: engineer.id, type: 'user', label: engineer.handle, relationship: 'requested_by', direction: 'out' },
        { id: approvalId, type: 'approval', label: 'approved as team_lead', relationship: 'has_approval', direction: 'out' },
      ],
      edges,
    },
    disclosures: world.disclosures.toSorted((a, b) => (a.commitment < b.commitment ? -1 : 1)).map((disclosure) => ({ ...disclosure })),
    proof: { receipts: proofs, consistency: null, epochs },
  };
}

/** Those that the proofs lead to, each once. */
export function checkpointsOf(proofs: Readonly<Record<string, string>>): EvidenceDraft['manifest']['checkpoints'] {
  return [...new Set(Object.values(proofs).map((proof) => parseNote(parseProof(proof).checkpoint).text))].map((text) => {
    const { origin, size, root } = parseCheckpoint(text);
    return { origin, size: Number(size), root: Buffer.from(root).toString('base64') };
  });
}

import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatProof, parseProof } from '../../sdk/verify/checkpoint.ts';
import { type Report, type VerifyOptions, verifyEvidence } from '../../sdk/verify/index.ts';
import { parsePolicy } from '../../sdk/verify/policy.ts';
import { BASE, buildEvidence, type EvidenceWorld, type Lies } from '../support/evidence-builder.ts';
import type { DraftDecision, DraftReceipt, EvidenceDraft } from '../support/evidence-draft.ts';
import { TenantLog } from '../support/tenant-log.ts';
import { oracleLeaf, oracleRoot } from '../support/tree-oracle.ts';

const test = suite('Verifier: attacks');

type Options = Omit<VerifyOptions, 'policy'>;

/** Verdict and codes of what the operator signed and everybody else left alone. */
async function judgeLies(lies: Lies, options: Options = {}): Promise<Report> {
  const { bundle, policy } = await buildEvidence(lies);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), ...options });
}

/** The same of a sound bundle that somebody changed on its way. */
async function judgeChanged(change: (bundle: EvidenceDraft, world: EvidenceWorld) => void, lies: Lies = {}): Promise<Report> {
  const { bundle, policy, world } = await buildEvidence(lies);
  change(bundle, world);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy) });
}

/** That the report says no with this verdict, and names this as a reason. */
function refused({ ok, integrity, findings }: Report, verdict: Report['integrity']['verdict'], ...codes: readonly string[]): void {
  assert.equal([ok, integrity.verdict], [false, verdict], textOf(findings));
  for (const code of codes)
    assert.ok(
      findings.some((finding) => finding.verdict === verdict && finding.code === code),
      `${code} is not in\n${textOf(findings)}`,
    );
}

function incomplete({ ok, completeness, findings }: Report, code: string): void {
  assert.equal([ok, completeness.verdict], [false, 'INCOMPLETE'], textOf(findings));
  assert.ok(
    findings.some((finding) => finding.verdict === 'INCOMPLETE' && finding.code === code),
    `${code} is not in\n${textOf(findings)}`,
  );
}

function textOf(findings: Report['findings']): string {
  return findings.map(({ verdict, code, message }) => `${verdict} ${code}: ${message}`).join('\n');
}

function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

/** The receipt's bytes with other content, and all that follows from them as an attacker would write it. */
function rewrite(receipt: DraftReceipt, from: string, to: string): void {
  const text = Buffer.from(receipt.bytes, 'base64').toString();
  assert.ok(text.includes(from), `${from} is not in ${text}`);
  const bytes = Buffer.from(text.replace(from, to));
  receipt.bytes = bytes.toString('base64');
  receipt.leaf_hash = Buffer.from(oracleLeaf(bytes)).toString('base64');
}

test('what nobody touched is witnessed, complete and comes out the same', async () => {
  const { ok, integrity, completeness, replay, findings } = await judgeLies({});
  assert.equal(findings, []);
  assert.equal([ok, integrity, completeness.verdict], [true, { verdict: 'WITNESSED', witnesses: ['w1'] }, 'COMPLETE']);
  assert.equal(replay, { verdict: 'REPRODUCED', reproduced: 2, decisions: 2 });
});

test('a subject that goes on is complete up to here', async () => {
  const { ok, completeness } = await judgeLies({ ends: false });
  assert.equal([ok, completeness.verdict, completeness.open.length], [true, 'OPEN', 1]);
});

test('two epochs of a log prove one subject, where the later begins with the end of the earlier', async () => {
  const { ok, integrity, findings } = await judgeLies({ rotates: true });
  assert.equal([ok, integrity.verdict], [true, 'WITNESSED'], textOf(findings));
});

test('tamper a receipt row: what is shown beside the bytes is what they say', async () => {
  const fields: readonly ((receipt: DraftReceipt) => void)[] = [
    (receipt) => Object.assign(receipt, { action: 'high-risk-ops.request.reject' }),
    (receipt) => Object.assign(receipt, { outcome: 'denied' }),
    (receipt) => Object.assign(receipt, { seq: 3 }),
    (receipt) => Object.assign(receipt, { at: '2026-11-22T11:00:00.000Z' }),
    (receipt) => Object.assign(receipt, { decision_ids: ['0'] }),
    (receipt) => Object.assign(receipt, { log_index: receipt.log_index + 1 }),
    (receipt) => Object.assign(receipt.state, { to: 'approved' }),
    (receipt) => Object.assign(receipt.subject, { id: 'another' }),
  ];
  for (const change of fields) refused(await judgeLies({ draft: ({ receipts }) => change(at(receipts, 2)) }), 'INVALID', 'view-differs');
  refused(
    await judgeLies({ draft: ({ receipts }) => Object.assign(at(receipts, 0), { leaf_hash: at(receipts, 1).leaf_hash }) }),
    'INVALID',
    'leaf-hash-differs',
  );
});

test('tamper a receipt row: another person is shown to have acted', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => Object.assign(at(receipts, 2), { actor: 'engineer' }) });
  refused(report, 'INVALID', 'actor-not-bound');
});

test('forge a receipt: bytes that were never in the log', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => rewrite(at(receipts, 2), '"outcome":"allowed"', '"outcome":"refused"') });
  refused(report, 'INVALID', 'not-included');
});

test('forge a receipt: its changes are others than it binds', async () => {
  const report = await judgeLies({
    draft({ receipts }) {
      const receipt = at(receipts, 0);
      receipt.changes = receipt.changes.replace('"duration_minutes":90', '"duration_minutes":91');
    },
  });
  refused(report, 'INVALID', 'changes-differ');
});

test('a receipt that is no canonical JSON, or has a member that no receipt has, is none', async () => {
  const spaced = (receipt: DraftReceipt) => {
    const bytes = Buffer.from(Buffer.from(receipt.bytes, 'base64').toString().replace('{', '{ '));
    receipt.bytes = bytes.toString('base64');
  };
  refused(await judgeLies({ draft: ({ receipts }) => spaced(at(receipts, 0)) }), 'INVALID', 'malformed-receipt');
  refused(
    await judgeLies({ step: (name, content) => void (name === 'create' && Object.assign(content, { note: 'x' })) }),
    'INVALID',
    'malformed-receipt',
  );
});

test('reorder: receipts in another order in the log than their parents say', async () => {
  const { bundle, policy, world } = await buildEvidence({
    draft({ receipts, proof }, { log }) {
      // The log as it would be, had the two come in the other order.
      const [create, approve] = [at(receipts, 0), at(receipts, 2)];
      const [first, second] = [create.log_index, approve.log_index];
      const entries = log.entries.splice(0);
      log.entries.push(...entries.with(first, at(entries, second)).with(second, at(entries, first)));
      [create.log_index, approve.log_index] = [second, first];
      for (const id of Object.keys(proof.receipts)) {
        proof.receipts[id] = log.proof(log.entries.findIndex((entry) => Buffer.from(entry).includes(`"id":"${id}"`)));
      }
    },
  });
  Object.assign(at(bundle.manifest.checkpoints, 0), { root: Buffer.from(oracleRoot(world.log.leaves())).toString('base64') });
  const report = await verifyEvidence(JSON.stringify(world.sign(bundle)), { policy: await parsePolicy(policy) });
  refused(report, 'INVALID', 'parent-after-child');
});

test('insert: a second receipt of the same seq', async () => {
  refused(
    await judgeLies({
      step: (name, content, { subject }) =>
        void (name === 'cancel' && subject && Object.assign(subject.row, { version: 2 }) && Object.assign(content, { seq: 2, sealed_count: 2 })),
    }),
    'INVALID',
    'doubled-seq',
  );
});

test('insert: a receipt that does not name the one before it', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'cancel' && Object.assign(content, { parents: [] })) }),
    'INVALID',
    'parent-not-named',
  );
});

test('insert: a receipt that does not begin where the last one ended', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'cancel' && Object.assign(content.state, { from: 'approved' })) }),
    'INVALID',
    'state-break',
  );
});

test('a receipt after the one that sealed its subject', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'approve' && Object.assign(content, { sealed_count: 2 })) }),
    'INVALID',
    'after-the-seal',
  );
});

test('drop a receipt of a bundle, on its way', async () => {
  const report = await judgeChanged(({ receipts }) => void receipts.splice(2, 1));
  refused(report, 'INVALID', 'statement-differs', 'stray-proof', 'manifest-differs');
  incomplete(report, 'gap');
});

/** Leaves the receipt out of everything, so that the rest agrees with itself. */
function leaveOut(draft: EvidenceDraft, index: number): void {
  const [receipt] = draft.receipts.splice(index, 1);
  const bytes = Buffer.from(receipt?.bytes ?? '', 'base64').toString();
  draft.manifest.receipts.splice(index, 1);
  draft.manifest.counts.receipts = draft.receipts.length;
  delete draft.proof.receipts[receipt?.id ?? ''];
  draft.disclosures = draft.disclosures.filter(({ commitment }) => !bytes.includes(commitment));
  draft.manifest.counts.disclosures = draft.disclosures.length;
  draft.graph.edges = draft.receipts.flatMap(({ changes }) => JSON.parse(changes).edges);
  draft.manifest.counts.edges = draft.graph.edges.length;
}

test('drop a receipt of a bundle, before it is signed: the seq has a gap, and the seal counts more', async () => {
  const report = await judgeLies({ draft: (draft) => leaveOut(draft, 2) });
  incomplete(report, 'gap');
  incomplete(report, 'seal-differs');
  incomplete(report, 'parent-missing');
});

test('drop the last receipt of a bundle: the manifest and the subject know more', async () => {
  incomplete(await judgeLies({ draft: (draft) => leaveOut(draft, 3) }), 'subject-differs');
});

test('drop a member', async () => {
  refused(await judgeChanged((bundle) => void Reflect.deleteProperty(bundle, 'execution')), 'INVALID', 'malformed-bundle');
  refused(
    await judgeChanged((bundle) => {
      Reflect.deleteProperty(bundle, 'execution');
      Reflect.deleteProperty(bundle.manifest.members, 'execution');
    }),
    'INVALID',
    'statement-differs',
  );
});

test('add a member that nobody signed', async () => {
  refused(await judgeChanged((bundle) => void Object.assign(bundle, { note: {} })), 'INVALID', 'malformed-bundle');
});

test('alter a member: every field is bound by a receipt', async () => {
  const { bundle } = await buildEvidence();
  for (const field of Object.keys(bundle.request)) {
    const report = await judgeLies({ draft: ({ request }) => Object.assign(request, { [field]: 'forged' }) });
    refused(report, 'INVALID', field === 'id' ? 'row-not-bound' : 'field-not-bound');
  }
  refused(await judgeLies({ draft: ({ request }) => Object.assign(request, { discount: '99.00' }) }), 'INVALID', 'field-not-bound');
  refused(await judgeLies({ draft: ({ request }) => void Reflect.deleteProperty(request, 'target') }), 'INVALID', 'field-not-bound');
  refused(await judgeLies({ draft: ({ request }) => void Reflect.deleteProperty(request, 'requester') }), 'INVALID', 'field-not-bound');
});

test('change state by raw SQL with no receipt: the row is not what its receipts leave of it', async () => {
  const report = await judgeLies({
    ends: false,
    draft({ request, manifest }) {
      Object.assign(request, { status: 'approved' });
      Object.assign(manifest, { status: 'approved' });
      Object.assign(at(manifest.subjects, 0), { status: 'approved' });
    },
  });
  refused(report, 'INVALID', 'field-not-bound');
  incomplete(report, 'subject-differs');
});

test('insert an approval by raw SQL with no receipt', async () => {
  const report = await judgeLies({
    draft({ approvals, manifest }) {
      approvals.push({ ...at(approvals, 0), id: 'by-hand', role: 'security_officer' });
      manifest.counts.approvals = 2;
    },
  });
  refused(report, 'INVALID', 'row-not-bound');
});

test('hide an approval that the receipts bind', async () => {
  const report = await judgeLies({
    draft({ approvals, manifest }) {
      approvals.pop();
      manifest.counts.approvals = 0;
    },
  });
  incomplete(report, 'row-not-shown');
});

test('show an approval twice', async () => {
  refused(await judgeLies({ draft: ({ approvals }) => void approvals.push(at(approvals, 0)) }), 'INVALID', 'doubled-row');
});

test('swap tenant: receipts of another origin', async () => {
  refused(
    await judgeLies({ step: (name, content) => void (name === 'approve' && Object.assign(content, { origin: 'summit.test/other' })) }),
    'INVALID',
    'other-origin',
  );
});

test("swap tenant: proofs by another tenant's log", async () => {
  const other = await TenantLog.open('summit.test/other');
  const { bundle, policy, world } = await buildEvidence({
    draft({ receipts, proof }, { log }) {
      other.entries.push(...log.entries);
      for (const { id, log_index } of receipts) proof.receipts[id] = other.proof(log_index);
    },
  });
  assert.ok(world.log.origin === BASE);
  const text = [...other.policyLines, policy].join('\n');
  refused(await verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(text) }), 'INVALID', 'malformed-proof');
});

test('replay a receipt: the same one twice', async () => {
  const report = await judgeLies({ draft: ({ receipts }) => void receipts.push(structuredClone(at(receipts, 0))) });
  refused(report, 'INVALID', 'doubled-receipt');
});

test('replay a bundle: it was made for another nonce, or about another subject', async () => {
  refused(await judgeLies({}, { nonce: '4711' }), 'INVALID', 'nonce-differs');
  refused(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest, { nonce: '4710' }) }, { nonce: '4711' }), 'INVALID', 'nonce-differs');
  refused(await judgeLies({}, { subject: 'another' }), 'INVALID', 'other-subject');
  const { ok } = await judgeLies({ draft: ({ manifest }) => Object.assign(manifest, { nonce: '4711' }) }, { nonce: '4711' });
  assert.ok(ok);
});

test('replay a bundle: an old signature on new members', async () => {
  const { bundle: old } = await buildEvidence();
  refused(await judgeChanged((bundle) => Object.assign(bundle, { signature: old.signature })), 'INVALID', 'statement-differs');
});

test('forge a checkpoint: another root under the signature of the log', async () => {
  const report = await judgeLies({
    draft({ proof, receipts }) {
      const { id } = at(receipts, 0);
      const parsed = parseProof(proof.receipts[id] ?? '');
      const checkpoint = parsed.checkpoint.replace(/\n[A-Za-z0-9+/]{43}=\n/, `\n${Buffer.alloc(32, 7).toString('base64')}\n`);
      proof.receipts[id] = formatProof({ ...parsed, checkpoint });
    },
  });
  refused(report, 'INVALID', 'malformed-proof');
});

test('bring your own keys inside the bundle: a whole world that nobody has pinned', async () => {
  const { policy } = await buildEvidence();
  const { bundle } = await buildEvidence();
  const report = await verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy) });
  refused(report, 'UNANCHORED', 'unknown-log', 'unknown-signer', 'no-quorum');
  assert.is(report.replay.verdict, 'PARTIAL', 'code that nobody vouches for is not run');
});

test('sign a bundle with the key of the log, or of promises: each key has one purpose', async () => {
  for (const key of ['key', 'promise'] as const) {
    const { bundle, world, policy } = await buildEvidence();
    const report = await verifyEvidence(JSON.stringify(world.sign(bundle, world.log[key])), { policy: await parsePolicy(policy) });
    refused(report, 'UNANCHORED', 'unknown-signer');
  }
});

test('strip signatures: of the bundle, of the log, of the witness', async () => {
  refused(await judgeChanged(({ signature }) => void signature?.signatures.pop()), 'UNANCHORED', 'unknown-signer');
  refused(await judgeChanged((bundle) => void Reflect.deleteProperty(bundle, 'signature')), 'INVALID', 'malformed-bundle');
  const strip = (pattern: RegExp) => (draft: EvidenceDraft) => {
    for (const [id, proof] of Object.entries(draft.proof.receipts)) draft.proof.receipts[id] = proof.replace(pattern, '');
  };
  refused(await judgeLies({ draft: strip(/— summit\.test.*\n/u) }), 'UNANCHORED', 'unknown-log');
  refused(await judgeLies({ draft: strip(/— witness\.test.*\n/u) }), 'UNANCHORED', 'no-quorum');
});

test('a signature that does not verify is worse than none', async () => {
  const report = await judgeChanged(({ signature }) => {
    const [signed] = signature?.signatures ?? [];
    if (signed) signed.sig = `${signed.sig.startsWith('A') ? 'B' : 'A'}${signed.sig.slice(1)}`;
  });
  refused(report, 'INVALID', 'bad-signature');
});

test('split view: two heads of one size, both signed by the log', async () => {
  const report = await judgeLies({
    draft({ receipts, proof, manifest }, { log }) {
      const { id, log_index } = at(receipts, 0);
      const entries = [...log.entries];
      log.entries[log.entries.length - 1] = Buffer.from('what others are shown');
      proof.receipts[id] = log.proof(log_index);
      manifest.checkpoints.push({ ...at(manifest.checkpoints, 0), root: Buffer.from(oracleRoot(log.leaves())).toString('base64') });
      log.entries.splice(0, entries.length, ...entries);
    },
  });
  refused(report, 'DIVERGED', 'split-view');
});

test('two sizes of one log in one bundle', async () => {
  const report = await judgeLies({
    draft({ receipts, proof }, { log }) {
      const { id, log_index } = at(receipts, 0);
      proof.receipts[id] = log.proof(log_index, log.entries.length - 1);
    },
  });
  refused(report, 'INVALID', 'mixed-sizes');
});

test('clock rollback: a receipt of an earlier time than the one before it', async () => {
  const back = '2026-11-22T11:59:59.000Z';
  const report = await judgeLies({
    step(name, content, { subject }) {
      if (name !== 'cancel') return;
      content.at = back;
      if (subject) subject.row.updated_at = back;
    },
  });
  refused(report, 'INVALID', 'clock-rollback');
});

test('clock rollback: a witness cosigned before the receipt was made', async () => {
  refused(await judgeLies({ cosignedAt: -3_600 }), 'INVALID', 'clock-rollback');
  assert.ok((await judgeLies({ cosignedAt: -240 })).ok, 'clocks differ by some minutes');
});

test('swap the policy bundle', async () => {
  const report = await judgeLies({ draft: ({ policy_bundles }) => Object.assign(at(policy_bundles, 0), { data: '{"max":999}' }) });
  refused(report, 'INVALID', 'bundle-differs');
  assert.is(report.replay.verdict, 'PARTIAL');
  const renamed = await judgeLies({
    draft({ policy_bundles, policy_decisions, manifest }) {
      const data = '{"max":999}';
      const bundle = at(policy_bundles, 0);
      const digest = createHash('sha256').update(Buffer.from(bundle.wasm, 'base64')).update(data).digest('hex');
      Object.assign(bundle, { data, digest });
      for (const decision of policy_decisions) decision.bundle_digest = digest;
      Object.assign(at(manifest.policy_bundles, 0), { digest });
    },
  });
  refused(renamed, 'INVALID', 'decision-not-bound');
});

test("alter a decision's input or result", async () => {
  const changes: readonly ((decision: DraftDecision) => void)[] = [
    ({ input }) => Object.assign(input, { context: { approvals: [{ role: 'manager' }] } }),
    (decision) => Object.assign(decision, { result: { ...decision.result, required_approvals: [] } }),
  ];
  for (const change of changes) {
    const report = await judgeLies({ draft: ({ policy_decisions }) => change(at(policy_decisions, 0)) });
    refused(report, 'INVALID', 'decision-not-bound');
  }
  for (const field of ['allowed', 'outcome', 'action', 'actor_id', 'created_at', 'reasons', 'resource', 'subject'] as const) {
    const others = {
      allowed: false,
      outcome: 'denied',
      reasons: [],
      resource: null,
      subject: { type: 't', id: 'i' },
      created_at: '2026-11-22T12:00:00.000Z',
    };
    const report = await judgeLies({
      draft({ policy_decisions }) {
        Object.assign(at(policy_decisions, 0), { [field]: 'x' }, field in others ? { [field]: others[field as keyof typeof others] } : {});
      },
    });
    refused(report, 'INVALID', 'decision-differs');
  }
});

test('the operator records another result than the policy gave: made again, it differs', async () => {
  const report = await judgeLies({
    decided: (name, result) => (name === 'create' && result ? { ...result, required_approvals: ['team_lead'] } : result),
  });
  assert.equal([report.ok, report.integrity.verdict, report.replay.verdict], [false, 'WITNESSED', 'DIFFERS']);
  assert.match(textOf(report.findings), 'required_approvals was ["team_lead"]');
});

test('what the policy denied was done all the same', async () => {
  const report = await judgeLies({
    decided: (name, result) => (name === 'create' && result ? { ...result, allowed: false } : result),
  });
  refused(report, 'INVALID', 'decision-differs');
});

test('drop a decision that a receipt binds, or add one that none does', async () => {
  const report = await judgeLies({
    draft({ policy_decisions, manifest }) {
      policy_decisions.pop();
      manifest.policy_decisions.pop();
      manifest.counts.policy_decisions = 1;
    },
  });
  refused(report, 'INVALID', 'decision-missing');
  const added = await judgeLies({ draft: ({ policy_decisions }) => void policy_decisions.push({ ...at(policy_decisions, 0), id: 'another' }) });
  refused(added, 'INVALID', 'decision-not-bound');
});

test('guess a redacted value: without its salt a guess opens nothing', async () => {
  const erase = ({ disclosures, request }: EvidenceDraft) => {
    const disclosure = disclosures.find(({ name }) => name === 'justification');
    Object.assign(disclosure ?? {}, { salt: null, value: null });
    request.justification = null;
    return disclosure;
  };
  assert.ok((await judgeLies({ draft: (draft) => void erase(draft) })).ok, 'what was erased leaves the rest as it was');
  const guesses = [
    { salt: 'A'.repeat(22), value: 'A customer waits for an answer.' },
    { salt: '', value: 'A customer waits for an answer.' },
    { salt: null, value: 'A customer waits for an answer.' },
  ];
  for (const guess of guesses) {
    refused(await judgeLies({ draft: (draft) => void Object.assign(erase(draft) ?? {}, guess) }), 'INVALID', 'commitment-differs');
  }
  const shown = await judgeLies({
    draft: (draft) => void (erase(draft) && Object.assign(draft.request, { justification: 'A customer waits for an answer.' })),
  });
  refused(shown, 'INVALID', 'field-not-bound');
});

test('open a commitment as something that it is not', async () => {
  const swap = (name: string, to: string) => (draft: EvidenceDraft) => {
    for (const disclosure of draft.disclosures) if (disclosure.name === name) disclosure.name = to;
  };
  refused(await judgeLies({ draft: swap('comment', 'justification') }), 'INVALID', 'commitment-differs', 'field-not-bound');
  const report = await judgeLies({ draft: ({ disclosures }) => void disclosures.pop() });
  refused(report, 'INVALID', 'disclosure-missing');
  const stray = { commitment: 'A'.repeat(43), name: 'n', salt: null, value: null };
  refused(await judgeLies({ draft: ({ disclosures }) => void disclosures.push(stray) }), 'INVALID', 'stray-disclosure');
});

test('name another person: a handle is proven by the receipt that made the person', async () => {
  refused(await judgeLies({ draft: ({ people }) => Object.assign(at(people, 1), { handle: 'ceo' }) }), 'INVALID', 'person-not-bound');
  const stolen = await judgeLies({ draft: ({ people }) => Object.assign(at(people, 1), { receipt: structuredClone(at(people, 0).receipt) }) });
  refused(stolen, 'INVALID', 'person-not-bound');
  const report = await judgeLies({
    draft(draft) {
      const [, gone] = draft.people.splice(1, 1);
      delete draft.proof.receipts[gone?.receipt.id ?? ''];
    },
  });
  assert.not.ok(report.ok);
});

test('leaf/node confusion: the two halves of a node are not a leaf', async () => {
  const report = await judgeLies({
    draft({ receipts, proof }, { log }) {
      const receipt = at(receipts, 0);
      const parsed = parseProof(proof.receipts[receipt.id] ?? '');
      const [sibling, ...rest] = parsed.hashes;
      const node = Buffer.concat([oracleLeaf(at(log.entries, receipt.log_index)), sibling ?? Buffer.alloc(0)]);
      receipt.bytes = node.toString('base64');
      receipt.log_index /= 2;
      proof.receipts[receipt.id] = formatProof({ ...parsed, index: parsed.index / 2n, hashes: rest });
    },
  });
  refused(report, 'INVALID', 'malformed-receipt');
});

test('move a receipt to another place: its proof is of one place only', async () => {
  const report = await judgeLies({
    draft({ receipts, proof }) {
      const { id } = at(receipts, 0);
      const parsed = parseProof(proof.receipts[id] ?? '');
      proof.receipts[id] = formatProof({ ...parsed, index: parsed.index + 1n });
    },
  });
  refused(report, 'INVALID', 'not-included');
});

test('a proof that is missing, or has what nobody has signed', async () => {
  refused(await judgeLies({ draft: ({ proof, receipts }) => void delete proof.receipts[at(receipts, 0).id] }), 'INVALID', 'proof-missing');
  const report = await judgeLies({
    draft({ receipts, proof }) {
      const { id } = at(receipts, 0);
      proof.receipts[id] = formatProof({ ...parseProof(proof.receipts[id] ?? ''), extra: Buffer.from('trust me') });
    },
  });
  refused(report, 'INVALID', 'malformed-proof');
});

test('counts, lists and checkpoints of the manifest are those of the bundle', async () => {
  const { bundle } = await buildEvidence();
  for (const name of Object.keys(bundle.manifest.counts)) {
    incomplete(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest.counts, { [name]: 99 }) }), 'count-differs');
  }
  for (const name of ['receipts', 'policy_decisions', 'policy_bundles', 'checkpoints'] as const) {
    refused(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest, { [name]: [] }) }), 'INVALID', 'manifest-differs');
  }
  for (const name of ['created_at', 'updated_at'] as const) {
    refused(
      await judgeLies({ draft: ({ manifest }) => Object.assign(manifest, { [name]: '2026-01-01T00:00:00.000Z' }) }),
      'INVALID',
      'manifest-differs',
    );
  }
  refused(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest, { tenant: 'other' }) }), 'INVALID', 'manifest-differs');
});

test('the graph has the edges that the receipts bind, and neighbours only where one has not ended', async () => {
  refused(await judgeLies({ draft: ({ graph }) => void graph.edges.pop() }), 'INVALID', 'graph-differs');
  refused(await judgeLies({ draft: ({ graph }) => void graph.edges.reverse() }), 'INVALID', 'graph-differs');
  const neighbor =
    (relationship: string, direction: string) =>
    (draft: EvidenceDraft, { lead }: EvidenceWorld) =>
      void draft.graph.neighbors.push({ id: lead.id, type: 'user', label: 'lead', relationship, direction });
  refused(await judgeLies({ draft: neighbor('waits_for', 'out') }), 'INVALID', 'neighbor-not-bound');
  refused(await judgeLies({ draft: neighbor('requested_by', 'in') }), 'INVALID', 'neighbor-not-bound');
});

test('an epoch that nothing joins to the one before it', async () => {
  refused(await judgeLies({ rotates: true, draft: ({ proof }) => void proof.epochs.pop() }), 'UNANCHORED', 'epoch-not-linked');
});

test('an epoch that is joined to another log, or to a tree that had lost its end', async () => {
  const forged = await judgeLies({
    rotates: true,
    draft({ proof }) {
      const entry = Buffer.from('not a checkpoint').toString('base64');
      proof.epochs = proof.epochs.map((epoch) => ({ ...epoch, entry }));
    },
  });
  refused(forged, 'INVALID', 'not-included');
});

test.run();

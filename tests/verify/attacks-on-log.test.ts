import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatProof, parseProof } from '../../sdk/verify/checkpoint.ts';
import { parsePolicy, type State, verifyEvidence } from '../../sdk/verify/index.ts';
import { CheckpointReader } from '../../sdk/verify/log.ts';
import { BASE, buildEvidence, type EvidenceWorld } from '../support/evidence-builder.ts';
import type { EvidenceDraft } from '../support/evidence-draft.ts';
import { at, judgeChanged, judgeLies, refused, textOf } from '../support/judged.ts';
import { TenantLog } from '../support/tenant-log.ts';
import { oracleLeaf, oracleRoot } from '../support/tree-oracle.ts';

const test = suite('Verifier: attacks on the log and its signatures');

test('two epochs of a log prove one subject, where the later begins with the end of the earlier', async () => {
  const { ok, integrity, findings } = await judgeLies({ rotates: 1 });
  assert.equal([ok, integrity.verdict], [true, 'WITNESSED'], textOf(findings));
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

test('sign a bundle with a key that was replaced before its last receipts', async () => {
  const { bundle, world, policy } = await buildEvidence({ rotates: 1 });
  const report = await verifyEvidence(JSON.stringify(world.sign(bundle, world.logs[0]?.bundle)), { policy: await parsePolicy(policy) });
  refused(report, 'UNANCHORED', 'outdated-signer');
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

test('clock rollback: a witness cosigned before the receipt was made', async () => {
  refused(await judgeLies({ cosignedAt: -3_600 }), 'INVALID', 'clock-rollback');
  assert.ok((await judgeLies({ cosignedAt: -240 })).ok, 'clocks differ by some minutes');
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

test('prove nothing: what leads to no checkpoint is in no log', async () => {
  const { ok, integrity, findings } = await judgeLies({
    draft({ manifest, receipts, people, proof }) {
      Object.assign(manifest, { receipts: [], checkpoints: [] });
      Object.assign(proof, { receipts: {} });
      receipts.splice(0);
      people.splice(0);
    },
  });
  assert.equal([ok, findings.some(({ code }) => code === 'no-checkpoint')], [false, true], integrity.verdict);
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

test('an epoch that nothing joins to the one before it', async () => {
  refused(await judgeLies({ rotates: 1, draft: ({ proof }) => void proof.epochs.pop() }), 'UNANCHORED', 'epoch-not-linked');
});

test('an epoch that is joined to something else than the end of the log before it', async () => {
  const lies: readonly ((epoch: EvidenceDraft['proof']['epochs'][number], world: EvidenceWorld) => void)[] = [
    (epoch) => Object.assign(epoch, { entry: Buffer.from('not a checkpoint').toString('base64') }),
    (epoch, { log }) => Object.assign(epoch, { entry: Buffer.from(at(log.entries, 1)).toString('base64'), proof: log.proof(1) }),
    (epoch, { logs: [first] }) => Object.assign(epoch, { proof: first?.proof(0) }),
  ];
  for (const lie of lies) {
    refused(await judgeLies({ rotates: 1, draft: ({ proof }, world) => lie(at(proof.epochs, 0), world) }), 'INVALID');
  }
  const moved = await judgeLies({
    rotates: 1,
    draft: ({ proof }, { log }) =>
      void Object.assign(at(proof.epochs, 0), { entry: Buffer.from(at(log.entries, 1)).toString('base64'), proof: log.proof(1) }),
  });
  assert.match(textOf(moved.findings), 'by leaf 0');
  refused(
    await judgeLies({ draft: ({ proof }, { log }) => void proof.epochs.push({ origin: BASE, entry: '', proof: log.proof(0) }) }),
    'INVALID',
    'stray-epoch',
  );
});

test('an epoch that is joined to the wrong log, or to one that had lost its end', async () => {
  const { policy, bundle } = await buildEvidence({
    rotates: 1,
    opens(log, [first]) {
      // The old log as it was before its last leaf.
      if (first) log.append(Buffer.from(first.checkpoint(first.entries.length - 1)));
    },
  });
  const report = await verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy) });
  refused(report, 'DIVERGED', 'log-went-back');
  const own = await judgeLies({ rotates: 1, opens: (log) => void log.append(Buffer.from(log.checkpoint(0))) });
  assert.match(textOf(own.findings), 'not of an epoch before 2');
});

/** Two lives of epoch 1, of which the later log has recorded the other as the end: without witnesses nobody else would tell. */
async function forkOfEndedEpoch(otherLeaves: number) {
  const { bundle, policy, world } = await buildEvidence({
    rotates: 1,
    opens(log, [first]) {
      first?.cosigners.splice(0);
      log.cosigners.splice(0);
      const mine = first?.entries.splice(0) ?? [];
      first?.entries.push(...Array.from({ length: otherLeaves }, (_, index) => Buffer.from(`another history ${index}`)));
      log.append(Buffer.from(first?.checkpoint() ?? ''));
      first?.entries.splice(0, otherLeaves, ...mine);
    },
  });
  const pinned = policy.replace(/^(witness|quorum) .*$/gm, '').concat('quorum none\n');
  const end = Array.from({ length: otherLeaves }, (_, index) => oracleLeaf(Buffer.from(`another history ${index}`)));
  const state: State = new Map([[BASE, { size: BigInt(otherLeaves), root: oracleRoot(end) }]]);
  return { bundle, policy: await parsePolicy(pinned), world, state };
}

test('fork an ended epoch: receipts are proven by another tree than the later log says that it ended with', async () => {
  for (const [leaves, code] of [
    [9, 'not-the-end'],
    [2, 'log-went-back'],
  ] as const) {
    const { bundle, policy, state } = await forkOfEndedEpoch(leaves);
    const text = JSON.stringify(bundle);
    refused(await verifyEvidence(text, { policy }), 'DIVERGED', code);
    refused(await verifyEvidence(text, { policy, state }), 'DIVERGED', code);
  }
});

test('what is remembered is compared with each checkpoint of a log, with how an epoch ended too', async () => {
  const { bundle, policy, world } = await forkOfEndedEpoch(9);
  const [first] = world.logs;
  const state: State = new Map([[BASE, { size: 9n, root: Buffer.alloc(32, 7) }]]);
  const report = await verifyEvidence(JSON.stringify(bundle), { policy, state });
  refused(report, 'DIVERGED', 'split-view', 'log-went-back');
  assert.ok((first?.entries.length ?? 9) < 9);
});

test('a checkpoint that a proof leads to needs a quorum, also where it is the end of an epoch as well', async () => {
  const note = (await buildEvidence()).world.log;
  const policy = await parsePolicy(note.policyLines.concat('quorum none', '').join('\n'));
  for (const order of [
    ['readCovered', 'readProven'],
    ['readProven', 'readCovered'],
  ] as const) {
    const reader = new CheckpointReader(BASE, policy);
    for (const read of order) await reader[read](note.checkpoint(), 'proof');
    assert.equal([reader.all.length, reader.proven.length, reader.covered.length], [1, 1, 1], order.join());
  }
});

test('what is not readable as what it is to be', async () => {
  refused(await judgeChanged(({ signature }) => void Object.assign(signature ?? {}, { payload: 'AAAA' })), 'INVALID', 'malformed-signature');
  refused(await judgeLies({ draft: ({ graph }) => void Object.assign(graph.node, { id: 'x' }) }), 'INVALID', 'graph-differs');
  refused(await judgeLies({ draft: ({ manifest }) => void Object.assign(manifest, { subjects: [] }) }), 'INVALID', 'manifest-differs');
  const twice = await judgeLies({ draft: ({ manifest }) => void manifest.subjects.push(at(manifest.subjects, 0)) });
  assert.match(textOf(twice.findings), 'a subject is named twice');
  refused(
    await judgeLies({ draft: ({ manifest }) => void Object.assign(manifest, { generated_at: '2026-11-22T11:00:00.000Z' }) }),
    'INVALID',
    'clock-rollback',
  );
  refused(await judgeLies({ draft: (draft) => void Object.assign(draft, { execution: 'x' }) }), 'INVALID', 'malformed-bundle');
  const order = await judgeChanged((bundle) => {
    const { manifest } = bundle;
    Reflect.deleteProperty(bundle, 'manifest');
    Object.assign(bundle, { manifest });
  });
  assert.match(textOf(order.findings), 'in another order');
  const named = await judgeLies({ draft: ({ manifest }) => void Object.assign(manifest.members, { receipts: { type: 't', many: true } }) });
  assert.match(textOf(named.findings), 'which every bundle has');
  refused(await judgeLies({ draft: ({ proof }) => void Object.assign(proof, { consistency: 'x' }) }), 'INVALID', 'malformed-proof');
});

test('whatever goes wrong is a finding; a bundle of times to come is noted', async () => {
  const broken = async () => {
    throw new RangeError('out of everything');
  };
  refused(await judgeLies({}, { evaluate: broken }), 'INVALID', 'cannot-be-checked');
  const early = await judgeLies({}, { now: new Date('2026-11-22T11:00:00.000Z') });
  assert.equal([early.ok, early.findings.map(({ code }) => code)], [true, ['from-the-future']]);
  assert.equal((await judgeLies({}, { now: new Date('2026-11-22T11:57:00.000Z') })).findings, []);
});

test.run();

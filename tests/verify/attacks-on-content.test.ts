import { createHash } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { commit } from '../../kernel/receipts/commitment.ts';
import { buildEvidence, type EvidenceWorld } from '../support/evidence-builder.ts';
import type { DraftDecision, EvidenceDraft } from '../support/evidence-draft.ts';
import { at, incomplete, judgeLies, refused, textOf } from '../support/judged.ts';

const test = suite('Verifier: attacks on what is shown');

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

test('a decision that its receipt binds, of another action or another actor', async () => {
  const others = await judgeLies({
    step: (name, content) => void (name === 'create' && Object.assign(content, { action: 'high-risk-ops.request.import' })),
  });
  assert.match(textOf(others.findings), 'its receipt is of the action high-risk-ops.request.import');
  const { world } = await buildEvidence();
  const actor = commit('actor', world.lead.id);
  const borrowed = await judgeLies({
    step: (name, content) => void (name === 'create' && Object.assign(content, { actor: actor.commitment })),
    draft: ({ disclosures }) => void disclosures.push(actor),
  });
  assert.match(textOf(borrowed.findings), 'its receipt is of another actor');
});

test('show a decision twice', async () => {
  refused(await judgeLies({ draft: ({ policy_decisions }) => void policy_decisions.push(at(policy_decisions, 0)) }), 'INVALID', 'doubled-decision');
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

test('a disclosure is there once, whole, and with a salt that cannot be tried out', async () => {
  refused(await judgeLies({ draft: ({ disclosures }) => void disclosures.push(at(disclosures, 0)) }), 'INVALID', 'doubled-disclosure');
  for (const half of [{ salt: null }, { value: null }]) {
    const report = await judgeLies({ draft: ({ disclosures }) => void Object.assign(at(disclosures, 0), half) });
    assert.match(textOf(report.findings), 'erased by half');
  }
  const short = commit('justification', 'A customer waits for an answer.', 'c2hvcnQ');
  const report = await judgeLies({
    step(name, content, { subject }) {
      if (name !== 'create' || !subject) return;
      subject.row.justification = short.commitment;
      content.commitments = [short.commitment];
    },
    draft({ disclosures }) {
      Object.assign(disclosures.find(({ name }) => name === 'justification') ?? {}, short);
    },
  });
  assert.match(textOf(report.findings), 'less than 128 bits');
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

test('commit to a value under one name, and use it as another', async () => {
  const used = async (field: string, name: string, words: string) => {
    const other = commit(name, 'engineer');
    const report = await judgeLies({
      step(step, content, { subject }) {
        if (step === 'create' && field !== 'handle') Object.assign(content, { [field]: other.commitment });
        if (step !== 'hire engineer' || field !== 'handle' || !subject) return;
        subject.row.handle = other.commitment;
        content.commitments = [other.commitment];
      },
      draft({ disclosures, manifest, receipts, people }) {
        const all = [...receipts, ...people.map(({ receipt }) => receipt)].map(({ bytes }) => Buffer.from(bytes, 'base64').toString()).join();
        disclosures.push(other);
        disclosures.splice(0, disclosures.length, ...disclosures.filter(({ commitment }) => all.includes(commitment)));
        manifest.counts.disclosures = disclosures.length;
      },
    });
    assert.not.ok(report.ok);
    assert.match(textOf(report.findings), words);
  };
  await used('actor', 'comment', 'its actor is disclosed as comment');
  await used('input_digest', 'actor', 'its input is disclosed as actor');
  await used('handle', 'justification', 'its receipt binds no handle');
});

test('write a row twice: what was written once stays as it was', async () => {
  const report = await judgeLies({
    step(name, _, { rows = [] }) {
      const [approval] = rows;
      if (name === 'approve' && approval) rows.push({ ...approval, row: { ...approval.row, role: 'security_officer' } });
    },
  });
  assert.match(textOf(report.findings), 'which was written before');
  assert.not.ok(report.ok);
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

test('counts, lists and checkpoints of the manifest are those of the bundle', async () => {
  const { bundle } = await buildEvidence();
  for (const name of Object.keys(bundle.manifest.counts)) {
    incomplete(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest.counts, { [name]: 99 }) }), 'count-differs');
  }
  incomplete(await judgeLies({ draft: ({ manifest }) => Object.assign(manifest.counts, { secrets: 0 }) }), 'count-differs');
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

test('drop a policy bundle, show one twice, or one that decided nothing', async () => {
  refused(await judgeLies({ draft: ({ policy_bundles }) => void policy_bundles.pop() }), 'INVALID', 'bundle-missing');
  refused(await judgeLies({ draft: ({ policy_bundles }) => void policy_bundles.push(at(policy_bundles, 0)) }), 'INVALID', 'doubled-bundle');
  const data = '{}';
  const stray = { wasm: 'AAAA', data, digest: createHash('sha256').update(Buffer.alloc(3)).update(data).digest('hex') };
  const report = await judgeLies({ draft: ({ policy_bundles }) => void policy_bundles.push({ ...at(policy_bundles, 0), ...stray }) });
  refused(report, 'INVALID', 'stray-bundle');
  const renamed = await judgeLies({ draft: ({ policy_bundles }) => void Object.assign(at(policy_bundles, 0), { version: '9.9.9' }) });
  assert.match(textOf(renamed.findings), 'names another version of its policy bundle');
  refused(
    await judgeLies({ draft: ({ policy_bundles }) => void Object.assign(at(policy_bundles, 0), { wasm: '!' }) }),
    'INVALID',
    'malformed-bundle',
  );
});

test('decisions that cannot be made again are said, and the others are made', async () => {
  const masked = await judgeLies({
    decision(name, decision, world) {
      if (name !== 'create') return;
      decision.input.context = { commitment: world.commit('input/context', '{}') };
      Object.assign(decision, { masked: ['/context'], replayable: false });
    },
  });
  assert.equal([masked.ok, masked.replay], [true, { verdict: 'PARTIAL', reproduced: 1, decisions: 2 }], textOf(masked.findings));
  assert.ok(masked.findings.every(({ code }) => code === 'not-replayable'));
  const failed = await judgeLies({ decided: (name, result) => (name === 'execute' ? null : result) });
  assert.equal([failed.ok, failed.replay.verdict], [true, 'PARTIAL'], textOf(failed.findings));
  const unmasked = await judgeLies({
    decision: (name, decision) => void (name === 'create' && Object.assign(decision, { masked: ['/context'], replayable: false })),
  });
  assert.match(textOf(unmasked.findings), '/context of its input is not masked');
  const hidden = await judgeLies({ draft: ({ policy_decisions }) => void Object.assign(at(policy_decisions, 0), { replayable: false }) });
  refused(hidden, 'INVALID', 'decision-differs');
});

test('somebody who is there twice, or whom nothing shows', async () => {
  refused(await judgeLies({ draft: ({ people }) => void people.push(structuredClone(at(people, 0))) }), 'INVALID', 'doubled-person');
  const report = await judgeLies({
    draft(draft, { lead }) {
      draft.people = draft.people.filter(({ id }) => id !== lead.id);
      draft.manifest.counts.people = 1;
    },
  });
  incomplete(report, 'person-missing');
});

test('of somebody who was erased the id stays, and the handle is nowhere', async () => {
  const erase = ({ disclosures, people, receipts, approvals }: EvidenceDraft, { lead }: EvidenceWorld) => {
    Object.assign(disclosures.find(({ value }) => value === lead.handle) ?? {}, { salt: null, value: null });
    Object.assign(people.find(({ id }) => id === lead.id) ?? {}, { handle: null });
    Object.assign(receipts.find(({ actor }) => actor === lead.handle) ?? {}, { actor: lead.id });
    Object.assign(at(approvals, 0), { approver: null });
  };
  const { ok, findings } = await judgeLies({ draft: erase });
  assert.ok(ok, textOf(findings));
  const named = await judgeLies({
    draft(draft, world) {
      erase(draft, world);
      for (const approval of draft.approvals) approval.approver = 'lead';
    },
  });
  refused(named, 'INVALID', 'field-not-bound');
  const forgotten = await judgeLies({
    draft(draft, { lead }) {
      for (const disclosure of draft.disclosures) if (disclosure.value === lead.id) Object.assign(disclosure, { salt: null, value: null });
    },
  });
  refused(forgotten, 'INVALID', 'actor-not-bound');
});

test('hide approvals by leaving out their member, or by giving it another type', async () => {
  const leftOut = await judgeLies({
    draft(draft) {
      for (const member of ['approvals', 'execution']) {
        for (const from of [draft, draft.manifest.members, draft.manifest.counts]) Reflect.deleteProperty(from, member);
      }
    },
  });
  refused(leftOut, 'INVALID', 'manifest-differs');
  incomplete(leftOut, 'row-not-shown');
  const renamed = await judgeLies({
    draft(draft) {
      Object.assign(draft.manifest.members, { approvals: { type: 'nothing', many: true } });
      Object.assign(draft.manifest.counts, { approvals: 0 });
      draft.approvals = [];
    },
  });
  refused(renamed, 'INVALID', 'manifest-differs');
  incomplete(renamed, 'row-not-shown');
});

test('hide a row of a type that no member has', async () => {
  const report = await judgeLies({
    step(name, _, { rows }) {
      if (name === 'create') rows?.push({ type: 'high-risk-ops.waiver', row: { id: 'w1' } });
    },
  });
  incomplete(report, 'row-not-shown');
});

test('show a decision about another request, as if it had allowed this one', async () => {
  const report = await judgeLies({
    decision(_, decision) {
      const other = { type: decision.subject.type, id: '00000000-0000-4000-8000-000000000000' };
      const resource = { ...other, properties: {} };
      Object.assign(decision, { subject: other, resource, input: { ...decision.input, resource } });
    },
  });
  refused(report, 'INVALID', 'decision-about-other');
});

test.run();

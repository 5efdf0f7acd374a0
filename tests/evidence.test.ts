import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SecretSigner } from '../kernel/log/signer.ts';
import { commit } from '../kernel/receipts/commitment.ts';
import { leafHashOf } from '../kernel/receipts/receipt.ts';
import { defineEvidence, field, insertOnly, many } from '../sdk/index.ts';
import { parseCheckpoint, parseConsistency, parseProof } from '../sdk/verify/checkpoint.ts';
import { verifyConsistency, verifyInclusion } from '../sdk/verify/merkle.ts';
import { type NoteKey, parseVkey, verifyNote } from '../sdk/verify/note.ts';
import { type SignedDocument, sha256, statementOf } from './support/signed.ts';
import { accessRequest, type TestSummit, testSummit } from './support/summit.ts';
import { withProbe } from './support/with-probe.ts';

const test = suite('Evidence');
let s: TestSummit;
/** A request that ran through: two approvals, a refusal, a denial, an execution. */
let id: string;

const requests = '/high-risk-ops/requests';
const TENANT = 'demo-external';
const evidence = (of: string) => `/evidence/high-risk-ops/${of}`;

test.before(async () => {
  s = await testSummit(withProbe);
  id = await created();
  await s.post('security-officer', `${requests}/${id}/approve`, { comment: 'seen the ticket' });
  await s.post('engineer-2', `${requests}/${id}/approve`);
  await s.post('team-lead', `${requests}/${id}/approve`);
  await s.post('engineer-2', `${requests}/${id}/execute`);
  await s.post('engineer', `${requests}/${id}/execute`);
});
test.after(() => s?.close());

async function created(handle = 'engineer', fields: Record<string, unknown> = {}): Promise<string> {
  return (await s.post(handle, requests, accessRequest(fields))).body.id;
}

async function bundle(of: string, query = ''): Promise<SignedDocument> {
  const { status, body } = await s.get('auditor', evidence(of) + query);
  assert.is(status, 200, JSON.stringify(body).slice(0, 500));
  return body;
}

async function policy(): Promise<string> {
  return (await s.get('auditor', '/log/policy')).body;
}

async function logKeys(): Promise<readonly NoteKey[]> {
  return Promise.all([...(await policy()).matchAll(/^log (\S+)$/gm)].map(([, vkey]) => parseVkey(vkey ?? '')));
}

async function verifiedCheckpoint(note: string) {
  const { text, verified } = await verifyNote(note, await logKeys());
  assert.is(verified.length, 1, 'the log has signed it');
  return parseCheckpoint(text);
}

/** Every receipt, those of the people too, is where its proof and its view say; all proofs of one log lead to one checkpoint. */
async function assertProven(document: SignedDocument): Promise<void> {
  const receipts = [...document.receipts, ...document.people.map(({ receipt }: SignedDocument) => receipt)];
  assert.equal(Object.keys(document.proof.receipts).sort(), [...new Set(receipts.map(({ id: receipt }) => receipt))].sort());
  const seen = new Map<string, object>();
  for (const receipt of receipts) {
    const { index, hashes, checkpoint } = parseProof(document.proof.receipts[receipt.id]);
    const { origin, size, root } = await verifiedCheckpoint(checkpoint);
    const leaf = leafHashOf(Buffer.from(receipt.bytes, 'base64'));
    assert.equal([leaf.toString('base64'), Number(index)], [receipt.leaf_hash, receipt.log_index]);
    assert.ok(await verifyInclusion({ index, size, leaf, proof: [...hashes], root }), receipt.id);
    seen.set(checkpoint, { origin, size: Number(size), root: Buffer.from(root).toString('base64') });
  }
  assert.equal([...seen.values()], document.manifest.checkpoints);
}

test('a bundle has its members in order, and a manifest that says what is in them', async () => {
  const document = await bundle(id);
  assert.equal(Object.keys(document), [
    ...['manifest', 'request', 'execution', 'approvals', 'receipts', 'people'],
    ...['policy_decisions', 'policy_bundles', 'graph', 'disclosures', 'proof', 'signature'],
  ]);
  const { manifest, request } = document;
  const { origin, tenant, type, status, version, created_at, updated_at, nonce } = manifest;
  assert.equal(
    { typ: manifest.typ, evidence: manifest.evidence, origin, tenant, type, id: manifest.id, status, version, created_at, updated_at, nonce },
    {
      ...{ typ: 'summit-evidence/v1', evidence: 'high-risk-ops', origin: 'summit.local/demo-external', tenant: TENANT },
      ...{ type: 'high-risk-ops.request', id, status: 'executed', version: 5, created_at: request.created_at, updated_at: request.updated_at },
      nonce: null,
    },
  );
  assert.equal(manifest.subjects, [{ type, id, status, version }]);
  assert.equal(Object.entries(manifest.members), [
    ['request', { type: 'high-risk-ops.request', many: false }],
    ['execution', { type: 'high-risk-ops.execution', many: false }],
    ['approvals', { type: 'approval', many: true }],
  ]);
  const { approvals, receipts, people, policy_decisions, policy_bundles, graph, disclosures } = document;
  const counted = { approvals, receipts, people, policy_decisions, policy_bundles, edges: graph.edges, disclosures };
  assert.equal(manifest.counts, Object.fromEntries(Object.entries(counted).map(([name, list]) => [name, list.length])));
  const named = (list: SignedDocument[], ...fields: string[]) => list.map((item) => Object.fromEntries(fields.map((field) => [field, item[field]])));
  assert.equal(manifest.receipts, named(receipts, 'id', 'action', 'at'));
  assert.equal(manifest.policy_decisions, named(policy_decisions, 'id', 'action', 'created_at'));
  assert.equal(manifest.policy_bundles, named(policy_bundles, 'digest', 'version'));
  assert.ok(manifest.generated_at >= updated_at);
});

test('its signature covers every member, by a key that the auditor pins', async () => {
  const document = await bundle(id, '?nonce=asked%20today');
  const { origin, type, generated_at } = document.manifest;
  const { predicate, predicateType } = await statementOf(document, await policy());
  assert.is(document.signature.signatures[0].keyid.split('+')[0], 'summit.local/demo-external/bundle');
  assert.is(predicateType, 'https://summit.local/evidence/v1');
  assert.equal(predicate, { origin, type, id, generated_at, nonce: 'asked today' });
  assert.is(document.manifest.nonce, 'asked today');
});

test('every receipt is proven to be in the log, those that made the people too', async () => {
  await assertProven(await bundle(id));
});

test('what was refused and denied on the way is there, with the decision that denied', async () => {
  const { receipts, policy_decisions } = await bundle(id);
  assert.equal(
    receipts.map(({ action, outcome, actor, seq }: SignedDocument) => [action.split('.').at(-1), outcome, actor, seq]),
    [
      ['create', 'allowed', 'engineer', 1],
      ['approve', 'allowed', 'security-officer', 2],
      ['approve', 'refused', 'engineer-2', null],
      ['approve', 'allowed', 'team-lead', 3],
      ['execute', 'denied', 'engineer-2', null],
      ['execute', 'allowed', 'engineer', 4],
      ['record-outcome', 'allowed', 'system:high-risk-ops.grant-access', 5],
    ],
  );
  assert.equal(
    policy_decisions.map(({ outcome, actor_id }: SignedDocument) => [outcome, actor_id]),
    [
      ['allowed', await s.userId('engineer')],
      ['denied', await s.userId('engineer-2')],
      ['allowed', await s.userId('engineer')],
    ],
  );
  const denied = (await s.post('engineer', requests, accessRequest({ duration_minutes: 500 }))).body;
  const { subject } = (await s.get('auditor', `/receipts/${denied.receipt.id}`)).body;
  assert.is((await s.get('auditor', evidence(subject.id))).status, 404, 'what was never created is no subject; its receipt is in the log');
});

test('receipts bind what the bundle shows: changes, decisions, policy bundles, edges and disclosures', async () => {
  const document = await bundle(id);
  const contents = document.receipts.map(({ bytes }: SignedDocument) => JSON.parse(Buffer.from(bytes, 'base64').toString()));
  for (const [index, content] of contents.entries()) assert.is(sha256(document.receipts[index].changes), content.changes_digest);
  const edges = document.receipts.flatMap(({ changes }: SignedDocument) => JSON.parse(changes).edges ?? []);
  assert.equal(document.graph.edges, edges);
  assert.equal(
    contents.flatMap(({ policy: bindings }: SignedDocument) => bindings.map(({ decision_id }: SignedDocument) => decision_id)),
    document.policy_decisions.map((decision: SignedDocument) => decision.id),
  );
  const [{ digest, wasm, data }] = document.policy_bundles;
  assert.is(sha256(Buffer.concat([Buffer.from(wasm, 'base64'), Buffer.from(data)])), digest);
  const ofPeople = document.people.map(({ receipt }: SignedDocument) => JSON.parse(Buffer.from(receipt.bytes, 'base64').toString()));
  const committed = [...contents, ...ofPeople].flatMap(({ actor, input_digest, commitments }) => [actor, input_digest, ...commitments]);
  assert.equal(document.disclosures.map(({ commitment }: SignedDocument) => commitment).sort(), [...new Set(committed)].sort());
  for (const { commitment, name, salt, value } of document.disclosures) assert.is(commit(name, value, salt).commitment, commitment);
});

test('a row has its columns, and beside the id of a person their handle', async () => {
  const { request, execution, approvals, people } = await bundle(id);
  assert.equal([request.requester, request.executor, execution.executor], ['engineer', 'engineer', 'engineer']);
  assert.equal([request.tenant_id, request.justification, request.expires_at], [TENANT, 'look at order 4711', execution.expires_at]);
  assert.match(request.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.equal(
    approvals.map(({ approver, comment }: SignedDocument) => [approver, comment]),
    [
      ['security-officer', 'seen the ticket'],
      ['team-lead', null],
    ],
  );
  assert.equal(people.map(({ handle }: SignedDocument) => handle).sort(), ['engineer', 'engineer-2', 'security-officer', 'team-lead']);
  for (const person of people) {
    assert.equal([person.receipt.subject, person.receipt.seq], [{ type: 'user', id: person.id }, 1]);
    assert.is(person.id, await s.userId(person.handle));
  }
});

test('the graph shows as neighbours what its own edges prove, and nothing else', async () => {
  const { graph } = await bundle(id);
  assert.equal(graph.node, { id, type: 'high-risk-ops.request', label: 'TEMP_DB_READ_ACCESS orders-db' });
  assert.equal(graph.neighbors.map(({ relationship, direction, label }: SignedDocument) => `${direction} ${relationship} ${label}`).sort(), [
    'out decided_by allowed by high_risk/operations/decision',
    'out decided_by allowed by high_risk/operations/decision',
    'out decided_by denied by high_risk/operations/decision',
    'out executed_by engineer',
    'out has_approval approved as security_officer',
    'out has_approval approved as team_lead',
    'out has_execution executed',
    'out requested_by engineer',
  ]);
});

test('asked for right after the write, it waits for the log', async () => {
  for (let round = 0; round < 5; round++) await assertProven(await bundle(await created()));
});

test('who remembers a size of the log is shown that it only grew', async () => {
  const { body: note } = await s.get('auditor', '/log/checkpoint');
  const before = await verifiedCheckpoint(note);
  const fresh = await created();
  const { proof, manifest } = await bundle(fresh, `?since=${before.size}`);
  const { oldSize, hashes, checkpoint } = parseConsistency(proof.consistency);
  const { size, root } = await verifiedCheckpoint(checkpoint);
  assert.equal([oldSize, manifest.checkpoints.at(-1).size], [before.size, Number(size)]);
  assert.ok(size > before.size);
  assert.ok(await verifyConsistency({ oldSize, oldRoot: before.root, newSize: size, newRoot: root, proof: [...hashes] }));
  assert.is((await bundle(fresh)).proof.consistency, null);
});

test('a nonce, a size or a format that cannot be is refused, and the field named', async () => {
  for (const [query, path] of [
    ['nonce=', 'nonce'],
    [`nonce=${'x'.repeat(129)}`, 'nonce'],
    ['nonce=a%0Ab', 'nonce'],
    ['nonce=%C3%A9', 'nonce'],
    ['since=0', 'since'],
    ['since=1000000', 'since'],
    ['since=yesterday', 'since'],
    ['since_epoch=1', 'since'],
    ['since=1&since_epoch=9', 'since_epoch'],
    ['since=1000000&since_epoch=1', 'since'],
    ['format=xml', 'format'],
    ['colour=red', 'colour'],
  ]) {
    const { status, body } = await s.get('auditor', `${evidence(id)}?${query}`);
    assert.equal([status, body.code, body.errors?.[0]?.path], [400, 'invalid-input', path], query);
  }
  assert.is((await bundle(id, `?nonce=${'~'.repeat(128)}`)).manifest.nonce.length, 128);
});

test('what nobody has is 404, whatever it is called and whoever asks', async () => {
  for (const unknown of [crypto.randomUUID(), 'x', '%00']) assert.is((await s.get('auditor', evidence(unknown))).status, 404, unknown);
  for (const format of ['json', 'summary']) {
    assert.is((await s.get('auditor', `${evidence(id)}?format=${format}`, { tenant: 'summit-internal' })).status, 404);
  }
  assert.is((await s.send('GET', evidence(id))).status, 401);
  assert.is((await bundle(id.toUpperCase())).manifest.id, id, 'an id is the same in capitals');
});

test('the summary says what there is without waiting for the log, and verifies nothing', async () => {
  const { body } = await s.get('auditor', `${evidence(id)}?format=summary`);
  assert.equal([body.id, body.status, body.version], [id, 'executed', 5]);
  assert.equal(
    body.actions.map(({ actor, receipt }: SignedDocument) => [actor, receipt.state, typeof receipt.log_index]),
    [
      ['engineer', 'logged', 'number'],
      ['security-officer', 'logged', 'number'],
      ['engineer-2', 'refused', 'number'],
      ['team-lead', 'logged', 'number'],
      ['engineer-2', 'denied', 'number'],
      ['engineer', 'logged', 'number'],
      ['system:high-risk-ops.grant-access', 'logged', 'number'],
    ],
  );
  const { required, needed, received, given, reasons } = body.approvals;
  assert.equal([required, needed, received, given.length], [['team_lead', 'security_officer'], 2, 2, 2]);
  assert.is(reasons[0].rule, 'within-limits');
  assert.equal(body.counts, { approvals: 2, receipts: 7, logged: 7, missing: 0, policy_decisions: 3 });
  assert.equal(body.bundle, {
    path: evidence(id),
    size_bytes: null,
    sha256: null,
    verify: `npx summit verify high-risk-ops-${id}.json --policy demo-external.policy`,
    policy: '/log/policy',
  });
});

test('a receipt that has no place yet is waiting in the summary', async () => {
  // The log comes by four times a second: one of some attempts is faster.
  for (let attempt = 0; attempt < 20; attempt++) {
    const of = await created();
    const { actions, approvals, counts } = (await s.get('auditor', `${evidence(of)}?format=summary`)).body;
    assert.equal([approvals.needed, approvals.received, counts.receipts], [2, 0, 1]);
    if (actions[0].receipt.state === 'waiting') {
      assert.is(actions[0].receipt.log_index, null);
      return;
    }
    await sleep(20);
  }
  assert.unreachable('the log was always faster');
});

test('evidence may be of several subjects, and be asked for by another name than an id', async () => {
  const [first, second] = [
    (await s.post('engineer', '/probes', { name: 'twin' })).body,
    (await s.post('engineer', '/probes', { name: 'twin' })).body,
  ];
  await s.post('engineer', `/probes/${second.id}/close`);
  const { status, body } = await s.get('auditor', '/evidence/probes/twin');
  assert.is(status, 200);
  assert.equal(Object.keys(body).slice(0, 5), ['manifest', 'namesakes', 'probe', 'none', 'approvals']);
  assert.equal([body.manifest.id, body.probe.id, body.namesakes[0].id, body.none], [first.id, first.id, second.id, null]);
  assert.equal(
    body.manifest.subjects.map((subject: SignedDocument) => [subject.id, subject.status, subject.version]),
    [
      [first.id, 'open', 1],
      [second.id, 'closed', 2],
    ],
  );
  assert.equal(
    body.receipts.map(({ subject, seq }: SignedDocument) => [subject.id, seq]),
    [
      [first.id, 1],
      [second.id, 1],
      [second.id, 2],
    ],
  );
  assert.equal([body.manifest.counts.namesakes, body.manifest.counts.probe], [1, undefined]);
  const around = ({ graph }: SignedDocument) => graph.neighbors.map(({ relationship, label }: SignedDocument) => `${relationship} ${label}`);
  assert.equal([around(body), body.graph.edges.length], [['watched_by engineer'], 3]);
  await assertProven(body);
  await statementOf(body, await policy());
  assert.is((await s.get('auditor', '/evidence/probes/nobody')).status, 404);

  await s.post('engineer', `/probes/${first.id}/close`);
  const { body: closed } = await s.get('auditor', '/evidence/probes/twin');
  assert.equal([around(closed), closed.graph.edges.length], [[], 4], 'what has ended is an edge, and no neighbour');
});

test('a person who was erased stays as an id, and everything stays proven', async () => {
  const of = await created('engineer-2', { justification: 'told by Eve of 12 Mill Lane' });
  const userId = await s.userId('engineer-2');
  await s.post('operator', `/users/${userId}/erase`);
  const document = await bundle(of);
  const { request, receipts, people, disclosures } = document;
  assert.equal([request.requester, request.requester_id, request.justification], [null, userId, null]);
  assert.is(receipts[0].actor, userId);
  assert.is(people.find((person: SignedDocument) => person.id === userId).handle, null);
  const erased = disclosures.filter(({ value }: SignedDocument) => value === null);
  assert.equal(erased.map(({ name, salt }: SignedDocument) => [name, salt]).sort(), [
    ['handle', null],
    ['input', null],
    ['justification', null],
  ]);
  assert.not.match(JSON.stringify(document), /Mill Lane|engineer-2/);
  await assertProven(document);
  await statementOf(document, await policy());
});

test('after a rotation a bundle shows how the epochs go on, and the newest key signs', async () => {
  const of = await created();
  await bundle(of);
  await s.summit.services.commands.beginEpoch({ tenant: TENANT, reason: 'rotated' });
  const { body: old } = await s.get('auditor', '/log/epochs/1/checkpoint');
  await s.post('team-lead', `${requests}/${of}/approve`);
  const document = await bundle(of);
  await assertProven(document);
  assert.equal(
    document.manifest.checkpoints.map(({ origin }: SignedDocument) => origin),
    ['summit.local/demo-external', 'summit.local/demo-external/2'],
  );
  const [{ origin, entry, proof }] = document.proof.epochs;
  assert.is(origin, 'summit.local/demo-external/2');
  assert.is(Buffer.from(entry, 'base64').toString(), old);
  const { index, hashes, checkpoint } = parseProof(proof);
  const { size, root } = await verifiedCheckpoint(checkpoint);
  assert.is(index, 0n);
  assert.ok(await verifyInclusion({ index, size, leaf: leafHashOf(Buffer.from(entry, 'base64')), proof: [...hashes], root }));
  await statementOf(document, await policy());
  assert.match(document.signature.signatures[0].keyid, /^summit\.local\/demo-external\/2\/bundle\+/);
});

test('a bundle that cannot be signed is none, and says that it may be asked for again', async () => {
  const keys = new SecretSigner(randomBytes(32));
  const answers: Record<string, (key: string, body: string) => Promise<object>> = {
    GET: async (key) => ({ public_key: Buffer.from(await keys.publicKey(key)).toString('base64') }),
    async POST(_, body) {
      const { key, message } = JSON.parse(body);
      if (key.endsWith('/bundle')) throw new Error('the token of the HSM is not there');
      return { signature: Buffer.from(await keys.sign(key, Buffer.from(message, 'base64'))).toString('base64') };
    },
  };
  const remote = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    const answer = answers[request.method ?? '']?.(decodeURIComponent(request.url?.slice('/keys/'.length) ?? ''), body);
    await answer?.then(
      (found) => response.end(JSON.stringify(found)),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  const { port } = remote.address() as AddressInfo;
  const other = await testSummit((config) => ({
    ...config,
    log: { ...config.log, signer: { url: `http://127.0.0.1:${port}`, tokenFile: null } },
  }));
  try {
    const of = (await other.post('engineer', requests, accessRequest())).body.id;
    for (const path of [evidence(of), '/evidence/populations/user']) {
      const { status, body, headers } = await other.get('auditor', path);
      assert.equal([status, body.code, headers.get('retry-after')], [503, 'unavailable', '5']);
      assert.not.match(body.detail, String(port));
    }
  } finally {
    await other.close();
    remote.close();
  }
});

test('a declaration that could not be answered is refused', () => {
  const Note = insertOnly({ type: 'x.note', table: 'x_notes', fields: { text: field.text() } });
  const base = { id: 'x', title: 'X', path: '/evidence/x/:id' };
  assert.throws(
    () => defineEvidence({ ...base, members: { receipts: many(Note) }, collect: async () => ({ receipts: [] }) }),
    /"receipts" is no name/,
  );
  assert.throws(() => defineEvidence({ ...base, members: { note: Note }, collect: async () => ({ note: null }) }), /none of its members is one/);
});

test('whoever is refused may have named anything: a request taken for a person leaves no mark in its evidence', async () => {
  const of = await created();
  assert.is((await s.post('ae', `/users/${of}/erase`)).status, 403);
  const { items } = (await s.get('auditor', `/receipts?subject_id=${of}&outcome=refused`)).body;
  assert.equal(
    items.map(({ subject }: { subject: object }) => subject),
    [{ type: 'user', id: of }],
  );
  const { receipts } = await bundle(of);
  assert.is(receipts.length, 1);
  assert.is((await s.get('auditor', `${requests}/${of}/receipts`)).body.total, 1);
});

test.run();

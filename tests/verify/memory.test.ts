import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatState, parseState, type Report, type State, verifyEvidence } from '../../sdk/verify/index.ts';
import { signatureLine } from '../../sdk/verify/note.ts';
import { parsePolicy } from '../../sdk/verify/policy.ts';
import { promiseText, verifyPromise } from '../../sdk/verify/promise.ts';
import { BASE, buildEvidence, type Lies } from '../support/evidence-builder.ts';
import type { TenantLog } from '../support/tenant-log.ts';
import { oracleLeaf, oracleRoot } from '../support/tree-oracle.ts';

const test = suite('Verifier: what an auditor remembers, and was promised');
/** The policies are not the point here. */
const evaluate = async () => [];

/** Of a log, as it was when it had so many leaves. */
function remembered(log: TenantLog, size: number): State {
  return new Map([[log.origin, { size: BigInt(size), root: oracleRoot(log.leaves(size)) }]]);
}

async function judge(lies: Lies, stateOf: (log: TenantLog) => State): Promise<Report> {
  const { bundle, policy, world } = await buildEvidence(lies);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), state: stateOf(world.log), evaluate });
}

function found({ findings }: Report, verdict: string, code: string): void {
  assert.ok(
    findings.some((finding) => finding.verdict === verdict && finding.code === code),
    `${verdict} ${code} is not in ${JSON.stringify(findings)}`,
  );
}

test('delete the tail after a checkpoint: the log is smaller than it was', async () => {
  const report = await judge({}, (log) => new Map([[log.origin, { size: BigInt(log.entries.length + 5), root: Buffer.alloc(32) }]]));
  found(report, 'DIVERGED', 'log-went-back');
  assert.is(report.integrity.verdict, 'DIVERGED');
});

test('restore an old backup and go on: the log has grown, but not from what it was', async () => {
  const lies: Lies = { draft: ({ proof }, { log }) => Object.assign(proof, { consistency: log.consistency(5) }) };
  const report = await judge(lies, (log) => new Map([[log.origin, { size: 5n, root: Buffer.alloc(32, 1) }]]));
  found(report, 'DIVERGED', 'not-consistent');
});

test('split view: another root of the size that is remembered', async () => {
  const report = await judge({}, (log) => new Map([[log.origin, { size: BigInt(log.entries.length), root: Buffer.alloc(32, 1) }]]));
  found(report, 'DIVERGED', 'split-view');
});

test('a log that only grew is proven to have, from exactly what is remembered', async () => {
  const lies: Lies = { draft: ({ proof }, { log }) => Object.assign(proof, { consistency: log.consistency(5) }) };
  const report = await judge(lies, (log) => remembered(log, 5));
  assert.is(report.integrity.verdict, 'WITNESSED', JSON.stringify(report.findings));
  const other = await judge(lies, (log) => remembered(log, 4));
  found(other, 'UNANCHORED', 'no-consistency-proof');
  assert.match(JSON.stringify(other.findings), '?since=4');
  found(await judge({}, (log) => remembered(log, 5)), 'UNANCHORED', 'no-consistency-proof');
  const same = await judge({}, (log) => remembered(log, log.entries.length));
  assert.is(same.integrity.verdict, 'WITNESSED');
});

test('two logs that are remembered and have grown are both proven to have', async () => {
  const grown = async (proofs: (bodies: string[]) => string[]) => {
    const lies: Lies = {
      rotates: 1,
      draft: ({ proof }, { logs }) => Object.assign(proof, { consistency: proofs(logs.map((log) => log.consistency(3))) }),
    };
    const { bundle, policy, world } = await buildEvidence(lies);
    const state: State = new Map(world.logs.flatMap((log) => [...remembered(log, 3)]));
    return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), state, evaluate });
  };
  const both = await grown((bodies) => bodies);
  assert.is(both.integrity.verdict, 'WITNESSED', JSON.stringify(both.findings));
  found(await grown((bodies) => bodies.slice(1)), 'UNANCHORED', 'no-consistency-proof');
  found(await grown(([first = '', second = '']) => [first, second, second]), 'INVALID', 'malformed-proof');
});

test('what is remembered afterwards is what the log has signed', async () => {
  const { bundle, policy, world } = await buildEvidence({ rotates: 1 });
  const elsewhere = { size: 3n, root: new Uint8Array(32) };
  const state: State = new Map([['elsewhere.test/t', elsewhere]]);
  const report = await verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), state });
  assert.ok(report.ok);
  assert.equal(
    Object.fromEntries([...report.state].map(([origin, { size }]) => [origin, Number(size)])),
    Object.fromEntries([['elsewhere.test/t', 3], ...world.logs.map(({ origin, entries }) => [origin, entries.length])]),
  );
  const reread = parseState(formatState(report.state));
  assert.is(formatState(reread), formatState(report.state));
  const stranger = await buildEvidence();
  const { state: unchanged } = await verifyEvidence(JSON.stringify(stranger.bundle), { policy: await parsePolicy(policy), state });
  assert.equal([...unchanged.keys()], ['elsewhere.test/t'], 'nothing is learnt from a log that is not pinned');
});

test('who remembers an epoch is shown how it ended before a later one is believed', async () => {
  const state: State = new Map([[`${BASE}/2`, { size: 1n, root: new Uint8Array(32) }]]);
  const { world, bundle, policy } = await buildEvidence({ rotates: 3 });
  const verify = async (known: State) => verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), state: known, evaluate });
  found(await verify(state), 'UNANCHORED', 'no-consistency-proof');
  assert.match(JSON.stringify((await verify(state)).findings), '?since=1, and for an epoch that is not the newest &since_epoch=2');
  const [, , third] = world.logs;
  const shown = await verify(remembered(third ?? world.log, third?.entries.length ?? 0));
  assert.is(shown.integrity.verdict, 'WITNESSED', 'the first leaf of the fourth shows how the third ended');
  const later: State = new Map([[`${BASE}/9`, { size: 1n, root: new Uint8Array(32) }]]);
  assert.is((await verify(later)).integrity.verdict, 'WITNESSED', 'of what came before nothing need be shown');
});

test('a state that is none is refused', () => {
  for (const odd of [
    '',
    '{}',
    '{"version":2,"logs":{}}',
    '{"version":1,"logs":{"a":{"size":"01","root":""}}}',
    '{"version":1,"logs":{"a":{"size":1,"root":""}}}',
    `{"version":1,"logs":{"a":{"size":"99999999999999999999","root":"${Buffer.alloc(32).toString('base64')}"}}}`,
  ]) {
    assert.throws(
      () => parseState(odd),
      (error: unknown) => error instanceof TypeError,
      odd,
    );
  }
});

test('delete a receipt before sequencing: the promise tells', async () => {
  const { bundle, policy: text, world } = await buildEvidence();
  const policy = await parsePolicy(text);
  const promised = (entry: Uint8Array, key = world.log.promise, origin = BASE) => {
    const note = promiseText({ origin, leafHash: Buffer.from(oracleLeaf(entry)).toString('base64'), integrateBy: 1_800_000_000n });
    return `${note}\n${signatureLine(key, key.sign(Buffer.from(note)))}`;
  };
  const verdictOf = async (promise: string) => {
    const { ok, promise: found, findings } = await verifyEvidence(JSON.stringify(bundle), { policy, promise });
    const codes = { KEPT: undefined, 'NOT FOUND': 'promise-not-found', INVALID: 'malformed-promise' };
    assert.is(findings[0]?.code, found ? codes[found.verdict] : 'none');
    return [ok, found?.verdict];
  };
  const logged = Buffer.from(bundle.receipts[0]?.bytes ?? '', 'base64');
  assert.equal(await verdictOf(promised(logged)), [true, 'KEPT']);
  assert.equal(await verdictOf(promised(Buffer.from('a receipt that was deleted'))), [false, 'NOT FOUND']);
  assert.equal(await verdictOf(promised(logged, world.log.key)), [false, 'INVALID'], 'the key of the log makes no promises');
  assert.equal(await verdictOf(promised(logged, world.log.promise, 'summit.test/other')), [false, 'INVALID'], 'nor one key those of another log');
  assert.equal(await verdictOf('no note'), [false, 'INVALID']);
  const { leafHash, integrateBy } = await verifyPromise(promised(logged), policy);
  assert.equal([leafHash, integrateBy], [bundle.receipts[0]?.leaf_hash, 1_800_000_000n]);
});

test.run();

import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { concatBytes, equalBytes, fromBase64, fromUtf8, toBase64, toBase64Url, toHex, utf8 } from '../sdk/verify/bytes.ts';
import { checkpointText, formatConsistency, formatProof, parseCheckpoint, parseConsistency, parseProof } from '../sdk/verify/checkpoint.ts';
import { CompactRange, EMPTY_ROOT, leafHash, verifyConsistency, verifyInclusion } from '../sdk/verify/merkle.ts';
import { cosignedMessage, noteKey, parseNote, parseVkey, signatureLine, timestamped, verifyNote, vkeyOf } from '../sdk/verify/note.ts';
import { consistencyProof, inclusionProof, oracleLeaf, oracleRoot } from './support/tree-oracle.ts';

const test = suite('Verifier: primitives');

/** The leaves, and the roots of the trees of 1 to 8 of them, that Certificate Transparency's implementations are tested with. */
const CT_LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const CT_ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

/** The example of C2SP tlog-checkpoint. */
const CHECKPOINT = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`;

function throwsTypeError(work: () => unknown, about: string): void {
  assert.throws(work, (error: unknown) => error instanceof TypeError, about);
}

test('base64 is read where it is canonical, and only there', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.is(toBase64(bytes), Buffer.from(bytes).toString('base64'));
      assert.is(toBase64Url(bytes), Buffer.from(bytes).toString('base64url'));
      assert.ok(equalBytes(fromBase64(toBase64(bytes)), bytes));
    }),
  );
  for (const text of ['QQ', 'QQ=', 'QR==', 'QQ==\n', ' QQ==', 'Q Q==', 'QQ===', 'QQ==QQ==', 'Q', '-_==', '=', 'QUJ=', 'é']) {
    throwsTypeError(() => fromBase64(text), text);
  }
});

test('text is UTF-8 both ways, and what is none is refused', () => {
  assert.is(fromUtf8(utf8('\uFEFFé😀')), '\uFEFFé😀');
  throwsTypeError(() => utf8('\ud800'), 'a lone surrogate');
  throwsTypeError(() => fromUtf8(Uint8Array.of(0xc0, 0x80)), 'an overlong zero');
});

test('roots are those of the known trees', async () => {
  const tree = CompactRange.of();
  assert.is(toHex(await tree.root()), createHash('sha256').digest('hex'));
  assert.ok(equalBytes(EMPTY_ROOT, await tree.root()));
  for (const [index, leaf] of CT_LEAVES.entries()) {
    await tree.append(await leafHash(Buffer.from(leaf, 'hex')));
    assert.is(toHex(await tree.root()), CT_ROOTS[index]);
  }
  assert.is(tree.size, 8n);
});

test('a frontier and the leaves after it fold to the root of all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(200), fc.nat(200), async (size, cut) => {
      const leaves = treeOf(size);
      const tree = CompactRange.of();
      for (const leaf of leaves.slice(0, cut)) await tree.append(leaf);
      const resumed = CompactRange.of(tree.size, tree.hashes);
      for (const leaf of leaves.slice(cut)) await resumed.append(leaf);
      assert.ok(equalBytes(await resumed.root(), oracleRoot(leaves)));
      assert.is(resumed.size, BigInt(size));
    }),
    { numRuns: 40 },
  );
  for (const [size, count] of [
    [3n, 1],
    [4n, 2],
    [0n, 1],
    [-1n, 0],
  ] as const) {
    throwsTypeError(() => CompactRange.of(size, Array(count).fill(EMPTY_ROOT)), `${size} of ${count}`);
  }
  throwsTypeError(() => CompactRange.of(1n, [new Uint8Array(31)]), 'a short hash');
});

test('each leaf of each tree of up to 16 has its proof, and no other place, tree or leaf has it', async () => {
  for (let size = 1; size <= 16; size++) {
    const leaves = treeOf(size);
    const root = oracleRoot(leaves);
    for (const [index, leaf] of leaves.entries()) {
      const proof = inclusionProof(leaves, index);
      const asked = { index: BigInt(index), size: BigInt(size), leaf, proof, root };
      assert.ok(await verifyInclusion(asked), `${index} of ${size}`);
      for (let other = 0; other <= size; other++) {
        if (other !== index) assert.not.ok(await verifyInclusion({ ...asked, index: BigInt(other) }), `${index} of ${size} at ${other}`);
      }
    }
  }
});

test('inclusion and consistency hold in random trees, and a proof that was touched never does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(), fc.nat(), fc.nat(), async (size, a, b, at) => {
      const leaves = treeOf(size);
      const root = oracleRoot(leaves);
      const index = a % size;
      const inclusion = {
        index: BigInt(index),
        size: BigInt(size),
        leaf: leaves[index] ?? EMPTY_ROOT,
        proof: inclusionProof(leaves, index),
        root,
      };
      assert.ok(await verifyInclusion(inclusion));
      for (const proof of mutations(inclusion.proof, at)) assert.not.ok(await verifyInclusion({ ...inclusion, proof }));
      assert.not.ok(await verifyInclusion({ ...inclusion, leaf: flipped(inclusion.leaf, at) }));
      assert.not.ok(await verifyInclusion({ ...inclusion, root: flipped(root, at) }));
      const old = 1 + (b % size);
      const consistency = {
        oldSize: BigInt(old),
        newSize: BigInt(size),
        oldRoot: oracleRoot(leaves.slice(0, old)),
        newRoot: root,
        proof: consistencyProof(leaves, old),
      };
      assert.ok(await verifyConsistency(consistency));
      for (const proof of mutations(consistency.proof, at)) assert.not.ok(await verifyConsistency({ ...consistency, proof }));
      assert.not.ok(await verifyConsistency({ ...consistency, oldRoot: flipped(consistency.oldRoot, at) }));
      assert.not.ok(await verifyConsistency({ ...consistency, newRoot: flipped(root, at) }));
    }),
    { numRuns: 150 },
  );
});

test('every pair of sizes up to 16 is consistent, and from size 0 or backwards nothing is', async () => {
  const all = treeOf(16);
  for (let size = 1; size <= 16; size++) {
    const newRoot = oracleRoot(all.slice(0, size));
    for (let old = 1; old <= size; old++) {
      const asked = { oldSize: BigInt(old), newSize: BigInt(size), oldRoot: oracleRoot(all.slice(0, old)), newRoot };
      const proof = consistencyProof(all.slice(0, size), old);
      assert.ok(await verifyConsistency({ ...asked, proof }), `${old} to ${size}`);
      if (old === size) continue;
      assert.not.ok(await verifyConsistency({ ...asked, oldSize: asked.newSize, newSize: asked.oldSize, proof }), 'backwards');
      assert.not.ok(await verifyConsistency({ ...asked, proof: [] }), 'no proof');
    }
    assert.not.ok(await verifyConsistency({ oldSize: 0n, oldRoot: EMPTY_ROOT, newSize: BigInt(size), newRoot, proof: [] }), 'from nothing');
  }
});

test('a node cannot be passed off as a leaf, nor hashes of another length as hashes', async () => {
  const leaves = treeOf(4);
  const [a = EMPTY_ROOT, b = EMPTY_ROOT] = leaves;
  const right = oracleRoot(leaves.slice(2));
  const root = oracleRoot(leaves);
  const entry = concatBytes(a, b);
  assert.not.ok(await verifyInclusion({ index: 0n, size: 2n, leaf: await leafHash(entry), proof: [right], root }));
  const proof = inclusionProof(leaves, 0);
  assert.not.ok(await verifyInclusion({ index: 0n, size: 4n, leaf: a, proof: [concatBytes(...proof)], root }));
});

test('the example of Go is signed, and a vkey is that of its key', async () => {
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const key = await parseVkey(vkey);
  assert.is(vkeyOf(key), vkey);
  const note = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`;
  const { verified } = await verifyNote(note, [key]);
  assert.equal(
    verified.map(({ name, timestamp }) => [name, timestamp]),
    [['PeterNeumann', null]],
  );
  assert.equal((await verifyNote(note, [])).verified, [], 'an unknown key proves nothing');
  await rejects(verifyNote(note.replace('answer', 'cause'), [key]));
  for (const odd of [
    vkey.replace('c74f20a3', 'c74f20a4'),
    vkey.replace('c74f', 'C74F'),
    vkey.replace('+AR', '+Ah'),
    `${vkey}=`,
    'name',
    vkey.replace('Peter', 'Peter '),
  ]) {
    await rejects(parseVkey(odd));
  }
});

test('a cosignature covers its time, and counts once', async () => {
  const { witness, signed } = await signer('witness.example/w1', 4);
  const text = CHECKPOINT.slice(0, CHECKPOINT.indexOf('\n\n') + 1);
  const at = (seconds: bigint) => signatureLine(witness, timestamped(seconds, signed(cosignedMessage(text, seconds))));
  const { verified } = await verifyNote(`${text}\n${at(1_700_000_000n)}${at(1_700_000_001n)}`, [witness]);
  assert.equal(
    verified.map(({ timestamp }) => timestamp),
    [1_700_000_000n],
  );
  const redated = signatureLine(witness, timestamped(1n, signed(cosignedMessage(text, 2n))));
  await rejects(verifyNote(`${text}\n${redated}`, [witness]));
  const plain = signatureLine(witness, signed(utf8(text)));
  await rejects(verifyNote(`${text}\n${plain}`, [witness]));
});

test('what is no note is refused', () => {
  const { text, signatures } = parseNote(CHECKPOINT);
  assert.is(`${text}\n${signatures.map(({ line }) => `${line}\n`).join('')}`, CHECKPOINT);
  const line = signatures[0]?.line ?? '';
  const many = (count: number) => `a\n\n${`${line}\n`.repeat(count)}`;
  assert.is(parseNote(many(100)).signatures.length, 100);
  for (const odd of [
    '',
    '\n',
    'a',
    'a\n',
    'a\n\n',
    `\n\n${line}\n`,
    `a\n\n${line}`,
    `a\n\n${line}\n\n`,
    `a\r\n\n${line}\n`,
    `a\u0000\n\n${line}\n`,
    `a\ud800\n\n${line}\n`,
    CHECKPOINT.replace('—', '-'),
    CHECKPOINT.replace('=\n', '=\t\n'),
    CHECKPOINT.replace('AYQ8=', 'AYQ9='),
    CHECKPOINT.replace('— example.com', '— example+com'),
    CHECKPOINT.replace('— example.com', '— example\u2003com'),
    many(101),
    `${'a'.repeat(1_000_001)}\n\n${line}\n`,
  ]) {
    throwsTypeError(() => parseNote(odd), odd.slice(0, 80));
  }
});

test('a checkpoint is an origin, a size and a root, in one spelling each', () => {
  const text = parseNote(CHECKPOINT).text;
  const parsed = parseCheckpoint(text);
  assert.is(parsed.size, 20_852_163n);
  assert.is(checkpointText(parsed), text);
  assert.equal(parseCheckpoint(`${text}more\n`).extensions, ['more']);
  assert.is(parseCheckpoint(text.replace('20852163', '18446744073709551615')).size, (1n << 64n) - 1n);
  for (const size of ['18446744073709551616', '020852163', '+1', '-1', '1e3', '0x1', '', ' 1', '١', '99999999999999999999']) {
    throwsTypeError(() => parseCheckpoint(text.replace('20852163', size)), size);
  }
  for (const odd of [text.slice(0, -1), `\n${text}`, `${text}\n`, text.replace('q2I=', 'q2J='), text.replace('CsUY', ''), 'a\n1\n']) {
    throwsTypeError(() => parseCheckpoint(odd), odd);
  }
});

test('proofs are read as they are written', () => {
  const hashes = treeOf(3);
  const proof = { index: 73_894n, hashes, checkpoint: CHECKPOINT };
  for (const written of [proof, { ...proof, hashes: [] }, { ...proof, extra: utf8('of the application') }]) {
    const text = formatProof(written);
    assert.is(formatProof(parseProof(text)), text);
  }
  const consistency = formatConsistency({ oldSize: 20_852_014n, hashes, checkpoint: CHECKPOINT });
  assert.is(formatConsistency(parseConsistency(consistency)), consistency);
  const text = formatProof(proof);
  for (const odd of [
    text.replace('@v1', '@v2'),
    text.replace('index 73894', 'index 073894'),
    text.replace('index 73894\n', ''),
    text.replace('\n\n', '\n'),
    text.replace('index', 'extra AAA\nindex'),
    text.replaceAll('\n', '\r\n'),
    formatProof({ ...proof, hashes: Array(65).fill(EMPTY_ROOT) }),
    formatProof({ ...proof, hashes: [new Uint8Array(31)] }),
  ]) {
    throwsTypeError(() => parseProof(odd), odd.slice(0, 80));
  }
  throwsTypeError(() => parseConsistency(formatConsistency({ oldSize: 1n, hashes: Array(64).fill(EMPTY_ROOT), checkpoint: CHECKPOINT })), '64');
  throwsTypeError(() => parseConsistency(consistency.replace('old ', 'old  ')), 'two spaces');
});

function treeOf(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, index) => oracleLeaf(Buffer.from(`leaf ${index}`)));
}

function flipped(hash: Uint8Array, at: number): Uint8Array {
  return hash.map((byte, index) => (index === at % hash.length ? byte ^ (1 << (at % 8)) : byte));
}

/** The proof with one hash touched, left out, doubled, cut short or added, and its hashes in another order. */
function mutations(proof: readonly Uint8Array[], at: number): Uint8Array[][] {
  const place = at % Math.max(proof.length, 1);
  const hash = proof[place];
  const longer = [
    [...proof, EMPTY_ROOT],
    [EMPTY_ROOT, ...proof],
  ];
  if (!hash) return longer;
  const reversed = proof.length > 1 ? [proof.toReversed()] : [];
  return [
    ...longer,
    ...reversed,
    proof.with(place, flipped(hash, at)),
    proof.with(place, hash.subarray(1)),
    proof.toSpliced(place, 1),
    proof.toSpliced(place, 0, hash),
  ];
}

async function signer(name: string, type: 1 | 4) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  return { witness: await noteKey(name, type, raw), signed: (message: Uint8Array) => sign(null, message, privateKey) };
}

async function rejects(promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  assert.instance(error, TypeError);
}

test.run();

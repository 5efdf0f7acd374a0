import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseTilePath } from '../kernel/log/tile-path.ts';
import { edgeTiles, type Tile, TileSet, TreeEdge, tilesOf } from '../kernel/log/tiles.ts';
import {
  consistencyRanges,
  EMPTY_ROOT,
  foldFrontier,
  frontierRanges,
  HASH_BYTES,
  inclusionRanges,
  nodeHash,
  TILE_WIDTH,
} from '../kernel/log/tree.ts';
import { leafHashOf } from '../kernel/receipts/receipt.ts';
import { verifyConsistency, verifyInclusion } from '../sdk/verify/merkle.ts';

const test = suite('The tree of the log');

const leaves = Array.from({ length: 1_200 }, (_, index) => leafHashOf(Buffer.from(`receipt ${index}`)));

/** RFC 9162, section 2.1.1, word for word. */
function oracle(hashes: readonly Buffer[]): Buffer {
  if (hashes.length === 0) return EMPTY_ROOT;
  if (hashes.length === 1) return hashes[0] as Buffer;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(oracle(hashes.slice(0, split)), oracle(hashes.slice(split)));
}

/** What a database would hold of a log that grew in these steps: each tile as wide as it got. */
function grow(sizes: readonly number[]): { readonly tiles: ReadonlyMap<string, Tile>; readonly root: Buffer; readonly size: number } {
  const tiles = new Map<string, Tile>();
  let size = 0;
  let root: Buffer = EMPTY_ROOT;
  for (const next of sizes) {
    const stored = edgeTiles(size).flatMap(({ level, index }) => tiles.get(`${level}/${index}`) ?? []);
    const edge = new TreeEdge(size, stored);
    for (const leaf of leaves.slice(size, next)) edge.append(leaf);
    for (const tile of edge.grown(size)) tiles.set(`${tile.level}/${tile.index}`, tile);
    size = next;
    root = edge.root();
  }
  return { tiles, root, size };
}

const steps = fc.uniqueArray(fc.integer({ min: 1, max: leaves.length }), { minLength: 1, maxLength: 6 }).map((sizes) => sizes.sort((a, b) => a - b));

function read(tiles: ReadonlyMap<string, Tile>, ranges: Parameters<typeof tilesOf>[0]): TileSet {
  return new TileSet(tilesOf(ranges).flatMap(({ level, index }) => tiles.get(`${level}/${index}`) ?? []));
}

test('however a log grows, its root is that of all its leaves at once', () => {
  fc.assert(
    fc.property(steps, (sizes) => {
      const { root, size } = grow(sizes);
      assert.equal(root, oracle(leaves.slice(0, size)));
    }),
    { numRuns: 40 },
  );
});

test('a tile holds consecutive hashes of its level, and is full with 256', () => {
  const { tiles } = grow([300, 900, 1_200]);
  assert.equal(tiles.get('0/3')?.hashes, Buffer.concat(leaves.slice(768, 1_024)));
  assert.equal(tiles.get('0/4')?.hashes, Buffer.concat(leaves.slice(1_024, 1_200)));
  assert.equal(tiles.get('1/0')?.hashes, Buffer.concat([0, 1, 2, 3].map((tile) => oracle(leaves.slice(tile * TILE_WIDTH, (tile + 1) * TILE_WIDTH)))));
  assert.equal(edgeTiles(70_000), [
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  assert.equal(edgeTiles(256), [{ level: 1, index: 0, width: 1 }]);
});

test('inclusion proofs from tiles verify, each for its own leaf alone', async () => {
  const { tiles, root, size } = grow([255, 600, 1_111]);
  for (const index of [0, 1, 254, 255, 256, 511, 512, 600, 1_023, 1_024, 1_110]) {
    const ranges = inclusionRanges(index, size);
    const set = read(tiles, ranges);
    const proof = ranges.map((range) => set.hashOf(range));
    const claim = { index: BigInt(index), size: BigInt(size), proof, root };
    assert.ok(await verifyInclusion({ ...claim, leaf: leaves[index] as Buffer }), `leaf ${index}`);
    assert.not(await verifyInclusion({ ...claim, leaf: leaves[index + 1] as Buffer }), `leaf ${index + 1} in its place`);
  }
});

test('consistency proofs from tiles verify between any two sizes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_200 }), fc.integer({ min: 1, max: 1_200 }), async (a, b) => {
      const [oldSize, size] = a < b ? [a, b] : [b, a];
      const { tiles, root } = grow([size]);
      const ranges = consistencyRanges(oldSize, size);
      const set = read(tiles, ranges);
      const oldRoot = oracle(leaves.slice(0, oldSize));
      const proof = ranges.map((range) => set.hashOf(range));
      assert.ok(await verifyConsistency({ oldSize: BigInt(oldSize), oldRoot, newSize: BigInt(size), newRoot: root, proof }));
    }),
    { numRuns: 60 },
  );
});

test('the frontier of a size folds to its root', () => {
  for (const size of [0, 1, 2, 3, 255, 256, 257, 1_000]) {
    const frontier = frontierRanges(size).map(({ start, end }) => oracle(leaves.slice(start, end)));
    assert.equal(foldFrontier(frontier), oracle(leaves.slice(0, size)), `${size}`);
  }
});

test('a proof reads no more tiles than the tree is deep', () => {
  assert.ok(tilesOf(inclusionRanges(123_456, 1_000_000)).length <= 6);
  assert.ok(tilesOf(consistencyRanges(123_456, 1_000_000)).length <= 6);
});

test('a tile that is missing or too short is found out, and not hashed', () => {
  const { tiles, size } = grow([600]);
  const ranges = inclusionRanges(3, size);
  assert.throws(() => new TileSet([]).hashOf(ranges[0] as { start: number; end: number }), /tile 0\/0 has 0 of/);
  const short = [...tiles.values()].map((tile) => ({ ...tile, hashes: tile.hashes.subarray(0, 2 * HASH_BYTES) }));
  assert.throws(() => ranges.map((range) => new TileSet(short).hashOf(range)), /hashes that it should have/);
});

test('a tile has one path', () => {
  assert.equal(parseTilePath('0', 'x001/x234/067'), { level: 0, index: 1_234_067, width: 256 });
  assert.equal(parseTilePath('entries', '000.p/8'), { level: 'entries', index: 0, width: 8 });
  assert.equal(parseTilePath('63', '999.p/255'), { level: 63, index: 999, width: 255 });
  const wrong = [
    '',
    '5',
    '0005',
    'x000/005',
    '001/002',
    'x001',
    '000.p/0',
    '000.p/256',
    '000.p/08',
    '000.p',
    'x001/x002/x003',
    '../000',
    '000/',
    '-01',
  ];
  for (const path of wrong) assert.throws(() => parseTilePath('0', path), /names no tile/, path);
  for (const level of ['00', '64', '-1', 'x', 'Entries', '']) assert.throws(() => parseTilePath(level, '000'), /names no tile/, level);
});

test.run();

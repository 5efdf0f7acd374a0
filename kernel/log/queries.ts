import { Content, defineQuery, PLAIN, Problem, type Query, type QueryContext, Strict, Type } from '../../sdk/index.ts';
import type { Transaction } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { Receipts } from '../database/tables.ts';
import { leafHashOf } from '../receipts/receipt.ts';
import { entriesOf, proofsOf, Unproven } from './leaves.ts';
import { type Pinned, policyFile } from './policy-file.ts';
import { consistencyProof } from './proofs.ts';
import { type Checkpoint, checkpointFor, cosigned, currentEpoch, latestCheckpoint, readTiles, requireCheckpoint } from './store.ts';
import { parseTilePath, type TileRequest } from './tile-path.ts';
import { widthOf } from './tiles.ts';
import { HASH_BYTES, TILE_WIDTH } from './tree.ts';

const TILE = 'application/octet-stream';
const MAX_ENTRIES = 256;

/**
 * The log as C2SP tlog-tiles serves it, under `/log` that of the epoch that is now, under `/log/epochs/<n>` that of each;
 * and proofs by receipt.
 */
export function logQueries(pinned: Pinned): readonly Query[] {
  return [...served('', '', pinned), ...served('epoch.', '/epochs/:epoch', pinned), logEntries, logPolicy(pinned), receiptProof(pinned)];
}

function served(id: string, prefix: string, { quorum }: Pinned): readonly Query[] {
  const checkpoint = defineQuery({
    id: `log.${id}checkpoint`,
    title: 'The newest checkpoint of the log',
    route: { method: 'GET', path: `/log${prefix}/checkpoint` },
    query: Strict({
      since: Type.Optional(
        Type.Integer({ minimum: 1, description: 'A size: answers the consistency proof from there, as C2SP tlog-witness has it' }),
      ),
    }),
    media: ['text/plain'],
    async run(context) {
      const [tx, epoch] = await epochOf(context);
      const { tenant, query } = context;
      const newest = requireCheckpoint(await checkpointFor(tx, tenant, epoch, 0, quorum));
      if (query.since === undefined) return new Content(PLAIN, await cosigned(tx, tenant, newest), { freshness: 'no-cache' });
      return new Content(PLAIN, await consistencyProof(tx, tenant, atMost(query.since, newest.size), newest), { freshness: 'no-cache' });
    },
  });
  const tile = defineQuery({
    id: `log.${id}tile`,
    title: 'A tile of the log: hashes, or entries',
    route: { method: 'GET', path: `/log${prefix}/tile/:level/*path` },
    query: Strict({}),
    media: [TILE],
    async run(context) {
      const [tx, epoch] = await epochOf(context);
      const { params, tenant } = context;
      const wanted = parseTilePath(params.level ?? '', params.path ?? '');
      assertSigned(wanted, requireCheckpoint(await latestCheckpoint(tx, tenant, epoch)));
      const bytes = await (wanted.level === 'entries' ? entryBundle(tx, tenant, epoch, wanted) : hashTile(tx, tenant, epoch, wanted.level, wanted));
      return new Content(TILE, bytes, { freshness: prefix === '' ? 'no-cache' : 'immutable' });
    },
  });
  return [checkpoint, tile];
}

const logEntries = defineQuery({
  id: 'log.entries',
  title: 'Entries of the log, in its order',
  route: { method: 'GET', path: '/log/entries' },
  query: Strict({
    start: Type.Optional(Type.Integer({ minimum: 0, description: 'The index of the first' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_ENTRIES })),
  }),
  async run({ db, tenant, query: { start = 0, limit = 50 } }) {
    const tx = transactionOf(db);
    const { epoch } = await currentEpoch(tx, tenant);
    const { size } = requireCheckpoint(await checkpointFor(tx, tenant, epoch, 0, 0));
    const entries = await entriesOf(tx, tenant, epoch, start, Math.min(limit, Math.max(0, size - start)));
    return {
      items: entries.map(({ index, receiptId, bytes }) => ({
        index,
        receipt_id: receiptId,
        leaf_hash: leafHashOf(bytes).toString('base64'),
        entry: bytes.toString('base64'),
      })),
      next_start: start + entries.length < size ? start + entries.length : null,
      total: size,
    };
  },
});

function logPolicy(pinned: Pinned): Query {
  return defineQuery({
    id: 'log.policy',
    title: 'The file that an auditor pins',
    route: { method: 'GET', path: '/log/policy' },
    query: Strict({}),
    media: ['text/plain'],
    run: async ({ db, tenant }) => new Content(PLAIN, await policyFile(transactionOf(db), tenant, pinned), { filename: `${tenant}.policy` }),
  });
}

function receiptProof({ quorum }: Pinned): Query {
  return defineQuery({
    id: 'receipt.proof',
    title: 'The proof that a receipt is in the log (C2SP tlog-proof)',
    route: { method: 'GET', path: '/receipts/:id/proof' },
    query: Strict({}),
    media: ['text/plain'],
    async run({ db, tenant, params }) {
      const { id } = await db.one(Receipts, params.id ?? '');
      const proof = (await proofsOf(transactionOf(db), tenant, [id], quorum)).proofs.get(id);
      if (proof === undefined) throw new Unproven([id]);
      return new Content(PLAIN, proof, { filename: `${id}.tlog-proof` });
    },
  });
}

/** @throws Problem `not-found` for an epoch that has not begun */
async function epochOf({ db, tenant, params }: Pick<QueryContext<unknown, unknown>, 'db' | 'tenant' | 'params'>): Promise<[Transaction, number]> {
  const tx = transactionOf(db);
  const { epoch } = await currentEpoch(tx, tenant);
  if (params.epoch === undefined) return [tx, epoch];
  const asked = /^[1-9]\d{0,8}$/.test(params.epoch) ? Number(params.epoch) : Number.NaN;
  if (!(asked <= epoch)) throw new Problem('not-found', `The log has no epoch ${params.epoch}; it is in its ${epoch}.`);
  return [tx, asked];
}

async function hashTile(tx: Transaction, tenant: string, epoch: number, level: number, { index, width }: TileRequest): Promise<Buffer> {
  const [tile] = await readTiles(tx, tenant, epoch, [{ level, index }]);
  if (!tile || widthOf(tile) < width) throw noTile();
  return tile.hashes.subarray(0, width * HASH_BYTES);
}

async function entryBundle(tx: Transaction, tenant: string, epoch: number, { index, width }: TileRequest): Promise<Buffer> {
  const entries = await entriesOf(tx, tenant, epoch, index * MAX_ENTRIES, width);
  if (entries.length < width) throw noTile();
  return Buffer.concat(
    entries.flatMap(({ bytes }) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(bytes.length);
      return [length, bytes];
    }),
  );
}

/** What is signed stays as it is; what is not may still be another. @throws Problem `not-found` */
function assertSigned({ level, index, width }: TileRequest, { size }: Checkpoint): void {
  const hashes = level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
  if (index * TILE_WIDTH + width > hashes) throw noTile();
}

function noTile(): Problem {
  return new Problem('not-found', 'The log has not grown so far: see /log/checkpoint for its size.');
}

function atMost(size: number, newest: number): number {
  if (size <= newest) return size;
  throw new Problem('invalid-input', `The log has ${newest} leaves, so there is no proof from ${size}.`, {
    errors: [{ path: 'since', message: `must be at most ${newest}` }],
  });
}

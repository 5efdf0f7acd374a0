import { randomUUID } from 'node:crypto';
import { encodeReceipt } from '../../kernel/receipts/receipt.ts';
import { canonicalJson, sha256 } from '../../sdk/index.ts';
import { keyidOf, vkeyOf } from '../../sdk/verify/note.ts';
import { preAuthEncoding } from '../../sdk/verify/statement.ts';
import { BASE } from './evidence-builder.ts';
import { TenantLog, testKey } from './tenant-log.ts';
import { oracleRoot } from './tree-oracle.ts';

const TYPE = 'high-risk-ops.request';
/** What seals a request. */
const FINAL = ['cancelled', 'rejected'];
const NOON = Date.parse('2026-11-22T12:00:00.000Z');

/** A population before it is sealed. */
export interface PopulationDraft {
  manifest: {
    typ: string;
    origin: string;
    tenant: string;
    type: string;
    from: string | null;
    to: string | null;
    query: { from: string | null; to: string | null; seed: string | null; sample: number | null };
    generated_at: string;
    nonce: string | null;
    seed: string;
    sample: string[];
    counts: { entries: number; subjects: number; receipts: number; sampled: number; by_status: Record<string, number> };
    segments: { origin: string; from_size: number; to_size: number; from_root: string; to_root: string }[];
  };
  subjects: { id: string; created_at: string; status: string; version: number; receipts: number; sampled: boolean }[];
  entries: string[][];
  proof: { segments: { frontier: string[]; from_checkpoint: string | null; to_checkpoint: string }[] };
  signature?: { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };
}

interface Written {
  readonly log: TenantLog;
  readonly index: number;
  readonly id: string;
  readonly seq: number;
  readonly leaf: string;
  readonly status: string;
  readonly at: string;
}

/** A log with requests made in it, some before the range that is asked for. */
export class PopulationWorld {
  readonly logs: TenantLog[] = [];
  readonly written: Written[] = [];
  #seconds = 0;

  get log(): TenantLog {
    const log = this.logs.at(-1);
    if (!log) throw new Error('the world has no log yet');
    return log;
  }

  get policy(): string {
    const witnesses = this.log.cosigners.map(({ key }) => `witness w1 ${vkeyOf(key)}`);
    return [...this.logs.flatMap(({ policyLines }) => policyLines), ...witnesses, 'quorum w1', ''].join('\n');
  }

  async openLog(): Promise<void> {
    const last = this.logs.at(-1);
    const log = await TenantLog.open(last ? `${BASE}/${this.logs.length + 1}` : BASE);
    log.cosigners.push({ key: last?.cosigners[0]?.key ?? (await testKey('witness.test/w1', 4)), seconds: BigInt(NOON / 1_000 + 3_600) });
    this.logs.push(log);
    if (last) log.append(Buffer.from(last.checkpoint()));
  }

  /** The next receipt of a request. @param lie what it says otherwise than it is @returns its id */
  write(id: string = randomUUID(), status = 'pending', type = TYPE, lie: { parents?: string[]; sealed_count?: number } = {}): string {
    const previous = this.written.findLast((one) => one.id === id);
    const at = new Date(NOON + this.#seconds++ * 1_000).toISOString();
    const seq = (previous?.seq ?? 0) + 1;
    const { bytes, leafHash } = encodeReceipt({
      typ: 'summit-receipt/v1',
      origin: BASE,
      id: randomUUID(),
      action: `${type}.change`,
      subject: { type, id },
      seq,
      parents: previous ? [previous.leaf] : [],
      actor: 'A'.repeat(43),
      outcome: 'allowed',
      policy: [],
      state: { from: previous?.status ?? null, to: status },
      input_digest: 'B'.repeat(43),
      changes_digest: 'c'.repeat(64),
      commitments: [],
      at,
      ...(FINAL.includes(status) ? { sealed_count: seq } : {}),
      ...lie,
    });
    const index = this.log.append(bytes);
    if (type === TYPE) this.written.push({ log: this.log, index, id, seq, leaf: leafHash.toString('base64'), status, at });
    return id;
  }

  /** Of what was written since, signed. @param from the number of leaves of the first log before the range */
  draft(from: number, sampleSize = 2, seed = 'a seed'): PopulationDraft {
    const created = this.written.filter(({ seq, log, index }) => seq === 1 && (log !== this.logs[0] || index >= from));
    const ids = created.map(({ id }) => id);
    const sample = ids.toSorted((a, b) => (sha256(`${seed}:${a}`) < sha256(`${seed}:${b}`) ? -1 : 1)).slice(0, sampleSize);
    const subjects = ids.map((id) => {
      const own = this.written.filter((one) => one.id === id);
      return {
        ...{ id, created_at: own[0]?.at ?? '', status: own.at(-1)?.status ?? '', version: own.length, receipts: own.length },
        sampled: sample.includes(id),
      };
    });
    const segments = this.logs.map((log, index) => {
      const start = index === 0 ? from : 0;
      const root = (size: number) => Buffer.from(oracleRoot(log.leaves(size))).toString('base64');
      return {
        log,
        start,
        ...{ origin: log.origin, from_size: start, to_size: log.entries.length, from_root: root(start), to_root: root(log.entries.length) },
      };
    });
    const asked = { from: from === 0 ? null : (created[0]?.at ?? null), to: null };
    return {
      manifest: {
        ...{ typ: 'summit-population/v1', origin: BASE, tenant: 'demo', type: TYPE, ...asked },
        query: { ...asked, seed, sample: sampleSize },
        ...{ generated_at: '2026-11-22T13:00:00.000Z', nonce: null, seed, sample },
        counts: {
          entries: segments.reduce((sum, { from_size, to_size }) => sum + to_size - from_size, 0),
          subjects: subjects.length,
          receipts: subjects.reduce((sum, { receipts }) => sum + receipts, 0),
          sampled: sample.length,
          by_status: Object.fromEntries([...Map.groupBy(subjects, ({ status }) => status)].map(([status, all]) => [status, all.length])),
        },
        segments: segments.map(({ log: _, start: __, ...segment }) => segment),
      },
      subjects,
      entries: segments.map(({ log, start }) => log.entries.slice(start).map((entry) => Buffer.from(entry).toString('base64'))),
      proof: {
        segments: segments.map(({ log, start }) => ({
          frontier: frontierOf(log.leaves(start)).map((hash) => Buffer.from(hash).toString('base64')),
          from_checkpoint: start === 0 ? null : log.checkpoint(start),
          to_checkpoint: log.checkpoint(),
        })),
      },
    };
  }

  sign(draft: PopulationDraft): PopulationDraft {
    const { signature: _, ...members } = draft;
    const { origin, type, generated_at, nonce } = draft.manifest;
    const statement = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: Object.entries(members).map(([name, member]) => ({ name, digest: { sha256: sha256(canonicalJson(member)) } })),
      predicateType: 'https://summit.local/population/v1',
      predicate: { origin, type, generated_at, nonce },
    };
    const payload = Buffer.from(JSON.stringify(statement));
    const key = this.log.bundle;
    const sig = Buffer.from(key.sign(preAuthEncoding(payload))).toString('base64');
    return {
      ...members,
      signature: { payloadType: 'application/vnd.in-toto+json', payload: payload.toString('base64'), signatures: [{ keyid: keyidOf(key), sig }] },
    };
  }
}

/** Three requests made before the range, five in it, of which two went on; one more of before the range went on in it. */
export async function buildPopulationWorld({ rotates = false } = {}): Promise<{ world: PopulationWorld; from: number }> {
  const world = new PopulationWorld();
  await world.openLog();
  const [early] = [world.write(), world.write(), world.write()];
  const from = world.log.entries.length;
  const [a, b] = [world.write(), world.write()];
  world.write(early, 'approved');
  world.write(undefined, 'active', 'user');
  world.write(a, 'approved');
  if (rotates) await world.openLog();
  world.write(a, 'cancelled');
  world.write(b, 'rejected');
  for (let more = 0; more < 3; more++) world.write();
  return { world, from };
}

/** Roots of the perfect subtrees, largest first. */
function frontierOf(leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 0) return [];
  const size = 2 ** Math.floor(Math.log2(leaves.length));
  return [oracleRoot(leaves.slice(0, size)), ...frontierOf(leaves.slice(size))];
}

import { validate as isUuid } from 'uuid';
import { type Actor, type At, create, type Edge, edge, none, Problem } from '../../sdk/index.ts';
import { type Caller, KERNEL_PACK } from '../admission.ts';
import type { Config } from '../config/config.ts';
import type { Database, Transaction } from '../database/database.ts';
import { AccessEvaluations } from '../database/policy-tables.ts';
import { type Access, beliefs, believed } from '../identity/access.ts';
import { newId } from '../ids.ts';
import { tenantOrigin } from '../log/names.ts';
import type { PackRegistry } from '../packs/registry.ts';
import { type Bundle, packageOf } from '../policy/bundle.ts';
import type { Bundles } from '../policy/bundles.ts';
import type { JudgedDecision, PolicyService } from '../policy/decide.ts';
import { recordOf } from '../record.ts';
import type { Writer } from '../write.ts';
import { type Asking, EVALUATE, type EvaluationAnswer, type Judged, judgeAll, type Resolve } from './judge.ts';
import { type Evaluation, MAX_EVALUATIONS, type Malformed, type Semantic } from './request.ts';

/** Evaluations that wait for their turn to be decided and written down. */
interface Waiting {
  readonly evaluations: readonly (Evaluation | Malformed)[];
  readonly semantic: Semantic;
  resolve(answers: readonly EvaluationAnswer[]): void;
  reject(error: unknown): void;
}

/** What one caller asks. */
interface Queue {
  readonly waiting: Waiting[];
  writers: number;
}

/** While one batch is being committed another is decided, if enough has come together for it. */
const MAX_WRITERS = 2;
const WORTH_A_WRITER = 8;

type Digests = Readonly<Record<string, string | null>>;

/** What answers are judged by, as it is now. */
interface Situation {
  readonly now: string;
  readonly digests: Digests | null;
  readonly packs: readonly string[];
}

/**
 * Answers access evaluations by the policies of the packs. Each is a decision on record before it is answered; those of
 * one caller that come in while others are being written are written together, with one receipt.
 */
export class AccessEvaluator {
  readonly #database: Database;
  readonly #packs: PackRegistry;
  readonly #access: Access;
  readonly #bundles: Bundles;
  readonly #policy: PolicyService;
  readonly #write: Writer;
  readonly #config: Pick<Config, 'origin' | 'policies'>;
  readonly #queues = new Map<string, Queue>();
  readonly #situations = beliefs<Situation>();

  constructor(services: {
    database: Database;
    packs: PackRegistry;
    access: Access;
    bundles: Bundles;
    policy: PolicyService;
    write: Writer;
    config: Config;
  }) {
    this.#database = services.database;
    this.#packs = services.packs;
    this.#access = services.access;
    this.#bundles = services.bundles;
    this.#policy = services.policy;
    this.#write = services.write;
    this.#config = services.config;
  }

  /** @throws Problem `unauthenticated` for a caller who is no longer there, `unavailable` */
  async evaluate(caller: Caller, evaluations: readonly (Evaluation | Malformed)[], semantic: Semantic): Promise<readonly EvaluationAnswer[]> {
    const { actor } = await this.#access.principal(caller.tenant, caller.userId);
    if (!this.#config.policies.storeEvaluations) return this.#answer(caller.tenant, actor, evaluations, semantic);
    return new Promise((resolve, reject) => {
      const key = `${caller.tenant}/${actor.id}`;
      const queue = this.#queues.get(key) ?? { waiting: [], writers: 0 };
      this.#queues.set(key, queue);
      queue.waiting.push({ evaluations, semantic, resolve, reject });
      const isBusy = queue.writers === MAX_WRITERS || (queue.writers > 0 && queue.waiting.length < WORTH_A_WRITER);
      if (!isBusy) void this.#work(key, caller.tenant, actor, queue);
    });
  }

  /** Decides and writes what waits, until nothing does. */
  async #work(key: string, tenant: string, actor: Actor, queue: Queue): Promise<void> {
    queue.writers += 1;
    while (queue.waiting.length > 0) {
      const batch = takeBatch(queue.waiting);
      try {
        const answers = await this.#database.transaction(tenant, 'write', (tx) => this.#record(tx, tenant, actor, batch));
        for (const [index, { resolve }] of batch.entries()) resolve(answers[index] ?? []);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    queue.writers -= 1;
    if (queue.writers === 0) this.#queues.delete(key);
  }

  async #record(tx: Transaction, tenant: string, actor: Actor, batch: readonly Waiting[]): Promise<readonly (readonly EvaluationAnswer[])[]> {
    const situation = await situationOf(tx, tenant, actor);
    const batchId = newId();
    const resolve = this.#resolver(situation.packs, situation.digests ?? {}, (digest) => this.#bundles.byDigest(tx, tenant, digest));
    const judged: (readonly Judged[])[] = [];
    for (const { evaluations, semantic } of batch) judged.push(await judgeAll(this.#asking(actor, batchId, resolve), evaluations, semantic));
    const decisions = judged.flat().flatMap(({ decision }) => decision ?? []);
    if (decisions.length > 0) await this.#keep(tx, { tenant, now: situation.now }, actor, batchId, decisions);
    return judged.map((of) => of.map(({ answer }) => answer));
  }

  async #keep(tx: Transaction, at: At, actor: Actor, batchId: string, decisions: readonly JudgedDecision[]): Promise<void> {
    const { writes } = recordOf({
      action: { id: EVALUATE, entity: AccessEvaluations },
      pack: KERNEL_PACK,
      origin: tenantOrigin(this.#config.origin, at.tenant),
      ...at,
      actor,
      // What was asked is in the decisions.
      input: {},
      outcome: 'allowed',
      subject: { id: batchId, status: null },
      locked: new Map(),
      newId,
      decisions,
      approval: null,
      changes: {
        subjects: [create(AccessEvaluations, at, { id: batchId, status: 'answered', decisions: decisions.length })],
        edges: await askedAbout(tx, at.tenant, decisions),
        usage: none('each decision is metered by itself'),
        answer: {},
      },
    });
    await this.#write(tx, at.tenant, writes);
  }

  /** Without a record: what decides is read at most once a second, and an answer names no decision. */
  async #answer(tenant: string, actor: Actor, evaluations: Waiting['evaluations'], semantic: Semantic): Promise<readonly EvaluationAnswer[]> {
    const { packs, digests } = await believed(this.#situations, `${tenant}/${actor.id}`, () =>
      this.#database.transaction(tenant, 'read', (tx) => situationOf(tx, tenant, actor)),
    );
    const read = async (digest: string) =>
      this.#bundles.known(tenant, digest) ?? this.#database.transaction(tenant, 'read', (tx) => this.#bundles.byDigest(tx, tenant, digest));
    const judged = await judgeAll(this.#asking(actor, newId(), this.#resolver(packs, digests ?? {}, read)), evaluations, semantic);
    return judged.map(({ answer: { decision, context } }) => {
      const { decision_id: _, ...rest } = context;
      return { decision, context: rest };
    });
  }

  #asking(actor: Actor, batchId: string, resolve: Resolve): Asking {
    return { policy: this.#policy, actorId: actor.id, batchId, resolve };
  }

  #resolver(enabled: readonly string[], digests: Digests, read: (digest: string) => Promise<Bundle | null>): Resolve {
    return async (resourceType) => {
      const answering = this.#packs.answers.get(resourceType);
      if (!answering || !enabled.includes(answering.pack)) return null;
      const { entrypoint, mask } = answering;
      const digest = digests[packageOf(entrypoint)];
      const bundle = digest ? await read(digest) : null;
      return bundle && { bundle, entrypoint, mask };
    };
  }
}

/** @throws Problem `unauthenticated` for a caller who is not there, or no longer */
async function situationOf(tx: Transaction, tenant: string, actor: Actor): Promise<Situation> {
  const [found] = await tx.query<Situation & { present: boolean }>(
    `SELECT summit_now() AS now, EXISTS (SELECT FROM users WHERE tenant_id = $1 AND id = $2 AND status = 'active') AS present,
       (SELECT json_object_agg(package, digest) FROM policies WHERE tenant_id = $1) AS digests,
       ARRAY(SELECT pack_id FROM pack_enablements WHERE tenant_id = $1 AND status = 'enabled') AS packs`,
    [tenant, actor.id],
  );
  if (!found?.present) throw new Problem('unauthenticated', 'The token or session belongs to nobody who is active in this tenant.');
  return found;
}

/** Links decisions to what they are about, where that is something of the tenant's graph. */
async function askedAbout(tx: Transaction, tenant: string, decisions: readonly JudgedDecision[]): Promise<readonly Edge[]> {
  const about = decisions.flatMap(({ id, input }) => (isUuid(input.resource.id) ? [[id, input.resource.id] as const] : []));
  if (about.length === 0) return [];
  const ids = about.map(([, resource]) => resource);
  const nodes = await tx.query<{ id: string }>('SELECT id FROM nodes WHERE tenant_id = $1 AND id = ANY($2::uuid[])', [tenant, ids]);
  const known = new Set(nodes.map(({ id }) => id));
  return about.flatMap(([decision, resource]) => (known.has(resource) ? [edge(decision, 'asked_about', resource)] : []));
}

/** As many as may be written together: those of one request stay together. */
function takeBatch(queue: Waiting[]): readonly Waiting[] {
  let count = 0;
  const fitting = queue.findIndex(({ evaluations }, index) => {
    count += evaluations.length;
    return index > 0 && count > MAX_EVALUATIONS;
  });
  return queue.splice(0, fitting < 0 ? queue.length : fitting);
}

import { defineQuery, type Evidence, Problem, type Query, type Static, Strict, Type } from '../../sdk/index.ts';
import type { Database } from '../database/database.ts';
import { transactionOf } from '../database/reader.ts';
import { Deferred } from '../deferred.ts';
import type { Inverses } from '../graph/queries.ts';
import { bundleKeyName, logOrigin, tenantOrigin } from '../log/names.ts';
import type { Pinned } from '../log/policy-file.ts';
import type { Bundles } from '../policy/bundles.ts';
import { bundleOf } from './bundle.ts';
import { signedDocument } from './document.ts';
import { collect } from './members.ts';
import { momentOf } from './moment.ts';
import { drawingOf, Nonce, UsageParameters } from './parameters.ts';
import type { Read } from './population.ts';
import type { Remembered } from './proof.ts';
import { summaryOf } from './summary.ts';

interface EvidenceServices {
  readonly pinned: Pinned;
  /** Read at each request: a pack may have failed since. */
  readonly packs: { readonly relationships: Inverses };
  readonly bundles: Bundles;
  readonly database: Database;
}

export const EVIDENCE_PREDICATE = 'https://summit.local/evidence/v1';

const parameters = {
  nonce: Type.Optional(Nonce),
  since: Type.Optional(Type.Integer({ minimum: 1, description: 'A size of the log: the bundle proves that it only grew since then' })),
  since_epoch: Type.Optional(Type.Integer({ minimum: 1, description: 'Of which epoch of the log `since` is a size; the newest unless said' })),
  format: Type.Optional(Type.Enum(['json', 'summary'], { description: 'The bundle, or what there is to know of it without waiting for the log' })),
};
const Plain = Strict(parameters);
const WithUsage = Strict({ ...parameters, ...UsageParameters });

/** The query that answers an evidence declaration. */
export function evidenceQuery(evidence: Evidence, { pinned, packs, bundles, database }: EvidenceServices): Query {
  return defineQuery({
    id: `evidence.${evidence.id}`,
    title: evidence.title,
    route: { method: 'GET', path: evidence.path },
    ...(evidence.roles ? { roles: evidence.roles } : {}),
    query: evidence.usage ? WithUsage : Plain,
    async run({ db, tenant, params, query }) {
      const said: Static<typeof WithUsage> = query;
      const { nonce = null, format, events, sample, seed, ...remembered } = said;
      const since = rememberedIn(remembered);
      const drawing = drawingOf({ events, sample, seed });
      const tx = transactionOf(db);
      const id = evidence.subject ? await evidence.subject(db, params) : (params.id ?? '');
      const [collected, { now, epoch }] = await Promise.all([collect(evidence, db, id), momentOf(tx, tenant)]);
      if (format === 'summary') return summaryOf(tx, db, collected, { evidence, tenant, params, now });
      const origin = tenantOrigin(pinned.host, tenant);
      const read: Read = (work) => database.transaction(tenant, 'read', work);
      const asked = { evidence, tenant, origin, nonce, now, since, drawing };
      const members = await bundleOf(tx, db, collected, { ...asked, quorum: pinned.quorum, inverses: packs.relationships, bundles, read });
      const { type, id: subject } = collected.subject;
      const seal = {
        signer: pinned.checkpointSigner,
        key: bundleKeyName(logOrigin(origin, epoch)),
        predicateType: EVIDENCE_PREDICATE,
        predicate: { origin, type, id: subject, generated_at: now, nonce },
      };
      return new Deferred(() => signedDocument(members, seal, { filename: `${evidence.id}-${subject}.json` }));
    },
  });
}

function rememberedIn({ since, since_epoch: epoch }: { since?: number; since_epoch?: number }): Remembered | null {
  if (since !== undefined) return { size: since, epoch };
  if (epoch === undefined) return null;
  throw new Problem('invalid-input', 'since_epoch says of which epoch since is a size', { errors: [{ path: 'since', message: 'is required' }] });
}

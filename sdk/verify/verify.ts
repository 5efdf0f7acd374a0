import type { Billing } from './billing.ts';
import { EVIDENCE } from './bundle.ts';
import { fromUtf8 } from './bytes.ts';
import type { Evaluator } from './evaluate.ts';
import { readEvidence } from './evidence.ts';
import { type Finding, Findings } from './findings.ts';
import { parseJson } from './json.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { judgePopulation } from './judge-population.ts';
import type { Policy } from './policy.ts';
import { POPULATION, readPopulation } from './population.ts';
import { verifyPromise } from './promise.ts';
import type { Replay } from './replay.ts';
import { isObject } from './shape.ts';
import type { State } from './state.ts';

export interface VerifyOptions {
  /** Whom the auditor trusts. Keys come from here, never from the bundle. */
  readonly policy: Policy;
  /** What the auditor remembers of the logs. */
  readonly state?: State;
  /** What the auditor asked for: the bundle was made for this. */
  readonly nonce?: string;
  /** Id of what the bundle is to be about. */
  readonly subject?: string;
  /** A signed note: the promise that a receipt will be in the log. */
  readonly promise?: string;
  /** The auditor's clock. */
  readonly now?: Date;
  /** Where policies are evaluated; here and now unless said. */
  readonly evaluate?: Evaluator;
}

/** How many receipts changed a subject, and of how many of these a policy was asked. */
export interface Changes {
  readonly all: number;
  readonly judged: number;
}

/** What the bundle says that it is. */
export interface About {
  readonly origin: string;
  readonly type: string;
  /** null of a population. */
  readonly id: string | null;
  readonly generated_at: string;
  readonly nonce: string | null;
  /** null of evidence. */
  readonly drawn: Drawn | null;
}

/** What was asked for of a population. The range that is proven is the one between its checkpoints, not the one between these times. */
export interface Drawn {
  readonly from: string | null;
  readonly to: string | null;
  readonly seed: string;
  /** So many of the subjects are in the sample. */
  readonly sampled: number;
  readonly subjects: number;
}

export interface Report {
  readonly ok: boolean;
  /** null where it could not be read. */
  readonly about: About | null;
  readonly integrity: {
    readonly verdict: 'INVALID' | 'DIVERGED' | 'UNANCHORED' | 'LOGGED' | 'WITNESSED';
    /** Of the policy, those who cosigned every checkpoint. */
    readonly witnesses: readonly string[];
  };
  readonly completeness: {
    readonly verdict: 'COMPLETE' | 'OPEN' | 'INCOMPLETE';
    /** The subjects that have not come to their end. */
    readonly open: readonly string[];
  };
  readonly replay: Replay;
  /** null where the receipts' decisions are not looked at, as in a population. */
  readonly changes: Changes | null;
  /** null where the bundle is about no invoice. */
  readonly billing: Billing | null;
  /** Whether the promised receipt is in the log; null where none was asked about. */
  readonly promise: { readonly verdict: 'KEPT' | 'NOT FOUND' | 'INVALID'; readonly leaf_hash: string | null } | null;
  readonly findings: readonly Finding[];
  /** Base64 hashes of the receipts that are proven to be in a log of the policy's, whatever else was found. */
  readonly leaves: ReadonlySet<string>;
  /** What to remember of the logs from now on, if the report is ok. */
  readonly state: State;
}

/** What was found out about a bundle that could be read. */
export interface Judged {
  readonly about: About;
  readonly witnesses: readonly string[];
  readonly open: readonly string[];
  readonly replay: Replay;
  readonly changes: Changes | null;
  readonly billing: Billing | null;
  /** Base64 hashes of the leaves that are proven to be in a log of the policy's. */
  readonly leaves: ReadonlySet<string>;
  readonly state: State;
}

/** Verifies an evidence bundle or a population. Never rejects, whatever the file holds. @param file JSON, as it is or in UTF-8 */
export async function verifyEvidence(file: string | Uint8Array, options: VerifyOptions): Promise<Report> {
  const findings = new Findings();
  let judged: Judged | null = null;
  try {
    judged = await findings.attempt('malformed-bundle', '', () => judge(file, options, findings));
  } catch (error) {
    // A verdict is owed for any input: what went wrong is the finding.
    findings.add('INVALID', 'cannot-be-checked', `the bundle cannot be checked: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (judged) expectations(judged.about, options, findings);
  const promise = options.promise === undefined ? null : await judgePromise(options.promise, options.policy, judged, findings);
  return reportOf(judged, promise, options.state ?? new Map(), findings);
}

async function judge(file: string | Uint8Array, options: VerifyOptions, findings: Findings): Promise<Judged> {
  const members = parseJson(typeof file === 'string' ? file : fromUtf8(file));
  if (!isObject(members)) throw new TypeError('it is no JSON object');
  const typ = isObject(members.manifest) ? members.manifest.typ : undefined;
  if (typ === EVIDENCE) return judgeEvidence(members, readEvidence(members), options, findings);
  if (typ === POPULATION) return judgePopulation(members, readPopulation(members), options, findings);
  throw new TypeError(`manifest.typ is neither ${EVIDENCE} nor ${POPULATION}`);
}

function expectations({ nonce, generated_at }: About, options: VerifyOptions, findings: Findings): void {
  if (options.nonce !== undefined && options.nonce !== nonce) {
    findings.add('INVALID', 'nonce-differs', `the bundle was made for the nonce ${nonce ?? 'of nobody'}, not for ${options.nonce}`, 'manifest.nonce');
  }
  if (options.now && Date.parse(generated_at) > options.now.getTime() + TOLERANCE_MS) {
    findings.add(
      'NOTE',
      'from-the-future',
      `the bundle says that it was made at ${generated_at}, which is yet to come by the clock here`,
      'manifest.generated_at',
    );
  }
}

const TOLERANCE_MS = 300_000;

async function judgePromise(note: string, policy: Policy, judged: Judged | null, findings: Findings): Promise<Report['promise']> {
  const promise = await verifyPromise(note, policy).catch((error: unknown) => {
    findings.add('NOTE', 'malformed-promise', `the promise: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  });
  if (!promise) return { verdict: 'INVALID', leaf_hash: null };
  const { leafHash: leaf_hash, integrateBy } = promise;
  if (judged?.leaves.has(leaf_hash)) return { verdict: 'KEPT', leaf_hash };
  const by = new Date(Number(integrateBy) * 1_000);
  const due = Number.isNaN(by.getTime()) ? `${integrateBy} s` : by.toISOString();
  findings.add('NOTE', 'promise-not-found', `the leaf ${leaf_hash}, promised for ${due}, is not among those that the bundle proves to be in the log`);
  return { verdict: 'NOT FOUND', leaf_hash };
}

function reportOf(judged: Judged | null, promise: Report['promise'], state: State, findings: Findings): Report {
  const integrity = integrityOf(judged, findings);
  const open = judged?.open ?? [];
  const completeness = { verdict: judged && !findings.has('INCOMPLETE') ? (open.length > 0 ? 'OPEN' : 'COMPLETE') : 'INCOMPLETE', open } as const;
  const replay = judged?.replay ?? { verdict: 'NONE', reproduced: 0, decisions: 0 };
  const isProven = integrity.verdict === 'LOGGED' || integrity.verdict === 'WITNESSED';
  const ok = isProven && completeness.verdict !== 'INCOMPLETE' && replay.verdict !== 'DIFFERS' && (promise === null || promise.verdict === 'KEPT');
  return {
    ok,
    about: judged?.about ?? null,
    integrity,
    completeness,
    replay,
    changes: judged?.changes ?? null,
    billing: judged?.billing ?? null,
    promise,
    findings: findings.list,
    leaves: judged?.leaves ?? new Set(),
    state: judged?.state ?? state,
  };
}

function integrityOf(judged: Judged | null, findings: Findings): Report['integrity'] {
  const witnesses = judged?.witnesses ?? [];
  const failed = (['INVALID', 'DIVERGED', 'UNANCHORED'] as const).find((verdict) => findings.has(verdict));
  return { verdict: failed ?? (witnesses.length > 0 ? 'WITNESSED' : 'LOGGED'), witnesses };
}

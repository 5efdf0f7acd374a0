import type { Finding } from './findings.ts';
import { parsePolicy } from './policy.ts';
import { type Line, linesOf, printable, titleOf } from './report.ts';
import { formatState, parseState } from './state.ts';
import { verifyEvidence } from './verify.ts';

/** What a page asks the thread that verifies for it. */
export interface Asked {
  readonly bundle: Uint8Array;
  readonly policy: string;
  readonly state: string | null;
  readonly promise: string | null;
  readonly nonce: string | null;
}

/** What it answers, once: a report, or why there is none. */
export type Answered =
  | {
      readonly kind: 'report';
      readonly ok: boolean;
      readonly title: string;
      readonly lines: readonly Line[];
      /** Base64 hashes of the receipts that are proven to be in a log of the policy's. */
      readonly leaves: readonly string[];
      readonly findings: readonly Finding[];
      /** What to remember of the logs from now on; null where the bundle is not verified. */
      readonly state: string | null;
    }
  | { readonly kind: 'failure'; readonly message: string };

/** Never rejects: what hinders a verification is told like its report. */
export async function answerTo(asked: Asked): Promise<Answered> {
  return answered(asked).catch((error: unknown) => ({ kind: 'failure', message: messageOf(error) }));
}

async function answered({ bundle, policy: policyText, state: stateText, promise, nonce }: Asked): Promise<Answered> {
  await requireEd25519();
  const policy = await parsePolicy(policyText).catch((error: unknown) => {
    throw new Error(`The policy cannot be used: ${messageOf(error)}`);
  });
  const state = stateText === null ? new Map() : stateOf(stateText);
  const given = { ...(promise !== null && { promise }), ...(nonce !== null && { nonce }) };
  const report = await verifyEvidence(bundle, { policy, state, now: new Date(), ...given });
  return {
    kind: 'report',
    ok: report.ok,
    title: titleOf(report),
    lines: linesOf(report),
    leaves: [...report.leaves],
    findings: report.findings.map((finding) => ({ ...finding, message: printable(finding.message) })),
    state: report.ok ? formatState(report.state) : null,
  };
}

function stateOf(text: string) {
  try {
    return parseState(text);
  } catch (error) {
    throw new Error(`The state cannot be used: ${messageOf(error)}`);
  }
}

/** Older browsers do not know these signatures; whatever they were given would look forged. */
async function requireEd25519(): Promise<void> {
  await crypto.subtle.importKey('raw', new Uint8Array(32), 'Ed25519', false, ['verify']).catch(() => {
    throw new Error('This browser knows no Ed25519 signatures: use a newer one.');
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

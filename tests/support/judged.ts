import * as assert from 'uvu/assert';
import { parsePolicy, type Report, type VerifyOptions, verifyEvidence } from '../../sdk/verify/index.ts';
import { buildEvidence, type EvidenceWorld, type Lies } from './evidence-builder.ts';
import type { EvidenceDraft } from './evidence-draft.ts';

type Options = Omit<VerifyOptions, 'policy'>;

/** Verdict and codes of what the operator signed and everybody else left alone. */
export async function judgeLies(lies: Lies, options: Options = {}): Promise<Report> {
  const { bundle, policy } = await buildEvidence(lies);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy), ...options });
}

/** The same of a sound bundle that somebody changed on its way. */
export async function judgeChanged(change: (bundle: EvidenceDraft, world: EvidenceWorld) => void, lies: Lies = {}): Promise<Report> {
  const { bundle, policy, world } = await buildEvidence(lies);
  change(bundle, world);
  return verifyEvidence(JSON.stringify(bundle), { policy: await parsePolicy(policy) });
}

/** That the report says no with this verdict, and names this as a reason. */
export function refused({ ok, integrity, findings }: Report, verdict: Report['integrity']['verdict'], ...codes: readonly string[]): void {
  assert.equal([ok, integrity.verdict], [false, verdict], textOf(findings));
  for (const code of codes)
    assert.ok(
      findings.some((finding) => finding.verdict === verdict && finding.code === code),
      `${code} is not in\n${textOf(findings)}`,
    );
}

export function incomplete({ ok, completeness, findings }: Report, code: string): void {
  assert.equal([ok, completeness.verdict], [false, 'INCOMPLETE'], textOf(findings));
  assert.ok(
    findings.some((finding) => finding.verdict === 'INCOMPLETE' && finding.code === code),
    `${code} is not in\n${textOf(findings)}`,
  );
}

export function textOf(findings: Report['findings']): string {
  return findings.map(({ verdict, code, message }) => `${verdict} ${code}: ${message}`).join('\n');
}

export function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

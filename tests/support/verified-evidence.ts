import * as assert from 'uvu/assert';
import { parsePolicy, type Report, type VerifyOptions, verifyEvidence } from '../../sdk/verify/index.ts';
import type { TestSummit } from './summit.ts';

/** Downloads it as an auditor would, and verifies it by the file that the auditor has pinned. */
export async function verifiedEvidence(s: TestSummit, path: string, options: Omit<VerifyOptions, 'policy'> = {}): Promise<Report> {
  const headers = { authorization: `Bearer ${await s.token('auditor')}` };
  const [document, policy] = await Promise.all(['', '/log/policy'].map((file) => fetch(s.summit.url + (file || path), { headers })));
  const text = await document?.text();
  assert.is(document?.status, 200, text?.slice(0, 500));
  return verifyEvidence(text ?? '', { ...options, policy: await parsePolicy((await policy?.text()) ?? '') });
}

/** Integrity, completeness, replay; and that nothing at all was found. */
export function assertSound({ ok, integrity, completeness, replay, findings }: Report, expected: readonly [string, string, string]): void {
  assert.equal(findings, []);
  assert.equal([integrity.verdict, completeness.verdict, `${replay.verdict} ${replay.reproduced} of ${replay.decisions}`], expected);
  assert.ok(ok);
}

import { formatState, linesOf, parsePolicy, parseState, printable, titleOf, verifyEvidence } from '../index.ts';
import type { Answered, Asked } from './messages.ts';

// Verifies in a thread of its own: policies of an unknown file run here, and the page ends it where they do not end.
addEventListener('message', async ({ data }: MessageEvent<Asked>) => {
  postMessage(await answer(data).catch((error: unknown): Answered => ({ kind: 'failure', message: messageOf(error) })));
});

async function answer({ bundle, policy: policyText, state: stateText, promise, nonce }: Asked): Promise<Answered> {
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

import { ApiError, get, useEffect, useRef, useState } from '../../sdk/ui/index.ts';
import type { Answered } from '../../sdk/verify/index.ts';
import { save } from '../export.ts';
import { type BundleFile, type FetchProgress, fetchBundle } from './bundle-file.ts';
import { say } from './messages.ts';
import type { Verification } from './receipt-standing.ts';
import type { Summary } from './summary.ts';
import { verifyInThread } from './verifier-thread.ts';

export type Report = Extract<Answered, { kind: 'report' }>;

export type Stage =
  | { readonly kind: 'idle' }
  | FetchProgress
  | { readonly kind: 'verifying' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: ApiError }
  | { readonly kind: 'verified'; readonly report: Report; readonly seconds: number };

export interface BundleInHand {
  readonly stage: Stage;
  readonly file: BundleFile | null;
  readonly verification: Verification | null;
  readonly isBusy: boolean;
  readonly verify: () => Promise<void>;
  /** Saves the bytes that were verified, where some were. */
  readonly keep: () => Promise<void>;
  readonly stop: () => void;
}

/** Fetches the bundle when it is wanted, verifies it here, and hands out the same bytes. */
export function useBundle(summary: Summary): BundleInHand {
  const [stage, setStage] = useState<Stage>({ kind: 'idle' });
  const { receipts } = summary.counts;
  const [fetchedFile, setFile] = useState<{ readonly file: BundleFile; readonly receipts: number } | null>(null);
  // What has gone on since is not in it.
  const file = fetchedFile?.receipts === receipts ? fetchedFile.file : null;
  const [verification, setVerification] = useState<Verification | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const run = async (work: (signal: AbortSignal) => Promise<Stage>) => {
    const stop = new AbortController();
    running.current?.abort();
    running.current = stop;
    try {
      setStage(await work(stop.signal));
    } catch (error) {
      if (running.current === stop) setStage(stop.signal.aborted ? { kind: 'stopped' } : { kind: 'failed', error: problemOf(error) });
    } finally {
      if (running.current === stop) running.current = null;
    }
  };
  const fetched = async (signal: AbortSignal) => {
    const found = await fetchBundle(summary.bundle.path, { signal, onProgress: setStage });
    setFile({ file: found, receipts });
    return found;
  };
  const verify = () =>
    run(async (signal) => {
      const covers = new Set(summary.actions.flatMap(({ receipt }) => receipt.id ?? []));
      setVerification(null);
      const [{ bytes }, policy] = await Promise.all([fetched(signal), get<string>(summary.bundle.policy, { signal })]);
      setStage({ kind: 'verifying' });
      const begun = performance.now();
      const answered = await verifyInThread({ bundle: bytes, policy, state: null, promise: null, nonce: null }, signal);
      if (answered.kind === 'failure') throw new Error(answered.message);
      setVerification({ leaves: new Set(answered.leaves), findings: answered.findings, covers });
      return { kind: 'verified', report: answered, seconds: (performance.now() - begun) / 1_000 };
    });
  const keep = async () => {
    if (file) return save(file.bytes, file.filename, 'application/json');
    return run(async (signal) => {
      const { bytes, filename } = await fetched(signal);
      save(bytes, filename, 'application/json');
      return { kind: 'idle' };
    });
  };
  const isBusy = stage.kind === 'fetching' || stage.kind === 'waiting' || stage.kind === 'verifying';
  return { stage, file, verification, isBusy, verify, keep, stop: () => running.current?.abort() };
}

function problemOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(0, { code: 'verification', detail: error instanceof Error ? error.message : say('check.broke', { reason: String(error) }) });
}

import { readFile } from 'node:fs/promises';
import { replaceFile } from '../../sdk/durable-files.ts';
import {
  type Evaluator,
  formatState,
  type Policy,
  parsePolicy,
  parseState,
  reportJson,
  reportText,
  type State,
  verifyEvidence,
} from '../../sdk/verify/index.ts';
import { LONGEST } from '../../sdk/verify/json.ts';
import { CliError } from './cli-error.ts';
import { readBytes } from './read-file.ts';

/** Paths, and what else `summit verify` is told. */
export interface VerifyFiles {
  readonly bundle: string;
  readonly policy: string;
  readonly state?: string;
  readonly nonce?: string;
  readonly subject?: string;
  readonly promise?: string;
}

/** Verifies what the files hold. The state is written where all is well. @throws CliError where a file cannot be read */
export async function verifyFiles(files: VerifyFiles, evaluate: Evaluator, form: 'json' | 'words'): Promise<{ ok: boolean; text: string }> {
  const { nonce, subject } = files;
  const policy = await policyIn(files.policy);
  const state = files.state === undefined ? undefined : await stateIn(files.state);
  const promise = files.promise === undefined ? undefined : (await readBytes(files.promise, EVIDENCE)).toString();
  const bundle = await readBytes(files.bundle, EVIDENCE);
  const given = { ...(state && { state }), ...(nonce !== undefined && { nonce }), ...(subject !== undefined && { subject }) };
  const asked = { ...given, ...(promise !== undefined && { promise }) };
  const report = await verifyEvidence(bundle, { policy, ...asked, now: new Date(), evaluate });
  if (report.ok && files.state !== undefined) await keep(files.state, formatState(report.state));
  return { ok: report.ok, text: form === 'json' ? `${JSON.stringify(reportJson(report))}\n` : reportText(report) };
}

const EVIDENCE = { longest: LONGEST, exitCode: 3 } as const;

async function policyIn(path: string): Promise<Policy> {
  const text = (await readBytes(path, { longest: LONGEST, exitCode: 2 })).toString();
  return parsePolicy(text).catch((error: Error) => {
    throw new CliError(2, `${path} is no policy: ${error.message}`);
  });
}

/** Empty where there is no such file yet. */
async function stateIn(path: string): Promise<State> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CliError(2, `${path} cannot be read: ${error.message}`);
  });
  try {
    return text === null ? new Map() : parseState(text);
  } catch (error) {
    throw new CliError(2, `${path} holds no state of this command: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function keep(path: string, text: string): Promise<void> {
  await replaceFile(path, text).catch((error: Error) => {
    throw new CliError(3, `${path} cannot be written: ${error.message}`);
  });
}

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something the author of a policy, or whoever runs the build, has to mend. Its message is the whole report. */
export class BuildError extends Error {}

/** There is no OPA, or not the one that is pinned. */
export class OpaMissing extends BuildError {}

export interface Outcome {
  readonly ok: boolean;
  readonly stdout: string;
  /** Everything the command printed, to show when it failed. */
  readonly output: string;
}

export interface Opa {
  readonly version: string;
  /** Runs `opa` in `folder`, whatever the outcome. */
  try(folder: string, args: readonly string[]): Outcome;
  /** Runs `opa` in `folder`; returns its stdout, throws a BuildError when it fails. */
  run(folder: string, args: readonly string[]): string;
}

/**
 * The pinned version of OPA: `$OPA`, else `opa` on the PATH if it is that version, else the tool of go.mod.
 * Compiled bytes are compared, so another version is never used.
 * @throws OpaMissing
 */
export function findOpa(policies: string): Opa {
  const version = pinnedVersion(policies);
  const program = named(version) ?? onPath(version) ?? fromGo(policies, version);
  const attempt = (folder: string, args: readonly string[]) => execute(program, args, folder);
  return {
    version,
    try: attempt,
    run(folder, args) {
      const outcome = attempt(folder, args);
      if (!outcome.ok) throw new BuildError(`opa ${args[0]} failed:\n${outcome.output}`);
      return outcome.stdout;
    },
  };
}

function pinnedVersion(policies: string): string {
  const found = /github\.com\/open-policy-agent\/opa v(\S+)/.exec(readFileSync(join(policies, 'go.mod'), 'utf8'));
  if (!found?.[1]) throw new BuildError('policies/go.mod pins no version of github.com/open-policy-agent/opa');
  return found[1];
}

function named(version: string): string | undefined {
  const program = process.env.OPA;
  if (!program) return undefined;
  const actual = versionOf(program);
  if (actual === version) return program;
  throw new OpaMissing(`OPA=${program} is ${actual ?? 'no opa that runs'}; the policies are pinned to opa ${version}`);
}

function onPath(version: string): string | undefined {
  return versionOf('opa') === version ? 'opa' : undefined;
}

function fromGo(policies: string, version: string): string {
  // -n builds the tool and prints its path, so that it can run in any folder.
  const { ok, stdout, output } = execute('go', ['tool', '-n', 'opa'], policies);
  if (ok) return stdout.trim();
  const cause = output.trim().split('\n').at(-1);
  throw new OpaMissing(`opa ${version} not found: set OPA to it, put it on the PATH, or install Go 1.26 (go tool opa: ${cause})`);
}

function versionOf(program: string): string | undefined {
  return /^Version: (\S+)/m.exec(execute(program, ['version'], '.').stdout)?.[1];
}

function execute(program: string, args: readonly string[], folder: string): Outcome {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) return { ok: false, stdout: '', output: error.message };
  return { ok: status === 0, stdout, output: stderr + stdout };
}

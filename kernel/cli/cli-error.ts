/** 1 the check failed, 2 usage, 3 cannot reach what it needs, 130 Ctrl-C (128 + SIGINT, as shells have it). */
export type ExitCode = 1 | 2 | 3 | 130;

/** A failure that the user can mend. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

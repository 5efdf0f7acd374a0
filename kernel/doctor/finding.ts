/** What one check found. */
export interface Finding {
  /** What was looked at, kebab-case. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'unreachable';
  readonly detail: string;
  /** What to do about it; null where there is nothing to do. */
  readonly mend: string | null;
}

/** The findings of one check. */
export function findingsOf(check: string) {
  const finding = (status: Finding['status'], detail: string, mend: string | null): Finding => ({ check, status, detail, mend });
  return {
    ok: (detail: string) => finding('ok', detail, null),
    warning: (detail: string, mend: string) => finding('warning', detail, mend),
    failed: (detail: string, mend: string) => finding('failed', detail, mend),
    /** What had to be asked did not answer. */
    unreachable: (detail: string, mend: string) => finding('unreachable', detail, mend),
  };
}

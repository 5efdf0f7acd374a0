import { signedIn } from './catalog.ts';
import type { FormValues } from './form-values.ts';

/** A write that no answer has come to yet. The same request has the same key, so that it is done once. */
export interface OpenWrite {
  readonly request: string;
  readonly key: string;
}

/** What was typed into the form of this name and is neither sent nor given up, also before the page was loaded anew. */
export function drafted(name: string | undefined): FormValues {
  return kept<FormValues>('draft', name) ?? {};
}

export function keepDraft(name: string | undefined, values: FormValues): void {
  keep('draft', name, values);
}

/** What was typed is done, or nobody wants it any more. */
export function dropDraft(name: string | undefined): void {
  keep('draft', name, null);
  keep('write', name, null);
}

/** What was sent of the draft of this name, and not answered. */
export function openWrite(name: string | undefined): OpenWrite | null {
  return kept<OpenWrite>('write', name);
}

/** @param write null once it is answered */
export function keepOpenWrite(name: string | undefined, write: OpenWrite | null): void {
  keep('write', name, write);
}

function kept<T>(kind: string, name: string | undefined): T | null {
  const text = name === undefined ? null : sessionStorage.getItem(keyOf(kind, name));
  return text === null ? null : (JSON.parse(text) as T);
}

function keep(kind: string, name: string | undefined, value: unknown): void {
  if (name === undefined) return;
  if (value === null) sessionStorage.removeItem(keyOf(kind, name));
  else sessionStorage.setItem(keyOf(kind, name), JSON.stringify(value));
}

/** Of each person their own: it may be another who signs in again. */
function keyOf(kind: string, name: string): string {
  return `${kind}:${signedIn().user.id}:${name}`;
}

import { useEffect, useState } from 'preact/hooks';

/**
 * The text of a field that counts only once it is whole: what is half typed outlasts whatever the page shows anew meanwhile.
 * @param value that counts now; another takes the place of what was typed
 */
export function useTyped(value: string): readonly [string, (text: string) => void] {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return [typed, setTyped];
}

/** What a field of text or a choice holds now, by the event that it has sent; empty for an event of anything else. */
export function textOf({ target }: Event): string {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement ? target.value : '';
}

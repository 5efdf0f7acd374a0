import { useEffect, useRef } from 'preact/hooks';
import { type ComponentChildren, html } from './html.ts';

interface PopoverProps {
  readonly class: string;
  readonly summary: ComponentChildren;
  readonly summaryClass?: string;
  /** Where what it shows is no text. */
  readonly label?: string;
  readonly children?: ComponentChildren;
}

/** What a button opens above the page. It closes by Escape, and when somebody turns to something else. */
export function Popover({ summary, summaryClass = '', label, children, ...props }: PopoverProps) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const turned = ({ target }: Event) => {
      if (details.current && !(target instanceof Node && details.current.contains(target))) details.current.open = false;
    };
    for (const event of ['pointerdown', 'focusin']) document.addEventListener(event, turned);
    return () => {
      for (const event of ['pointerdown', 'focusin']) document.removeEventListener(event, turned);
    };
  }, []);
  const close = ({ key }: KeyboardEvent) => {
    if (key !== 'Escape' || !details.current?.open) return;
    details.current.open = false;
    details.current.querySelector('summary')?.focus();
  };
  return html`<details class=${props.class} ref=${details} onKeyDown=${close}>
    <summary class=${summaryClass} aria-label=${label}>${summary}</summary>
    ${children}
  </details>`;
}

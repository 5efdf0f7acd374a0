import { useEffect, useId, useRef } from 'preact/hooks';
import { type ComponentChildren, html } from './html.ts';
import { Icon } from './icon.ts';
import { say } from './messages.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
  /** Where it grows while one types, it stays where it is: in the upper third. */
  readonly high?: boolean;
}

/** The browser's own modal: it keeps the focus, closes by Escape and, where nothing can be half filled in, by a press beside it. */
export function Dialog({ title, onClose, children, wide = false, high = false }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const pressed = ({ target }: PointerEvent) => {
    if (target === element.current && !element.current?.querySelector('form')) onClose();
  };
  return html`<dialog
    ref=${element}
    class=${[wide && 'wide', high && 'high'].filter(Boolean).join(' ')}
    aria-labelledby=${id}
    onCancel=${(event: Event) => {
      event.preventDefault();
      onClose();
    }}
    onPointerDown=${pressed}
  >
    <div class="dialog-frame">
      <header>
        <h2 id=${id}>${title}</h2>
        <button type="button" class="icon-button" aria-label=${say('action.close')} onClick=${onClose}><${Icon} name="x" /></button>
      </header>
      ${children}
    </div>
  </dialog>`;
}

import { Dialog, effect, html, signal, useEffect } from '../sdk/ui/index.ts';
import { say } from './messages.ts';
import { paletteOpen } from './palette.ts';

const STORED = 'single-keys';

/** WCAG 2.1.4: keys that are one letter can be switched off. */
const singleKeys = signal(localStorage.getItem(STORED) !== 'off');
const helpOpen = signal(false);

const keys: readonly { readonly key: string; readonly shown: string; readonly title: Parameters<typeof say>[0]; readonly press: () => void }[] = [
  { key: 'j', shown: 'J', title: 'keys.next', press: () => step(1) },
  { key: 'k', shown: 'K', title: 'keys.previous', press: () => step(-1) },
  { key: '/', shown: '/', title: 'keys.search', press: () => focusOn('[data-search]') },
  { key: 'c', shown: 'C', title: 'keys.create', press: () => document.querySelector<HTMLAnchorElement>('[data-create]')?.click() },
  { key: '?', shown: '?', title: 'keys.help', press: () => (helpOpen.value = true) },
];

export function useKeys(): void {
  useEffect(() => effect(() => localStorage.setItem(STORED, singleKeys.value ? 'on' : 'off')), []);
  useEffect(() => {
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, []);
}

function pressed(event: KeyboardEvent): void {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    paletteOpen.value = !paletteOpen.value;
    return;
  }
  if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')) return;
  const found = keys.find(({ key }) => key === event.key);
  if (!found) return;
  event.preventDefault();
  found.press();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** From row to row, by the links that they are opened with. */
function step(by: number): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>('main .row-link')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  links[at === -1 ? (by > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
}

function focusOn(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

export function KeysHelp() {
  if (!helpOpen.value) return null;
  const close = () => (helpOpen.value = false);
  return html`<${Dialog} title=${say('keys.title')} onClose=${close}>
    <table class="small">
      <tbody>
        ${keys.map(({ shown, title }) => html`<tr key=${title}><td><kbd>${shown}</kbd></td><td>${say(title)}</td></tr>`)}
        <tr><td><kbd>Enter</kbd></td><td>${say('keys.open')}</td></tr>
        <tr><td><kbd>Ctrl K</kbd> <kbd>⌘ K</kbd></td><td>${say('keys.palette')}</td></tr>
      </tbody>
    </table>
    <div class="field flag keys-off">
      <label><input type="checkbox" checked=${singleKeys.value} onChange=${(event: Event) => (singleKeys.value = event.target instanceof HTMLInputElement && event.target.checked)} /> ${say('keys.off')}</label>
      <p class="hint">${say('keys.off-hint', { palette: 'Ctrl K' })}</p>
    </div>
  <//>`;
}

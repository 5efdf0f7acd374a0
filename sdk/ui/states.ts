import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from './api.ts';
import { catalog } from './catalog.ts';
import { words } from './format.ts';
import { type ComponentChildren, html } from './html.ts';
import { Icon } from './icon.ts';
import { say } from './messages.ts';
import type { Resource } from './resource.ts';

/** The four states of what is asked for. Content once it is there, also while it is asked for again. */
export function Loaded<T>(props: {
  readonly of: Resource<T>;
  /** In the layout of what will stand there, so that nothing jumps. */
  readonly skeleton?: ComponentChildren;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, error, reload } = props.of;
  if (value !== null) return html`${error && !isToldAbove(error) && html`<${Outdated} error=${error} retry=${reload} />`}${props.children(value)}`;
  if (error) return html`<${Failure} error=${error} retry=${reload} />`;
  return html`<${Skeleton}>${props.skeleton}<//>`;
}

/** The frame says it for the whole page. */
function isToldAbove({ code, status }: ApiError): boolean {
  return code === 'offline' || status === 401;
}

/** Above what was there before. */
function Outdated({ error, retry }: { readonly error: ApiError; readonly retry: () => void }) {
  return html`<p class="banner" role="alert">
    <${Icon} name="triangle-alert" /> ${say('error.outdated')} ${error.message}
    ${error.requestId && html`<span class="quiet">${say('error.request')} <${Copyable} text=${error.requestId} /></span>`}
    <button type="button" class="button" onClick=${retry}><${Icon} name="refresh-cw" /> ${say('action.retry')}</button>
  </p>`;
}

const PATIENCE_MS = 300;

/** Nothing for a moment, since most answers come sooner. */
export function Skeleton({ rows = 6, children }: { readonly rows?: number; readonly children?: ComponentChildren }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class=${late ? 'skeleton' : 'skeleton waiting'} role="status">
    <span class="sr-only">${late ? say('loading') : ''}</span>
    ${children ?? Array.from({ length: rows }, (_, row) => html`<div class="skeleton-row" key=${row}></div>`)}
  </div>`;
}

/** What went wrong, where it went wrong, with a way to try again and the id that an operator finds it by. */
export function Failure({ error, retry }: { readonly error: ApiError; readonly retry?: () => void }) {
  const title = error.status === 403 ? say('error.403') : error.status === 404 ? say('error.404') : say('error.title');
  const hint = error.status === 403 ? say('error.403-hint', { roles: (catalog.value?.user.roles ?? []).map(words).join(', ') }) : null;
  return html`<div class="state failure" role="alert">
    <${Icon} name=${error.code === 'offline' ? 'wifi-off' : 'triangle-alert'} />
    <h2>${title}</h2>
    <p>${error.message}</p>
    ${hint && html`<p>${hint}</p>`}
    ${error.status === 404 && html`<p>${say('error.404-hint')}</p>`}
    ${error.requestId && html`<p class="quiet">${say('error.request')} <${Copyable} text=${error.requestId} /></p>`}
    ${retry && html`<button type="button" class="button" onClick=${retry}><${Icon} name="refresh-cw" /> ${say('action.retry')}</button>`}
  </div>`;
}

/** Nothing there: at first run what this is and how the first one is made, after a filter how to be rid of it. */
export function Empty({ title, children }: { readonly title?: string; readonly children?: ComponentChildren }) {
  return html`<div class="state empty">
    <${Icon} name="inbox" />
    <h2>${title ?? say('empty.first')}</h2>
    ${children}
  </div>`;
}

/** A text that people carry elsewhere: an id, a hash. */
export function Copyable({ text, shown = text }: { readonly text: string; readonly shown?: string }) {
  const [copied, setCopied] = useState(false);
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Not allowed, or not over plain HTTP: then it is marked, to be copied by hand.
      if (code.current) getSelection()?.selectAllChildren(code.current);
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return html`<span class="copyable"
    ><code title=${text} ref=${code}>${shown}</code
    ><button type="button" class="icon-button" onClick=${copy} aria-label=${`${say(copied ? 'action.copied' : 'action.copy')}: ${text}`}>
      <${Icon} name=${copied ? 'check' : 'copy'} /></button
  ></span>`;
}

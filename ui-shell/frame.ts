import {
  ApiError,
  connection,
  html,
  Icon,
  kitText,
  Popover,
  pageAt,
  signal,
  signedIn,
  signedOut,
  signInPath,
  Time,
  useEffect,
  useRef,
  useState,
  words,
} from '../sdk/ui/index.ts';
import { OpenAlerts } from './alerts.ts';
import { KeysHelp, useKeys } from './keys.ts';
import { liveness, useLive } from './live.ts';
import { usePlace } from './location.ts';
import { say } from './messages.ts';
import { Navigation } from './navigation.ts';
import { Outlet } from './outlet.ts';
import { Palette, paletteOpen } from './palette.ts';
import { signOut } from './session.ts';

const menuOpen = signal(false);

/** What stands around every page: workspaces on the left, who and where at the top. */
export function Frame() {
  const { path } = usePlace();
  const { tenant, user } = signedIn();
  const main = useRef<HTMLElement>(null);
  useLive();
  useKeys();
  useEffect(() => {
    menuOpen.value = false;
  }, [path]);

  return html`<div class="frame">
    <a class="skip" href="#content" onClick=${(event: Event) => skip(event, main.current)}>${say('nav.skip')}</a>
    <header class="top">
      <button type="button" class="icon-button menu-button" aria-expanded=${menuOpen.value} aria-controls="navigation" aria-label=${say('nav.menu')}
        onClick=${() => (menuOpen.value = !menuOpen.value)}><${Icon} name="menu" /></button>
      <a class="brand" href=${pageAt('')}>${say('summit')}</a>
      <span class="tenant" title=${tenant.id}>${tenant.title}</span>
      <button type="button" class="palette-button" onClick=${() => (paletteOpen.value = true)} aria-keyshortcuts="Control+K Meta+K">
        <${Icon} name="search" /><span>${say('palette.open')}</span><kbd aria-hidden="true">Ctrl K</kbd>
      </button>
      <${OpenAlerts} />
      <span class=${liveness.value ? 'live on' : 'live'} role="status" title=${say(liveness.value ? 'live.on' : 'live.off')}>
        <span class="sr-only">${say(liveness.value ? 'live.on' : 'live.off')}</span>
      </span>
      <${WhoAmI} handle=${user.handle} roles=${user.roles} />
    </header>
    <nav id="navigation" class=${menuOpen.value ? 'side open' : 'side'} aria-label=${say('nav.label')}><${Navigation} /></nav>
    <main id="content" tabindex="-1" ref=${main}>
      <${Offline} />
      ${signedOut.value && html`<${SessionOver} />`}
      <${Outlet} />
    </main>
    ${paletteOpen.value && html`<${Palette} />`}
    <${KeysHelp} />
  </div>`;
}

function WhoAmI({ handle, roles }: { readonly handle: string; readonly roles: readonly string[] }) {
  const [failure, setFailure] = useState<ApiError | null>(null);
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error);
    }
  };
  return html`<${Popover} class="who" label=${handle} summary=${html`<${Icon} name="user" /><span>${handle}</span>`}>
    <div class="popover">
      <p><strong>${handle}</strong></p>
      <p class="quiet">${roles.map(words).join(', ')}</p>
      ${failure && html`<p role="alert">${say('session.not-over')} ${failure.message}</p>`}
      <button type="button" class="button" onClick=${leave}><${Icon} name="log-out" /> ${say('session.sign-out')}</button>
    </div>
  <//>`;
}

/** By itself, since it is asked again at every answer. */
function Offline() {
  const { online, since } = connection.value;
  return online
    ? null
    : html`<p class="banner" role="alert"><${Icon} name="wifi-off" /> ${say('offline.banner')} <${Time} at=${new Date(since).toISOString()} />.</p>`;
}

/** It stands above what is there, so that nothing of it is lost. */
function SessionOver() {
  return html`<div class="banner session-over" role="alert">
    <strong>${say('session.over')}.</strong> ${say('session.over-body')}
    <a class="button primary" href=${signInPath()}>${kitText('session.again')}</a>
  </div>`;
}

/** The address stays as it is: it belongs to the page. */
function skip(event: Event, main: HTMLElement | null): void {
  event.preventDefault();
  main?.focus();
  main?.scrollIntoView();
}

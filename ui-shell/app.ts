import { LocationProvider } from 'preact-iso';
import { catalog, Failure, html } from '../sdk/ui/index.ts';
import { Frame } from './frame.ts';
import { say } from './messages.ts';
import { openSession, startFailure } from './session.ts';

/** Nothing but the frame's outline until it is known who is there. */
export function App() {
  if (catalog.value) return html`<${LocationProvider} scope=${/^\/(w(\/|\?|$)|$)/}><${Frame} /><//>`;
  if (!startFailure.value) return html`<div class="frame starting" aria-busy="true"><div class="side"></div><div class="top"></div></div>`;
  return html`<main class="alone"><h1>${say('start.failed')}</h1><${Failure} error=${startFailure.value} retry=${openSession} /></main>`;
}

import { html, type Item, shownValue, words } from '../sdk/ui/index.ts';
import { say } from './messages.ts';

/** What every change changes. */
const UNTOLD: ReadonlySet<string> = new Set(['version', 'updated_at', 'decision_ids']);

/** After somebody else was quicker: what is otherwise than when the person looked. */
export function Conflict({ before, now, onAgain }: { readonly before: Item; readonly now: Item; readonly onAgain: () => void }) {
  const different = Object.keys(now).filter((name) => !UNTOLD.has(name) && JSON.stringify(before[name]) !== JSON.stringify(now[name]));
  return html`<div role="alert">
    <h3>${say('changed.title')}</h3>
    ${
      different.length === 0
        ? html`<p>${say('changed.nothing')}</p>`
        : html`<p>${say('changed.body')}</p>
            <table class="small">
              <thead><tr><th scope="col">${say('changed.field')}</th><th scope="col">${say('changed.before')}</th><th scope="col">${say('changed.now')}</th></tr></thead>
              <tbody>
                ${different.map((name) => html`<tr key=${name}><th scope="row">${words(name)}</th><td>${shownValue(before[name], name, undefined)}</td><td>${shownValue(now[name], name, undefined)}</td></tr>`)}
              </tbody>
            </table>`
    }
    <div class="actions"><button type="button" class="button primary" onClick=${onAgain}>${say('changed.again')}</button></div>
  </div>`;
}

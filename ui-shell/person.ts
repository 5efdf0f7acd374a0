import { ApiError, holds, html, type Item, messagesOf, type Schema, useEffect, useId, useState, useWrite, words } from '../sdk/ui/index.ts';
import { Done, Governed, WhoMay } from './governed.ts';
import { rolesFor, useInstalled } from './operations.ts';

const say = messagesOf({
  roles: 'Roles',
  none: 'no role',
  self: 'Nobody sets their own roles: another operator must.',
  'not-active': 'The roles of somebody who is not active cannot be set.',
  save: 'Set the roles',
  busy: 'Working…',
  setting: 'Setting roles',
  deactivate: 'Deactivate',
  'deactivate-does':
    'They have no way in any more, and lose their roles. Within a minute their tokens are revoked and what they left open is withdrawn, their approvals too.',
  'deactivate-self': 'Nobody deactivates themselves: another operator must.',
  reactivate: 'Reactivate',
  'reactivate-does': 'They may come in again, and have nothing of what they had: give them their roles anew.',
  'by-file': 'The file of the tenant does not name them any more.',
  'by-operator': 'An operator has deactivated them.',
  'by-issuer': 'Where they signed in does not know them any more.',
  'by-scim': 'Their identity provider has deactivated them.',
  erase: 'Erase personal data',
  'erase-does':
    'Forgets their handle and every text that they wrote, for good: nobody can bring it back. What they did stays provable, as done by an opaque id. Their roles end.',
  'erase-again': 'They are erased already. Erasing again forgets what an action of theirs has written since.',
  'erase-type': 'Type {handle} to erase this person',
  'erase-wrong': 'That is not their handle.',
  'erase-self': 'Nobody erases themselves: another operator must.',
  'erase-confirm': 'Erase for good',
});

const COMMENT: Schema = { type: 'object', properties: { comment: { type: 'string', minLength: 1, maxLength: 2000 } } };

interface PersonProps {
  readonly person: {
    readonly id: string;
    readonly handle: string | null;
    readonly roles: readonly string[];
    readonly status: string;
    readonly deactivated_by: 'operator' | 'issuer' | 'scim' | null;
    readonly version: number;
  };
  /** Whoever is signed in. */
  readonly isSelf: boolean;
  readonly reload: () => void;
}

interface Written {
  readonly receipt?: { readonly id: string };
}

/** A write with what became of it. */
function useGoverned(reload: () => void) {
  const write = useWrite();
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<ApiError | string | null>(null);
  const run = async (method: 'PUT' | 'POST', path: string, body: unknown) => {
    setBusy(true);
    try {
      const { body: written } = await write<Written>(method, path, body);
      setOutcome(written.receipt?.id ?? '');
      reload();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setOutcome(error);
    } finally {
      setBusy(false);
    }
  };
  return { busy, outcome, run };
}

function Outcome({ outcome }: { readonly outcome: ApiError | string | null }) {
  if (outcome instanceof ApiError) return html`<p class="error" role="alert">${outcome.message}</p>`;
  return html`<${Done} receipt=${outcome} />`;
}

/** The roles of a person: to be set by whoever may set them. */
export function Roles({ person, isSelf, known, reload }: PersonProps & { readonly known: readonly string[] }) {
  const { id, roles, status, version } = person;
  const may = rolesFor('user.set-roles', useInstalled());
  const [chosen, setChosen] = useState<readonly string[]>(roles);
  // What another operator has set is what there is to change.
  useEffect(() => setChosen(roles), [version]);
  const { busy, outcome, run } = useGoverned(reload);
  const offered = [...new Set([...known, ...roles])].toSorted();
  const why = isSelf ? say('self') : status === 'active' ? null : say('not-active');
  if (may === null) return null;
  if (!holds(may) || why !== null) {
    return html`<section class="part">
      <h3>${say('roles')}</h3>
      <p>${roles.length === 0 ? say('none') : roles.map(words).join(', ')}</p>
      ${holds(may) ? html`<p class="quiet">${why}</p>` : html`<${WhoMay} action="user.set-roles" title=${say('setting')} />`}
    </section>`;
  }
  const toggle = (role: string) => setChosen(chosen.includes(role) ? chosen.filter((other) => other !== role) : [...chosen, role]);
  const submit = (event: Event) => {
    event.preventDefault();
    run('PUT', `/users/${id}/roles`, { roles: offered.filter((role) => chosen.includes(role)), expected_version: version });
  };
  return html`<form class="part" onSubmit=${submit}>
    <fieldset>
      <legend>${say('roles')}</legend>
      <div class="checks">${offered.map((role) => html`<label key=${role}><input type="checkbox" checked=${chosen.includes(role)} onChange=${() => toggle(role)} /> ${words(role)}</label>`)}</div>
    </fieldset>
    <${Outcome} outcome=${outcome} />
    <div class="actions"><button type="submit" class="button primary" disabled=${busy}>${say(busy ? 'busy' : 'save')}</button></div>
  </form>`;
}

/** Keeping somebody out, and letting them in again: for whoever may. */
export function Activity({ person: { id, status, deactivated_by, version }, isSelf, reload }: PersonProps) {
  const [receipt, setReceipt] = useState<string | null>(null);
  if (status === 'erased') return null;
  const verb = status === 'active' ? 'deactivate' : 'reactivate';
  const onDone = (made: string) => {
    setReceipt(made);
    reload();
  };
  return html`<section class="part">
    ${status === 'deactivated' && html`<p class="quiet">${say(`by-${deactivated_by ?? 'file'}`)}</p>`}
    ${
      isSelf
        ? html`<p class="quiet">${say('deactivate-self')}</p>`
        : html`<${Governed} action=${`user.${verb}`} title=${say(verb)} method="POST" path=${`/users/${id}/${verb}`}
            tone=${verb === 'deactivate' ? 'danger' : 'plain'} schema=${COMMENT} input=${(filled: Item) => ({ ...filled, expected_version: version })} onDone=${onDone}>
            <p>${say(`${verb}-does`)}</p>
          <//>`
    }
    <${Done} receipt=${receipt} />
  </section>`;
}

/** The right to be forgotten, for whoever must see to it. What cannot be undone is not done by a click alone. */
export function Erasing({ person: { id, handle, status }, isSelf, reload }: PersonProps) {
  const may = rolesFor('user.erase', useInstalled());
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const { busy, outcome, run } = useGoverned(reload);
  const field = useId();
  if (may === null) return null;
  if (!holds(may)) return html`<${WhoMay} action="user.erase" title=${say('erase')} />`;
  if (isSelf) return html`<p class="quiet">${say('erase-self')}</p>`;
  if (typeof outcome === 'string') return html`<${Outcome} outcome=${outcome} />`;
  const isErased = status === 'erased';
  const expected = isErased || handle === null ? id.slice(-6) : handle;
  const submit = (event: Event) => {
    event.preventDefault();
    setWrong(typed !== expected);
    if (typed === expected) run('POST', `/users/${id}/erase`, {});
  };
  const type = (event: Event) => event.target instanceof HTMLInputElement && setTyped(event.target.value.trim());
  return html`<details class="part erasing">
    <summary>${say('erase')}</summary>
    <form onSubmit=${submit} novalidate>
      <p>${say(isErased ? 'erase-again' : 'erase-does')}</p>
      <div class=${wrong ? 'field invalid' : 'field'}>
        <label for=${field}>${say('erase-type', { handle: expected })}</label>
        ${wrong && html`<p class="error" id=${`${field}-error`}>${say('erase-wrong')}</p>`}
        <input id=${field} type="text" autocomplete="off" autocapitalize="off" spellcheck="false" aria-invalid=${wrong ? 'true' : undefined}
          aria-describedby=${wrong ? `${field}-error` : undefined} value=${typed} onInput=${type} />
      </div>
      <${Outcome} outcome=${outcome} />
      <div class="actions"><button type="submit" class="button danger" disabled=${busy}>${say(busy ? 'busy' : 'erase-confirm')}</button></div>
    </form>
  </details>`;
}

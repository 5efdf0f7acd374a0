import {
  type ActionEntry,
  apiPath,
  Copyable,
  Empty,
  Form,
  html,
  type Item,
  type ListEntry,
  messagesOf,
  nameOfItem,
  pageAt,
  type RecordView,
  Skeleton,
  shortId,
  signedIn,
  Tabs,
  textOf,
  useEffect,
  useId,
  useResource,
  useState,
  useTyped,
  Verdict,
  words,
} from '../../sdk/ui/index.ts';
import { useExport } from '../lazy.ts';
import { usePlace } from '../location.ts';

const say = messagesOf({
  title: 'What-if',
  intro: 'Asks the policy that decides now, as you ({roles}), without doing or storing anything.',
  action: 'Action',
  choose: 'Choose an action that a policy judges…',
  subject: 'Subject',
  'subject-hint': 'The id of what it is done to. Those seen last are offered.',
  form: 'As a form',
  json: 'As JSON',
  how: 'How to fill it in',
  input: 'Input',
  'input-hint': 'As the action takes it, a JSON object.',
  'no-json': 'This is not JSON yet.',
  'no-object': 'It must be an object.',
  again: 'Check what is filled in',
  question: 'The same question to the API',
  verdict: 'Verdict',
  nothing: 'No policy judges anything here.',
  'nothing-body': 'The packs that are enabled and that your roles may read have no action that a policy judges.',
  'choose-first': 'Choose an action, and its form is shown here.',
  'no-fields': 'It takes no input.',
});

interface Judged {
  readonly action: ActionEntry;
  readonly list: ListEntry;
  /** It is done to something that is there. */
  readonly needsSubject: boolean;
}

/** Every action that a policy judges, by pack. */
function judgedActions(): readonly { readonly title: string; readonly judged: readonly Judged[] }[] {
  return signedIn().packs.flatMap(({ title, lists }) => {
    const judged = lists.flatMap((list) => [
      ...list.creating.map((action) => ({ action, list, needsSubject: false })),
      ...list.changing.map((action) => ({ action, list, needsSubject: true })),
    ]);
    const found = judged.filter(({ action }) => action.judged);
    return found.length === 0 ? [] : [{ title, judged: found }];
  });
}

/** What a policy would say, of any action that one judges. */
export default function WhatIf() {
  const { query, change } = usePlace();
  const packs = judgedActions();
  const chosen = packs.flatMap(({ judged }) => judged).find(({ action }) => action.id === query.action) ?? null;
  const id = useId();
  const choose = (event: Event) => event.target instanceof HTMLSelectElement && change({ action: event.target.value, subject_id: null });
  return html`<header class="page-head"><h1>${say('title')}</h1></header>
    <p class="quiet">${say('intro', { roles: signedIn().user.roles.map(words).join(', ') })}</p>
    ${
      packs.length === 0
        ? html`<${Empty} title=${say('nothing')}><p>${say('nothing-body')}</p><//>`
        : html`<div class="field what-if-action">
              <label for=${id}>${say('action')}</label>
              <select id=${id} onChange=${choose}>
                <option value="" selected=${chosen === null}>${say('choose')}</option>
                ${packs.map(
                  ({ title, judged }) => html`<optgroup key=${title} label=${title}>
                    ${judged.map(({ action }) => html`<option key=${action.id} value=${action.id} selected=${action.id === chosen?.action.id}>${action.title}</option>`)}
                  </optgroup>`,
                )}
              </select>
            </div>
            ${chosen ? html`<${Question} key=${chosen.action.id} ...${chosen} />` : html`<p class="quiet">${say('choose-first')}</p>`}`
    }`;
}

function Question({ action, list, needsSubject }: Judged) {
  const { path, query, change } = usePlace();
  const view = useExport<RecordView>(list.module);
  const [input, setInput] = useState<Item | null>(null);
  // What was filled in last, where the other way to fill it in begins.
  const [filled, setFilled] = useState<Item>({});
  const subject = query.subject_id ?? '';
  const told = (given: Item | null) => {
    setInput(given);
    if (given !== null) setFilled(given);
  };
  const way = query.as === 'json' ? 'json' : 'form';
  const href = (as: string | null) => pageAt(path, { action: action.id, subject_id: subject, as });
  if (view === undefined) return html`<${Skeleton} />`;
  const asked = { action: action.id, ...(needsSubject ? { subject_id: subject } : {}), input: input ?? filled };
  return html`<div class="with-aside">
    <div>
      ${needsSubject && html`<${SubjectField} list=${list} value=${subject} onChange=${(id: string) => change({ subject_id: id }, { replace: true })} />`}
      <${Tabs} label=${say('how')} open=${way} tabs=${[
        { id: 'form', title: say('form'), href: href(null) },
        { id: 'json', title: say('json'), href: href('json') },
      ]} />
      ${
        way === 'json'
          ? html`<${JsonInput} initial=${filled} onInput=${told} />`
          : html`${Object.keys(action.input.properties ?? {}).length === 0 && html`<p class="quiet">${say('no-fields')}</p>`}
            <${Form} schema=${action.input} fields=${view?.forms?.[action.id]} initial=${filled} submitLabel=${say('again')} onInput=${told} onSubmit=${async (given: Item) => told(given)} />`
      }
    </div>
    <aside aria-label=${say('verdict')}>
      <h2>${say('verdict')}</h2>
      <${Verdict} action=${action.id} ...${needsSubject ? { subjectId: subject } : {}} input=${needsSubject && subject === '' ? null : input} />
      <details class="asked">
        <summary>${say('question')}</summary>
        <pre class="json" tabindex="0">${`POST /dry-run\n${JSON.stringify(asked, null, 2)}`}</pre>
        <${Copyable} text=${JSON.stringify(asked)} shown="JSON" />
      </details>
    </aside>
  </div>`;
}

interface SubjectFieldProps {
  readonly list: ListEntry;
  readonly value: string;
  readonly onChange: (id: string) => void;
}

function SubjectField({ list, value, onChange }: SubjectFieldProps) {
  const id = useId();
  const known = useResource<{ readonly items: readonly Item[] }>(apiPath(list.path, { limit: 20, count: false }));
  const [typed, setTyped] = useTyped(value);
  return html`<div class="field">
    <label for=${id}>${say('subject')}</label>
    <p class="hint" id=${`${id}-hint`}>${say('subject-hint')}</p>
    <input id=${id} type="text" list=${`${id}-known`} aria-describedby=${`${id}-hint`} autocomplete="off" value=${typed}
      onInput=${(event: Event) => setTyped(textOf(event))} onChange=${(event: Event) => onChange(textOf(event).trim())} />
    <datalist id=${`${id}-known`}>
      ${(known.value?.items ?? []).map((item) => html`<option key=${String(item.id)} value=${String(item.id)}>${[nameOfItem(item), item.status, shortId(String(item.id))].filter(Boolean).join(' · ')}</option>`)}
    </datalist>
  </div>`;
}

function JsonInput({ initial, onInput }: { readonly initial: Item; readonly onInput: (input: Item | null) => void }) {
  const id = useId();
  const [text, setText] = useState(() => JSON.stringify(initial, null, 2));
  const { value, problem } = parsed(text);
  useEffect(() => onInput(value), [text]);
  const typed = (event: Event) => event.target instanceof HTMLTextAreaElement && setText(event.target.value);
  return html`<div class=${problem ? 'field invalid' : 'field'}>
    <label for=${id}>${say('input')}</label>
    <p class="hint" id=${`${id}-hint`}>${say('input-hint')}</p>
    ${problem && html`<p class="error" id=${`${id}-error`}>${problem}</p>`}
    <textarea id=${id} rows="12" spellcheck="false" class="code" aria-invalid=${problem ? 'true' : undefined}
      aria-describedby=${problem ? `${id}-hint ${id}-error` : `${id}-hint`} value=${text} onInput=${typed}></textarea>
  </div>`;
}

function parsed(text: string): { readonly value: Item | null; readonly problem: string | null } {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? { value: { ...value }, problem: null } : { value: null, problem: say('no-object') };
  } catch {
    return { value: null, problem: say('no-json') };
  }
}

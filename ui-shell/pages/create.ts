import {
  type ActionEntry,
  Form,
  fillPath,
  holds,
  html,
  type Item,
  type ListEntry,
  pageAt,
  type RecordView,
  Skeleton,
  useEffect,
  useState,
  useWrite,
  Verdict,
} from '../../sdk/ui/index.ts';
import { useExport } from '../lazy.ts';
import { usePlace } from '../location.ts';
import { say } from '../messages.ts';
import { NotFound } from './not-found.ts';

/** The form that makes a new one, from the action's schema; what the policy would say stands beside it. */
export default function Create({ list }: { readonly list: ListEntry }) {
  const { query, go } = usePlace();
  const view = useExport<RecordView>(list.module);
  const [input, setInput] = useState<Item | null>(null);
  const [made, setMade] = useState<Item | null>(null);
  const { action: asked, ...given } = query;
  const action = actionFor(list, asked);
  const title = action?.title;
  const draft = [action?.id, ...Object.values(given)].join(':');
  const write = useWrite(draft);
  useEffect(() => {
    if (title) document.title = `${title} · ${list.title} · ${say('summit')}`;
  }, [title]);
  if (!action) return html`<${NotFound} />`;
  if (view === undefined) return html`<${Skeleton} />`;
  const submit = async (filled: Item) => {
    const { body } = await write<Item>(action.method, action.path, filled);
    if (view?.made) setMade(body);
    else go(pageOf(list, body));
  };
  if (made && view?.made) {
    return html`<header class="page-head"><h1>${list.title}</h1></header>
      <${view.made} answer=${made} />
      <p><a class="button primary" href=${pageOf(list, made)}>${say('create.go-on')}</a></p>`;
  }
  return html`<header class="page-head"><h1>${action.title}</h1></header>
    <div class="with-aside">
      <${Form}
        key=${draft}
        schema=${action.input}
        fields=${view?.forms?.[action.id]}
        initial=${given}
        submitLabel=${action.title}
        draft=${draft}
        onInput=${setInput}
        onSubmit=${submit}
        onCancel=${() => go(pageAt(list.path))}
      />
      ${action.judged && html`<aside><${Verdict} action=${action.id} input=${input} /></aside>`}
    </div>`;
}

function pageOf({ path, detail }: ListEntry, made: Item): string {
  return detail === null ? pageAt(path) : pageAt(fillPath(detail, made));
}

function actionFor({ creating }: ListEntry, id: string | undefined): ActionEntry | undefined {
  return creating.find((action) => (id === undefined ? holds(action.roles) : action.id === id));
}

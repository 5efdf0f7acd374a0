import {
  type ActionEntry,
  apiPath,
  Dialog,
  get,
  html,
  type Item,
  type ListEntry,
  nameOfItem,
  pageAt,
  pageOfItem,
  shortId,
  signal,
  signedIn,
  textOf,
  useEffect,
  useId,
  useRef,
  useState,
  words,
} from '../sdk/ui/index.ts';
import { pageOfNode, typeWords } from './graph/names.ts';
import { usePlace } from './location.ts';
import { say } from './messages.ts';
import { sectionsOf } from './navigation.ts';
import { recent } from './recent.ts';

export const paletteOpen = signal(false);

interface Choice {
  readonly group: 'palette.recent' | 'palette.pages' | 'palette.commands' | 'palette.actions' | 'palette.records';
  readonly title: string;
  readonly detail: string;
  readonly href: string;
}

/** Everything by its name: a combobox by the ARIA Authoring Practices, whose list is always open. */
export function Palette() {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const records = useRecords(text.trim());
  const { go } = usePlace();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const found = [...known(text.trim()), ...records];
  const close = () => (paletteOpen.value = false);
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    close();
    go(choice.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive((active + step + found.length) % Math.max(found.length, 1));
    else if (event.key === 'Enter') choose(found[active]);
    else return;
    event.preventDefault();
  };
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [active]);
  return html`<${Dialog} title=${say('palette.label')} onClose=${close} high>
    <input
      type="text"
      role="combobox"
      class="palette-input"
      autocomplete="off"
      autofocus
      aria-label=${say('palette.label')}
      aria-expanded="true"
      aria-autocomplete="list"
      aria-controls=${`${id}-list`}
      aria-activedescendant=${found.length > 0 ? `${id}-${active}` : undefined}
      value=${text}
      onInput=${(event: Event) => {
        setText(textOf(event));
        setActive(0);
      }}
      onKeyDown=${onKeyDown}
    />
    <ul id=${`${id}-list`} role="listbox" aria-label=${say('palette.label')} class="palette-list" ref=${list}>
      ${found.map(
        (choice, index) => html`<li
          key=${choice.group + choice.href + choice.title}
          id=${`${id}-${index}`}
          role="option"
          aria-selected=${index === active}
          onClick=${() => choose(choice)}
        >
          <span>${choice.title}</span><span class="quiet">${choice.detail || say(choice.group)}</span>
        </li>`,
      )}
    </ul>
    <p class="quiet" role="status">${found.length === 0 ? say('palette.empty') : ''}</p>
  <//>`;
}

/** What is known without asking: what was looked at, pages, the packs' commands, and what the person's roles may make. */
function known(text: string): readonly Choice[] {
  const { packs, user } = signedIn();
  const pages = sectionsOf(packs).flatMap(({ title: section, entries }) =>
    entries.map(({ title, path }): Choice => ({ group: 'palette.pages', title, detail: section, href: pageAt(path) })),
  );
  const lists = packs.flatMap(({ lists: all }) => all);
  const may = ({ roles }: ActionEntry) => roles.some((role) => user.roles.includes(role));
  const actions = lists.flatMap((list) =>
    list.creating.filter(may).map(
      (action): Choice => ({
        group: 'palette.actions',
        title: action.title,
        detail: list.title,
        href: pageAt(`${list.path}/new`, { action: action.id }),
      }),
    ),
  );
  const commands = packs.flatMap(({ title: pack, commands: all }) =>
    all.map(({ title, path }): Choice => ({ group: 'palette.commands', title, detail: pack, href: pageAt(path) })),
  );
  const visits = recent().map((visit): Choice => ({ group: 'palette.recent', detail: '', ...visit }));
  const wanted = text.toLowerCase().split(/\s+/);
  return [...visits, ...pages, ...commands, ...actions].filter(({ title, detail }) =>
    wanted.every((word) => `${title} ${detail}`.toLowerCase().includes(word)),
  );
}

const PAUSE_MS = 200;
const SHORTEST = 2;
const MOST_OF_A_LIST = 5;
const ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Records by their id, or by a text that their lists look for. */
function useRecords(text: string): readonly Choice[] {
  const [state, setState] = useState<{ readonly text: string; readonly found: readonly Choice[] }>({ text: '', found: [] });
  useEffect(() => {
    if (text.length < SHORTEST) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      (ID.test(text) ? byId(text.toLowerCase(), stop.signal) : byText(text, stop.signal)).then(
        (found) => setState({ text, found }),
        () => setState({ text, found: [] }),
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return state.text === text ? state.found : [];
}

interface Neighborhood {
  readonly node: { readonly id: string; readonly type: string; readonly label: string };
}

async function byId(id: string, signal: AbortSignal): Promise<readonly Choice[]> {
  const { node } = await get<Neighborhood>(apiPath(`/graph/entities/${id}/neighbors`, { limit: 1 }), { signal });
  const href = pageOfNode(node);
  return href === null ? [] : [{ group: 'palette.records', title: node.label, detail: typeWords(node.type), href }];
}

async function byText(text: string, signal: AbortSignal): Promise<readonly Choice[]> {
  const lists = signedIn()
    .packs.flatMap(({ lists: all }) => all)
    .filter(({ detail, entity, query }) => detail !== null && entity !== null && query.properties?.q);
  // One list that cannot be searched does not hide what the others found.
  const answers = await Promise.allSettled(lists.map((list) => search(list, text, signal)));
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

async function search(list: ListEntry, text: string, signal: AbortSignal): Promise<readonly Choice[]> {
  const { items } = await get<{ readonly items: readonly Item[] }>(apiPath(list.path, { q: text, limit: MOST_OF_A_LIST, count: false }), { signal });
  return items.map((item) => {
    // Many have the same name.
    const told = [nameOfItem(item), shortId(String(item.id ?? '')), typeof item.status === 'string' ? words(item.status) : ''];
    const title = [...new Set(told)].filter((part) => part !== '').join(' · ');
    return { group: 'palette.records', title, detail: list.title, href: pageOfItem(list, item) ?? '' };
  });
}

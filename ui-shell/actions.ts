import {
  type ActionEntry,
  type Answered,
  ApiError,
  Dialog,
  dropDraft,
  Failure,
  Form,
  get,
  html,
  Icon,
  type Item,
  type ListEntry,
  type RecordView,
  type RequiredAuthentication,
  SignInAgain,
  useRef,
  useResource,
  useState,
  useWrite,
  Verdict,
} from '../sdk/ui/index.ts';
import { Conflict } from './conflict.ts';
import { say } from './messages.ts';

/** As `GET /subjects/:id/actions` answers it. */
interface Possible {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly allowed: boolean;
  readonly detail: string | null;
  readonly required_authentication: RequiredAuthentication | null;
}

interface ActionsProps {
  readonly list: ListEntry;
  readonly view: RecordView | null;
  readonly record: Item;
  readonly path: string;
  readonly reload: () => void;
}

/** What this person may do to the record now; and for the rest why not. */
export function Actions(props: ActionsProps) {
  const { list, record } = props;
  const [open, setOpen] = useState<Possible | null>(null);
  const [done, setDone] = useState<Outcome | null>(null);
  const told = useRef<HTMLParagraphElement>(null);
  const asked = list.changing.length > 0 && typeof record.id === 'string' ? `/subjects/${record.id}/actions` : null;
  const possible = useResource<{ readonly items: readonly Possible[] }>(asked, { per: Number(record.version) });
  if (list.changing.length === 0) return null;
  const items = possible.value?.items ?? [];
  const byId = new Map(list.changing.map((action) => [action.id, action]));
  const allowed = items.filter((item) => item.allowed).sort((one, other) => weightOf(byId.get(one.id)) - weightOf(byId.get(other.id)));
  const [first] = allowed.filter(({ id }) => weightOf(byId.get(id)) === MOVES);
  // What a fresh sign-in would allow is not lost among what cannot be.
  const stale = items.filter((item) => item.required_authentication !== null);
  const refused = items.filter((item) => !item.allowed && item.required_authentication === null);
  const action = open && byId.get(open.id);
  return html`<section class="record-actions" aria-label=${say('detail.actions')}>
    ${possible.error && !possible.value && html`<${Failure} error=${possible.error} retry=${possible.reload} />`}
    ${allowed.map(
      (
        item,
      ) => html`<button key=${item.id} type="button" class=${isDanger(item.id) ? 'button danger' : item === first ? 'button primary' : 'button'} onClick=${() => setOpen(item)}>
        ${item.title}</button>`,
    )}
    ${stale.map(
      ({ id, title, detail, required_authentication }) =>
        html`<p key=${id} class="stale"><strong>${title}</strong> ${detail} <${SignInAgain} required=${required_authentication} /></p>`,
    )}
    ${
      refused.length > 0 &&
      html`<details class="refused">
        <summary>${say('detail.cannot')}</summary>
        <ul>${refused.map(({ id, title, detail }) => html`<li key=${id}><strong>${title}</strong> ${detail}</li>`)}</ul>
      </details>`
    }
    <p class=${done && done.how !== 'done' ? `done ${done.how}` : 'done'} role="status" tabindex="-1" ref=${told}>
      ${done && html`<${Icon} name=${ICONS[done.how]} /> ${say(`detail.${done.how}`, { receipt: done.receipt })}`}
    </p>
    ${
      open &&
      action &&
      html`<${ActionDialog}
        ...${props}
        action=${action}
        possible=${open}
        onClose=${() => setOpen(null)}
        onDone=${(outcome: Outcome) => {
          setOpen(null);
          setDone(outcome);
          props.reload();
          // The button that opened the dialog is gone.
          requestAnimationFrame(() => told.current?.focus());
        }}
      />`
    }
  </section>`;
}

/** What became of an action by the time it was answered: what it set in motion may still go on, or have gone wrong. */
interface Outcome {
  readonly how: 'done' | 'under-way' | 'failed';
  readonly receipt: string;
}

const ICONS = { done: 'circle-check', 'under-way': 'clock', failed: 'circle-x' } as const;

function outcomeOf({ status, body }: Answered<Written>): Outcome {
  const receipt = body.receipt?.id ?? '';
  if (status === 202) return { how: 'under-way', receipt };
  return { how: body.status === 'failed' ? 'failed' : 'done', receipt };
}

const MOVES = 0;

/** First what moves a record on, then what alters it or takes it back, and last what ends it. */
function weightOf(action: ActionEntry | undefined): number {
  if (action && isDanger(action.id)) return 2;
  return action?.method === 'PATCH' || action?.method === 'PUT' || /\.(recall|withdraw)$/.test(action?.id ?? '') ? 1 : MOVES;
}

/** What ends or refuses something is not the button that stands out. */
function isDanger(id: string): boolean {
  return /\.(reject|revoke|cancel|void)(-|$)/.test(id);
}

interface ActionDialogProps extends ActionsProps {
  readonly action: ActionEntry;
  readonly possible: Possible;
  readonly onClose: () => void;
  readonly onDone: (outcome: Outcome) => void;
}

interface Written extends Item {
  readonly receipt?: { readonly id: string };
}

function ActionDialog({ action, possible, view, record: latest, path, reload, onClose, onDone }: ActionDialogProps) {
  // What is decided is what stood there when the dialog opened, whatever comes in meanwhile.
  const [record] = useState(latest);
  const [input, setInput] = useState<Item | null>(null);
  const [changed, setChanged] = useState<Item | null>(null);
  const edits = action.method === 'PATCH';
  // What was changed of one version must not be laid over another.
  const draft = [action.id, record.id, ...(edits ? [record.version] : [])].join(':');
  const write = useWrite(draft);
  const submit = async (filled: Item) => {
    try {
      onDone(outcomeOf(await write<Written>(action.method, possible.path, withVersion(action, record, filled))));
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
      const now = await get<Item>(path);
      // It is as it was, so the refusal is about something else, and says what.
      if (now.version === record.version) throw error;
      setChanged(now);
      return false;
    }
  };
  const close = () => {
    dropDraft(draft);
    onClose();
  };
  const look = () => {
    reload();
    onClose();
  };
  return html`<${Dialog} title=${action.title} onClose=${changed ? look : close}>
    ${
      changed
        ? html`<${Conflict} before=${record} now=${changed} onAgain=${look} />`
        : html`<${Form}
            schema=${action.input}
            fields=${view?.forms?.[action.id]}
            edits=${edits}
            initial=${edits ? record : {}}
            submitLabel=${action.title}
            draft=${draft}
            danger=${isDanger(action.id)}
            onInput=${setInput}
            onSubmit=${submit}
            onCancel=${close}
          >
            ${action.judged && html`<${Verdict} action=${action.id} subjectId=${String(record.id)} input=${input} />`}
          <//>`
    }
  <//>`;
}

/** The decision is about what was looked at. */
function withVersion({ versioned }: ActionEntry, { version }: Item, filled: Item): Item {
  return versioned ? { ...filled, expected_version: version } : filled;
}

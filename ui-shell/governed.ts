import {
  ApiError,
  type ComponentChildren,
  Dialog,
  dropDraft,
  type FieldView,
  Form,
  holds,
  html,
  Icon,
  type Item,
  messagesOf,
  oneOf,
  pageAt,
  type Schema,
  useState,
  useWrite,
  words,
} from '../sdk/ui/index.ts';
import { rolesFor, useInstalled } from './operations.ts';

const say = messagesOf({
  done: 'Done.',
  receipt: 'Its receipt',
  only: '{title}: this takes the role {roles}.',
});

interface GovernedProps {
  /** Its id, by which it is known who may. */
  readonly action: string;
  readonly title: string;
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  /** What is asked before it is done. */
  readonly schema?: Schema;
  readonly fields?: Readonly<Record<string, FieldView>>;
  readonly initial?: Item;
  /** What is sent of what was filled in; all of it unless said. */
  readonly input?: (filled: Item) => Item;
  /** Where the API names fields by a longer path than the form: what comes before. */
  readonly below?: string;
  readonly tone?: 'primary' | 'danger' | 'plain';
  readonly wide?: boolean;
  /** Who may is said elsewhere on the page, so that those who may not see nothing here. */
  readonly untold?: boolean;
  /** What the last button says; the title unless said. */
  readonly submitLabel?: string;
  readonly onDone: (receipt: string) => void;
  /** What it will do. */
  readonly children?: ComponentChildren;
}

/** An action of the kernel's own: its button and its dialog for whoever may, and for the others who may. */
export function Governed(props: GovernedProps) {
  const { action, title, tone = 'plain', untold = false } = props;
  const roles = rolesFor(action, useInstalled());
  const [open, setOpen] = useState(false);
  if (roles === null) return null;
  if (!holds(roles)) return untold ? null : html`<${Only} title=${title} roles=${roles} />`;
  const close = () => setOpen(false);
  return html`<button type="button" class=${tone === 'plain' ? 'button' : `button ${tone}`} onClick=${() => setOpen(true)}>${title}</button>
    ${open && html`<${Asked} ...${props} close=${close} />`}`;
}

/** That it was done, and where that stands for good. Whoever shows the button shows it, since the button may be gone by then. @param receipt null before */
export function Done({ receipt }: { readonly receipt: string | null }) {
  return html`<div role="status">${
    receipt !== null &&
    html`<p class="done"><${Icon} name="circle-check" /> ${say('done')} <a href=${pageAt(`/receipts/${receipt}`)}>${say('receipt')}</a></p>`
  }</div>`;
}

/** Which role it takes, for whoever has none of them. */
export function WhoMay({ action, title }: { readonly action: string; readonly title: string }) {
  const roles = rolesFor(action, useInstalled());
  return roles === null || holds(roles) ? null : html`<${Only} title=${title} roles=${roles} />`;
}

function Only({ title, roles }: { readonly title: string; readonly roles: readonly string[] }) {
  return html`<p class="quiet only">${say('only', { title, roles: oneOf(roles.map(words)) })}</p>`;
}

interface Written extends Item {
  readonly receipt?: { readonly id: string };
}

function Asked(props: GovernedProps & { readonly close: () => void }) {
  const { action, title, method, path, schema = {}, fields, initial, input = (filled) => filled, below, tone, wide = false, close, children } = props;
  // What was typed over other values is not laid over these.
  const draft = [action, path, title, JSON.stringify(initial ?? {})].join(':');
  const write = useWrite(draft);
  const giveUp = () => {
    dropDraft(draft);
    close();
  };
  const submit = async (filled: Item) => {
    try {
      const { body } = await write<Written>(method, path, input(filled));
      close();
      props.onDone(body.receipt?.id ?? '');
    } catch (error) {
      throw error instanceof ApiError && below !== undefined ? shortened(error, `${below}.`) : error;
    }
  };
  return html`<${Dialog} title=${title} onClose=${giveUp} wide=${wide}>
    ${children && html`<div class="effect">${children}</div>`}
    <${Form} schema=${schema} fields=${fields} initial=${initial} submitLabel=${props.submitLabel ?? title} danger=${tone === 'danger'} draft=${draft} onSubmit=${submit} onCancel=${giveUp} />
  <//>`;
}

/** With its fields by the names that the form has for them. */
function shortened(error: ApiError, below: string): ApiError {
  const errors = error.errors.map(({ path, message }) => ({ path: path.startsWith(below) ? path.slice(below.length) : path, message }));
  return new ApiError(error.status, { ...error.problem, errors });
}

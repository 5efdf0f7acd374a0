import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';
import type { Schema } from './catalog.ts';
import { drafted, dropDraft, keepDraft } from './draft.ts';
import { Field, type FieldView } from './field.ts';
import {
  changesOf,
  differing,
  emptiedIn,
  errorsIn,
  type FieldError,
  type FieldValue,
  type FormValues,
  initialValues,
  inputOf,
  kindOf,
} from './form-values.ts';
import { words } from './format.ts';
import { type ComponentChildren, html } from './html.ts';
import { signInPath } from './links.ts';
import { say } from './messages.ts';
import { requiredAuthenticationOf, SignInAgain } from './sign-in-again.ts';

/** What a form is made from, and what becomes of what is typed into it. */
export interface FormProps {
  readonly schema: Schema;
  readonly submitLabel: string;
  /** What the fields begin with. */
  readonly initial?: Readonly<Record<string, unknown>>;
  readonly fields?: Readonly<Record<string, FieldView>>;
  /** It changes what is there: only what was changed is sent. */
  readonly edits?: boolean;
  /** What was typed is kept under this name until it is sent or given up, so that a sign-in in between loses nothing. */
  readonly draft?: string;
  /** Told of every input that could be sent. */
  readonly onInput?: (input: Readonly<Record<string, unknown>> | null) => void;
  /** Resolves to false where nothing was done and what was typed is still wanted. @throws ApiError whose errors are shown at their fields */
  readonly onSubmit: (input: Readonly<Record<string, unknown>>) => Promise<unknown>;
  readonly onCancel?: () => void;
  readonly danger?: boolean;
  readonly children?: ComponentChildren;
}

/** A form that its schema makes. What the server refuses stands at its fields; nothing that was typed is lost. */
export function Form(props: FormProps) {
  const { schema, fields = {}, edits = false, draft, onInput, onCancel, submitLabel, danger = false, children } = props;
  const begun = {
    ...Object.fromEntries(
      Object.entries(fields).flatMap(([name, { initial }]) =>
        initial === undefined ? [] : [[name, typeof initial === 'function' ? initial() : initial]],
      ),
    ),
    ...props.initial,
  };
  const [before] = useState<FormValues>(() => initialValues(schema, begun));
  const [values, setValues] = useState<FormValues>(() => ({ ...before, ...drafted(draft) }));
  const input = () => (edits ? changesOf(schema, before, values) : inputOf(schema, values));
  const wrong = () => [...errorsIn(schema, values), ...(edits ? emptiedIn(schema, before, values) : [])];
  const [errors, setErrors] = useState<readonly FieldError[]>([]);
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const summary = useRef<HTMLDivElement>(null);
  const id = useId();

  // Told of values, not of who listens.
  useEffect(() => {
    if (onInput) onInput(wrong().length === 0 ? input() : null);
  }, [values]);

  const change = (name: string, value: FieldValue) => {
    const changed = { ...values, [name]: value };
    setValues(changed);
    keepDraft(draft, differing(before, changed));
  };
  const refuse = (found: readonly FieldError[], error: ApiError | null = null) => {
    setErrors(found);
    setRefusal(error);
    requestAnimationFrame(() => summary.current?.focus());
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const found = wrong();
    if (found.length > 0) return refuse(found);
    setBusy(true);
    try {
      if ((await props.onSubmit(input())) !== false) dropDraft(draft);
      refuse([]);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(error.errors, error);
    } finally {
      setBusy(false);
    }
  };
  const cancel = () => {
    dropDraft(draft);
    onCancel?.();
  };
  const labelOf = (path: string) => {
    const [name = '', ...below] = path.split('.');
    const label = fields[name]?.label ?? words(name);
    // What stands in a field of JSON is named as it stands there; rows are counted from one, as people do.
    if (kindOf(schema.properties?.[name] ?? {}) === 'json') return [label, below.join('.')].join(' ').trim();
    return [label, ...below.map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : words(part).toLowerCase()))].join(' ');
  };
  const shown = refusal && refusal.errors.length === 0;
  return html`<form onSubmit=${submit} novalidate aria-busy=${busy}>
    ${
      (errors.length > 0 || shown) &&
      html`<div class="error-summary" role="alert" tabindex="-1" ref=${summary} aria-labelledby=${`${id}-problem`}>
        <h2 id=${`${id}-problem`}>${say('field.error-summary')}</h2>
        ${
          shown
            ? html`<p>${refusal.message}</p>${signInLink(refusal)}`
            : html`<ul>${errors.map(({ path, message }) => html`<li key=${path}><button type="button" class="link" onClick=${(event: Event) => focusOn(path, event)}>${labelOf(path)} ${message}</button></li>`)}</ul>`
        }
      </div>`
    }
    ${Object.entries(schema.properties ?? {}).map(
      ([name, field]) => html`<${Field}
        key=${name}
        name=${name}
        path=${name}
        schema=${field}
        required=${schema.required?.includes(name) ?? false}
        value=${values[name] ?? ''}
        errors=${errors}
        view=${fields[name]}
        onChange=${(value: FieldValue) => change(name, value)}
      />`,
    )}
    ${children}
    <div class="actions">
      <button type="submit" class=${danger ? 'button danger' : 'button primary'} disabled=${busy}>${busy ? say('action.busy') : submitLabel}</button>
      ${onCancel && html`<button type="button" class="button" onClick=${cancel}>${say('action.cancel')}</button>`}
    </div>
  </form>`;
}

/** Where to sign in, if that would help. */
function signInLink(refusal: ApiError) {
  const required = requiredAuthenticationOf(refusal);
  if (required) return html`<p>${say('session.kept')} <${SignInAgain} required=${required} /></p>`;
  return refusal.status === 401 && html`<p>${say('session.kept')} <a class="button" href=${signInPath()}>${say('session.again')}</a></p>`;
}

function focusOn(path: string, { target }: Pick<Event, 'target'>): void {
  const form = target instanceof Element ? target.closest('form') : null;
  const found = form?.querySelector<HTMLElement>(`[name="${CSS.escape(path)}"]`);
  // What is wrong within a field of JSON is wrong in that field.
  if (found) found.focus();
  else if (path.includes('.')) focusOn(path.slice(0, path.lastIndexOf('.')), { target });
}
